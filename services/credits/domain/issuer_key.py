"""Keys of issuers: one signs, one is announced before it will, old ones stay published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

KeyState = Literal["next", "current", "retired", "lost"]

# A key signs for a year; what it signed is verified for a lifetime, so it stays published.
KEY_LIFE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """The public half of an issuer's Ed25519 key pair."""

    multikey: str
    issuer_id: UUID
    state: KeyState
    created_at: datetime
    activated_at: datetime | None = None
    retired_at: datetime | None = None


def current_of(keys: Sequence[IssuerKey]) -> IssuerKey | None:
    """Return the key that signs now."""
    return next((key for key in keys if key.state == "current"), None)


def is_due(keys: Sequence[IssuerKey], now: datetime) -> bool:
    """Whether there is no key yet, or the current one has signed long enough."""
    current = current_of(keys)
    if current is None or current.activated_at is None:
        return True
    return now >= current.activated_at + KEY_LIFE


def rotate(keys: Sequence[IssuerKey], fresh: IssuerKey, now: datetime) -> list[IssuerKey]:
    """Return the keys that change, in the order of writing: retire, activate, announce `fresh`."""
    changed: list[IssuerKey] = []
    current = current_of(keys)
    if current is not None:
        changed.append(replace(current, state="retired", retired_at=now))
    following = next((key for key in keys if key.state == "next"), None)
    if following is not None:
        changed.append(replace(following, state="current", activated_at=now))
    changed.append(fresh)
    return changed


def published(keys: Sequence[IssuerKey]) -> list[IssuerKey]:
    """Return the keys that verify: a lost one verifies nothing any more."""
    return [key for key in keys if key.state != "lost"]
