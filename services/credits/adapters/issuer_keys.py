"""Private keys of issuers: made, sealed with the platform's secret, opened to sign."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.credits.domain.credential_errors import IssuerKeySealedError
from services.credits.engine.credentials.multikey import (
    multikey_of,
    private_key_of,
    secret_multikey_of,
)
from shared.kernel.secrets import derive

_NONCE_BYTES = 12


def new_key(platform_secret: str) -> tuple[str, bytes]:
    """Make an Ed25519 key pair; return its Multikey and its private half, sealed."""
    key = Ed25519PrivateKey.generate()
    multikey = multikey_of(key)
    nonce = os.urandom(_NONCE_BYTES)
    secret = secret_multikey_of(key).encode()
    return multikey, nonce + _cipher(platform_secret).encrypt(nonce, secret, multikey.encode())


def open_key(platform_secret: str, *, multikey: str, sealed: bytes) -> Ed25519PrivateKey:
    """Return the private key that `new_key` sealed; raises IssuerKeySealedError."""
    nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        secret = _cipher(platform_secret).decrypt(nonce, body, multikey.encode())
    except InvalidTag as error:
        raise IssuerKeySealedError from error
    return private_key_of(secret.decode())


def _cipher(platform_secret: str) -> AESGCM:
    return AESGCM(derive(platform_secret, "seal of issuers' keys"))
