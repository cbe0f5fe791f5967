"""Keys and signatures as text: base58, multibase, Multikey, did:key.

Source: W3C Controlled Identifiers 1.0, 2.2.2 (Multikey) and 2.4 (multibase); did:key.
"""

from __future__ import annotations

import base64
import binascii

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE = {sign: value for value, sign in enumerate(_BASE58)}
# Decoding is quadratic: nothing that is written so here is longer than a signature.
_TEXT_LENGTH_MAX = 128
_ED25519_PUBLIC = b"\xed\x01"
_ED25519_PRIVATE = b"\x80\x26"
_KEY_BYTES = 32
DID_KEY = "did:key:"


class KeyUnreadableError(ValueError):
    """The text is no key or signature of a kind that is read here."""


def encode_base58(content: bytes) -> str:
    """Return `content` in base58 (the alphabet of Bitcoin).

    >>> encode_base58(bytes.fromhex("0000287fb4cd"))
    '11233QC4'
    """
    number, signs = int.from_bytes(content, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        signs = _BASE58[rest] + signs
    return "1" * (len(content) - len(content.lstrip(b"\0"))) + signs


def decode_base58(text: str) -> bytes:
    """Return what `encode_base58` wrote; raises KeyUnreadableError.

    >>> decode_base58("11233QC4").hex()
    '0000287fb4cd'
    """
    if len(text) > _TEXT_LENGTH_MAX:
        raise KeyUnreadableError("too long")
    number = 0
    for sign in text:
        if sign not in _VALUE:
            raise KeyUnreadableError("not base58")
        number = number * 58 + _VALUE[sign]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def encode_multibase(content: bytes) -> str:
    """Return `content` in base58 with its multibase sign `z`."""
    return "z" + encode_base58(content)


def decode_multibase(text: str) -> bytes:
    """Return the bytes of a multibase text in base58 (`z`) or base64url (`u`).

    Raises KeyUnreadableError.
    """
    if text[:1] == "z":
        return decode_base58(text[1:])
    if text[:1] != "u":
        raise KeyUnreadableError("an unknown multibase")
    body = text[1:]
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeyUnreadableError("not base64url") from error


def public_key_of(multikey: str) -> Ed25519PublicKey:
    """Return the Ed25519 public key of a Multikey; raises KeyUnreadableError."""
    content = decode_multibase(multikey)
    if content[:2] != _ED25519_PUBLIC or len(content) != 2 + _KEY_BYTES:
        raise KeyUnreadableError("not an Ed25519 public key")
    return Ed25519PublicKey.from_public_bytes(content[2:])


def private_key_of(multikey: str) -> Ed25519PrivateKey:
    """Return the Ed25519 private key of a secret Multikey; raises KeyUnreadableError."""
    content = decode_multibase(multikey)
    if content[:2] != _ED25519_PRIVATE or len(content) != 2 + _KEY_BYTES:
        raise KeyUnreadableError("not an Ed25519 private key")
    return Ed25519PrivateKey.from_private_bytes(content[2:])


def multikey_of(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """Return the public Multikey of `key`."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return encode_multibase(_ED25519_PUBLIC + public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def secret_multikey_of(key: Ed25519PrivateKey) -> str:
    """Return the secret Multikey of `key`: to be sealed before it is kept."""
    raw = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return encode_multibase(_ED25519_PRIVATE + raw)


def did_key_of(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """Return the did:key of `key`."""
    return DID_KEY + multikey_of(key)


def multikey_in(method: str) -> str:
    """Return the Multikey that a verification method carries in itself; "" where it has none.

    It is the fragment, or the whole of a did:key without one. Such a key proves integrity only:
    whose key it is, is a question of trust.

    >>> multikey_in("https://school.example/issuers/1#z6MkX")
    'z6MkX'
    >>> multikey_in("did:key:z6MkX")
    'z6MkX'
    """
    before, sign, fragment = method.partition("#")
    if sign:
        return fragment
    return before.removeprefix(DID_KEY) if before.startswith(DID_KEY) else ""
