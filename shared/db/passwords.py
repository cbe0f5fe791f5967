"""Passwords of the rooms' roles: derived from the platform's secret, never sent or printed."""

from __future__ import annotations

import base64
import hashlib
import hmac

_ITERATIONS = 4096  # PostgreSQL's own default; the password has 256 bits, so more buys nothing


def derive_password(secret: str, role: str) -> str:
    """Return the password of `role`: HMAC-SHA-256 under the platform's secret, in hex."""
    return hmac.digest(secret.encode(), f"database role {role}".encode(), "sha256").hex()


def scram_verifier(password: str, role: str) -> str:
    """Return what the server stores of `password` (RFC 5803), so that no SQL carries the password.

    The salt follows from the role and the password: the same SQL comes out each time.
    """
    salt = hmac.digest(password.encode(), f"salt {role}".encode(), "sha256")[:16]
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    words = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${_ITERATIONS}:{words[0]}${words[1]}:{words[2]}"
