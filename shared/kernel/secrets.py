"""Keys derived from the platform's one secret, each for one purpose."""

from __future__ import annotations

import hashlib
import hmac


def derive(secret: str, purpose: str) -> bytes:
    """Return 32 bytes for `purpose`, from which neither the secret nor another purpose follows.

    Source: HKDF-Expand's first block with SHA-256 (RFC 5869).
    """
    assert secret, "the platform's secret is set before anything is derived from it"
    return hmac.new(secret.encode(), purpose.encode() + b"\x01", hashlib.sha256).digest()


def derive_text(secret: str, purpose: str) -> str:
    """Return `derive` as hexadecimal text."""
    return derive(secret, purpose).hex()
