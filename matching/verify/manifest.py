"""What a run was: hashes of its inputs and results, the code and the seed, signed if wished."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from matching.errors import KeyInvalidError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

_UNTOLD = "chanjiao.matching.run/1"  # of the time when a manifest did not tell how caps were taken
FORMAT = "chanjiao.matching.run/2"
CapsTaken = Literal["hard", "soft", "listed"]
NOT_SIGNED = (
    "签名不符：清单被改动，或由其他密钥签署 / the signature does NOT hold: the manifest was changed"
    " or another key signed it"
)


@dataclass(frozen=True, slots=True)
class RunManifest:
    """Everything that a second party needs to repeat a run and compare.

    Attributes:
        code: version of the engine and SHA-256 of its sources.
        seed: the revealed seed of the lottery.
        commitment: what was published before wishes closed.
        inputs: SHA-256 by name.
        results: SHA-256 by name.
        counts: students, posts, placed and so on.
        caps: how the caps of the inputs were taken: all kept ("hard"), all reported only ("soft"),
            each as the inputs say ("listed"); None in manifests of the first format.
    """

    code: str
    seed: str
    commitment: str
    inputs: Mapping[str, str]
    results: Mapping[str, str]
    counts: Mapping[str, int]
    caps: CapsTaken | None = None


def encode_manifest(manifest: RunManifest) -> bytes:
    """Return the manifest as canonical JSON: sorted keys, no spaces, UTF-8.

    One of the first format keeps its bytes, and with them its signature.

    Cost: O(bytes). Source: the order and spacing of RFC 8785 for what a manifest holds.

    >>> one = RunManifest("0.1.0", "s", "c", {}, {}, {"students": 2})
    >>> encode_manifest(one)[-24:]
    b'"results":{},"seed":"s"}'
    """
    body = {"format": FORMAT, **asdict(manifest)}
    if manifest.caps is None:
        del body["caps"]
        body["format"] = _UNTOLD
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def decode_manifest(content: bytes) -> RunManifest:
    """Return the manifest that `encode_manifest` wrote.

    Raises: ValueError where the bytes are no manifest.
    Cost: O(bytes).

    >>> one = RunManifest("0.1.0", "s", "c", {}, {}, {"students": 2})
    >>> decode_manifest(encode_manifest(one)) == one
    True
    """
    body: object = json.loads(content)
    told = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    if not (_has_fields(told) and _tells_caps(told)):
        raise ValueError(content)
    return RunManifest(**{name: told[name] for name in (*_TEXTS, *_TABLES)}, caps=told.get("caps"))


_TEXTS, _TABLES = ("code", "seed", "commitment"), ("inputs", "results", "counts")


def _has_fields(body: Mapping[str, Any]) -> bool:
    return all(isinstance(body.get(name), str) for name in _TEXTS) and all(
        isinstance(body.get(name), dict) for name in _TABLES
    )


def _tells_caps(body: Mapping[str, Any]) -> bool:
    """Return whether a manifest says of caps what its format says, and is of a known format."""
    if body.get("format") == _UNTOLD:
        return "caps" not in body
    return body.get("format") == FORMAT and body.get("caps") in get_args(CapsTaken)


def sign_manifest(manifest: RunManifest, key: Ed25519PrivateKey) -> bytes:
    """Return the Ed25519 signature (64 bytes) of the encoded manifest (RFC 8032).

    Cost: one signature, some 50 microseconds. Source: RFC 8032.

    >>> from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    >>> one = RunManifest("0.1.0", "s", "c", {}, {}, {})
    >>> len(sign_manifest(one, Ed25519PrivateKey.from_private_bytes(bytes(32))))
    64
    """
    return key.sign(encode_manifest(manifest))


def manifest_is_signed_by(manifest: RunManifest, signature: bytes, key: Ed25519PublicKey) -> bool:
    """Return whether `signature` is that of the key's owner over this manifest.

    Cost: one check, some 100 microseconds.

    >>> from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    >>> key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    >>> one = RunManifest("0.1.0", "s", "c", {}, {}, {})
    >>> manifest_is_signed_by(one, sign_manifest(one, key), key.public_key())
    True
    """
    return is_signed_by(encode_manifest(manifest), signature.hex(), key)


def is_signed_by(content: bytes, signature: str, key: Ed25519PublicKey) -> bool:
    """Return whether a signature (128 hexadecimal digits) is the key's over a manifest's bytes.

    Cost: one check, some 100 microseconds.

    >>> from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    >>> is_signed_by(b"{}", "00" * 64, Ed25519PrivateKey.generate().public_key())
    False
    """
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def read_signing_key(path: Path) -> Ed25519PrivateKey:
    """Read a private key in PEM without a password.

    Raises: KeyInvalidError where the file holds no such key; OSError where it cannot be read.
    Cost: one small file.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:  # no PEM; a password is wanted
        raise KeyInvalidError(file=path.name) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyInvalidError(file=path.name)
    return key


def read_signer_key(path: Path) -> Ed25519PublicKey:
    """Read a public key in PEM.

    Raises: KeyInvalidError where the file holds no such key; OSError where it cannot be read.
    Cost: one small file.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(path.read_bytes())
    except ValueError as error:
        raise KeyInvalidError(file=path.name) from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyInvalidError(file=path.name)
    return key


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    Cost: O(bytes), about a gigabyte a second.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def code_version(version: str) -> str:
    """Return the version together with a hash over every source file of the engine.

    Cost: every source file is read once, about 10 ms.

    >>> code_version("0.1.0")[:13]
    '0.1.0+sha256.'
    """
    root = Path(__file__).parents[1]
    total = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        total.update(path.relative_to(root).as_posix().encode() + b"\x00")
        total.update(path.read_bytes())
    return f"{version}+sha256.{total.hexdigest()}"
