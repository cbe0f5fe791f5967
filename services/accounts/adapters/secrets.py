"""Secrets as they are made and kept: shown once, stored as a hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from shared.kernel.secrets import derive

_BYTES = 32  # 256 random bits


def new_secret() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(_BYTES)


def sha256(secret: str) -> bytes:
    """Return the hash under which a random secret is stored.

    A fast hash is right here, and only here: nobody can guess 256 random bits.
    """
    return hashlib.sha256(secret.encode()).digest()


def same(one: bytes, other: bytes) -> bool:
    """Compare without telling by the time taken how much is equal."""
    return hmac.compare_digest(one, other)


def csrf_of(platform_secret: str, session_token: str) -> str:
    """Return the token that a form of this session must carry; it needs no storage."""
    key = derive(platform_secret, "csrf of a session")
    return hmac.new(key, session_token.encode(), hashlib.sha256).hexdigest()[:32]


def attempt_key(platform_secret: str, kind: str, value: str) -> bytes:
    """Return under which key attempts are counted, without storing whose they were."""
    key = derive(platform_secret, "sign-in attempts")
    return hmac.new(key, f"{kind} {value}".encode(), hashlib.sha256).digest()


def bound_to(platform_secret: str, purpose: str, value: str) -> str:
    """Return a secret that follows from `value` and ours: it needs no storage of its own."""
    key = derive(platform_secret, purpose)
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
