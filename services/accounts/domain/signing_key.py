"""Signing keys: one signs, one is announced before it will, old ones stay until tokens expire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

KeyState = Literal["next", "current", "retired"]

KEY_LIFE = timedelta(days=90)
# A retired key is published until no token that it signed can still be valid, and clocks differ.
RETIRED_SHOWN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One ES256 key pair; the private half is sealed with the platform's secret."""

    kid: str
    state: KeyState
    public_jwk: dict[str, Any]
    private_sealed: bytes
    created_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None


def current_key(keys: Sequence[SigningKey]) -> SigningKey | None:
    """Return the key that signs now."""
    return next((key for key in keys if key.state == "current"), None)


def due(keys: Sequence[SigningKey], now: datetime) -> bool:
    """Whether there is no key yet, or the current one has signed long enough."""
    current = current_key(keys)
    if current is None or current.activated_at is None:
        return True
    return now >= current.activated_at + KEY_LIFE


def rotate(keys: Sequence[SigningKey], fresh: SigningKey, now: datetime) -> list[SigningKey]:
    """Return the keys that change, in the order of writing: retire, activate, announce `fresh`."""
    changed: list[SigningKey] = []
    current = current_key(keys)
    if current is not None:
        changed.append(replace(current, state="retired", retired_at=now))
    following = next((key for key in keys if key.state == "next"), None)
    if following is not None:
        changed.append(replace(following, state="current", activated_at=now))
    changed.append(fresh)
    return changed
