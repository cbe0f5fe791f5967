"""Passwords: argon2id, away from the event loop, equally slow for accounts that do not exist."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's second choice: 19 MiB, two passes, one lane (about 20 ms a check).
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# Of a random password that nobody has kept: what an account without one is checked against.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1"
    "$qIosMY5DTkQwvvUD2rmJeg$KylcJUMK9BeZfpY6jXhQfg/3Q/ND9Fteq+T/jQo1Z0c"
)


class Passwords:
    """Hashes and checks passwords, only a few at a time: each takes 19 MiB and a core."""

    def __init__(self, at_once: int = 4) -> None:
        self._at_once = at_once
        self._turn: asyncio.Semaphore | None = None

    async def hash(self, password: str) -> str:
        """Return the hash to store."""
        async with self._gate():
            return await asyncio.to_thread(_HASHER.hash, password)

    async def holds(self, password_hash: str | None, password: str) -> bool:
        """Whether `password` is the one; an account without one takes as long to refuse."""
        async with self._gate():
            right = await asyncio.to_thread(_verify, password_hash or _NOBODY, password)
        return right and password_hash is not None

    def _gate(self) -> asyncio.Semaphore:
        if self._turn is None:
            self._turn = asyncio.Semaphore(self._at_once)
        return self._turn


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
