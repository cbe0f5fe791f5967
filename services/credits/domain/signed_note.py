"""Signed notes, checkpoints and cosignatures (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

Ed25519 signatures only, of the log (type 1) and of cosigners (type 4).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 1
COSIGNATURE = 4
# A verifier takes at least 16 signatures (signed-note); more is somebody's mischief.
_SIGNATURES_MAX = 64
_DASH = "\u2014 "


class NoteError(ValueError):
    """The text is no signed note, or no key vouches for it."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name and type: `name+id+base64`, the vkey of signed-note."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read a vkey; raises NoteError where it contradicts itself."""
        parts = vkey.split("+", 2)
        raw = _decode(parts[-1])
        if len(parts) != 3 or len(raw) != 33 or raw[0] not in {ED25519, COSIGNATURE}:
            raise NoteError("not an Ed25519 verifier key")
        key = cls(parts[0], raw[0], raw[1:])
        if not _is_name(key.name) or parts[1] != key.id.hex():
            raise NoteError("the key's id is not that of its name and bytes")
        return key

    @property
    def id(self) -> bytes:
        """The four bytes that stand before a signature of this key."""
        body = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(body).digest()[:4]

    def __str__(self) -> str:
        body = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{body}"

    def check(self, text: str, signature: bytes) -> int | None:
        """Return the time of a sound cosignature, 0 of a sound signature, None of neither."""
        message, at = text.encode(), 0
        if self.kind == COSIGNATURE:
            if len(signature) != 72:
                return None
            at, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = _cosigned(text, at)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return None
        return at


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key under a name."""

    name: str
    kind: int
    seed: bytes

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        return VerifierKey(self.name, self.kind, key.public_key().public_bytes_raw())

    def sign(self, text: str, *, at: int = 0) -> str:
        """Return the signature line of a text; `at` is the time of a cosignature, in seconds."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        if self.kind == COSIGNATURE:
            signature = at.to_bytes(8, "big") + key.sign(_cosigned(text, at))
        else:
            signature = key.sign(text.encode())
        body = base64.b64encode(self.verifier.id + signature).decode()
        return f"{_DASH}{self.name} {body}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its origin, how many leaves, their root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text of the note.

        >>> Checkpoint("example.com/log", 0, bytes(32)).text().splitlines()[1]
        '0'
        """
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a note as a checkpoint; raises NoteError."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise NoteError("a checkpoint has an origin, a size and a root")
        root = _decode(lines[2])
        if not lines[1].isascii() or not lines[1].isdigit() or lines[1] != str(int(lines[1])):
            raise NoteError("the size is no number")
        if len(root) != 32:
            raise NoteError("the root is no SHA-256")
        return cls(lines[0], int(lines[1]), root)


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signature lines: key name, key id, signature."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def parse(cls, note: str) -> Self:
        """Read a signed note; raises NoteError."""
        text, separator, tail = note.rpartition("\n\n")
        if not separator or not tail.endswith("\n") or _has_controls(note):
            raise NoteError("not a signed note")
        return cls(text + "\n", read_signatures(tail))

    def verified_by(self, key: VerifierKey) -> int | None:
        """Return the time of the key's (co)signature, or None where it has not signed.

        Raises NoteError where a line is this key's and does not hold.
        """
        found: int | None = None
        for name, key_id, signature in self.signatures:
            if name == key.name and key_id == key.id:
                found = key.check(self.text, signature)
                if found is None:
                    raise NoteError(f"the signature of {name} does not hold")
        return found


def read_signatures(lines: str) -> tuple[tuple[str, bytes, bytes], ...]:
    """Return the signature lines of a text of nothing else; raises NoteError."""
    found: list[tuple[str, bytes, bytes]] = []
    for line in lines.splitlines():
        name, separator, body = line.removeprefix(_DASH).partition(" ")
        raw = _decode(body)
        if not line.startswith(_DASH) or not separator or not _is_name(name) or len(raw) < 5:
            raise NoteError("not a signature line")
        found.append((name, raw[:4], raw[4:]))
    if not 0 < len(found) <= _SIGNATURES_MAX:
        raise NoteError("a note has one to 64 signatures")
    return tuple(found)


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _decode(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("not base64") from error
    return raw


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(sign.isspace() for sign in name)


def _has_controls(note: str) -> bool:
    return any(sign < " " and sign != "\n" for sign in note)
