"""Signing keys, as stored: the public half in the open, the private half sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, or_, select, text, update

from services.accounts.domain.signing_key import SigningKey
from services.accounts.store.rows import columns, from_row, to_row
from services.accounts.store.tables import signing_keys
from shared.db.session import Tx

_KEY = columns(signing_keys, SigningKey)
# Two processes that start together must not both make the first key.
_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended('signing keys', 7))")


async def hold(tx: Tx) -> None:
    """Keep other processes from changing the keys until this transaction ends."""
    await tx.execute(_HOLD)


async def list_valid(tx: Tx, *, retired_since: datetime) -> Sequence[SigningKey]:
    """Return the current and the next key, and retired ones that live tokens may name."""
    table = signing_keys.c
    query = select(*_KEY).where(or_(table.retired_at.is_(None), table.retired_at > retired_since))
    rows = (await tx.execute(query.order_by(table.created_at, table.kid))).mappings()
    return [from_row(SigningKey, row) for row in rows]


async def add(tx: Tx, key: SigningKey) -> None:
    """Write a new key."""
    await tx.execute(insert(signing_keys).values(to_row(key)))


async def save(tx: Tx, key: SigningKey) -> None:
    """Write a key's new state."""
    query = update(signing_keys).where(signing_keys.c.kid == key.kid)
    await tx.execute(
        query.values(state=key.state, activated_at=key.activated_at, retired_at=key.retired_at)
    )
