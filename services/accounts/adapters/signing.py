"""ES256 keys and tokens: made, sealed, signed and published with joserfc."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.http.caller import ALGORITHMS, TOKEN_TYPE
from shared.kernel.errors import Text, UnavailableError
from shared.kernel.secrets import derive

_NONCE_BYTES = 12


class SealBrokenError(UnavailableError):
    """The platform's secret does not open its signing keys."""

    code = "signing_key_sealed"
    title_zh = "平台密钥无法解开签名密钥"
    mend = Text(
        "CHANJIAO_SECRET 与建立数据库时不同；请恢复原值，或运行 chanjiao keys renew 换新密钥。",
        "CHANJIAO_SECRET differs from when the database was made; restore it, or run"
        " `chanjiao keys renew` for new keys.",
    )


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A new key pair, its private half sealed."""

    kid: str
    public_jwk: dict[str, Any]
    private_sealed: bytes


def new_key_pair(platform_secret: str) -> KeyPair:
    """Make an ES256 key pair, named by its thumbprint (RFC 7638)."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    kid = str(key.kid)
    nonce = os.urandom(_NONCE_BYTES)
    private = orjson.dumps(key.as_dict(private=True))
    sealed = nonce + _cipher(platform_secret).encrypt(nonce, private, kid.encode())
    return KeyPair(kid, dict(key.as_dict(private=False)), sealed)


def open_key(platform_secret: str, *, kid: str, sealed: bytes) -> ECKey:
    """Return the private key that `new_key_pair` sealed with the same secret."""
    nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        private = _cipher(platform_secret).decrypt(nonce, body, kid.encode())
    except InvalidTag as error:
        raise SealBrokenError from error
    return ECKey.import_key(orjson.loads(private))


def sign_token(key: ECKey, claims: Mapping[str, Any]) -> str:
    """Return an access token (RFC 9068) with these claims."""
    header = {"alg": ALGORITHMS[0], "typ": TOKEN_TYPE, "kid": str(key.kid)}
    return jwt.encode(header, dict(claims), key, algorithms=ALGORITHMS)


def _cipher(platform_secret: str) -> AESGCM:
    return AESGCM(derive(platform_secret, "seal of signing keys"))
