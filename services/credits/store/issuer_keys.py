"""Keys of issuers, as stored: the public half in the open, the private half sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import insert, select, text, update

from services.credits.domain.issuer_key import IssuerKey
from services.credits.store.tables_credentials import issuer_keys, issuer_secrets
from shared.db.session import Tx

_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended('issuer keys ' || :issuer, 7))")


async def hold(tx: Tx, issuer_id: UUID) -> None:
    """Keep other transactions from changing this issuer's keys until this one ends."""
    await tx.execute(_HOLD, {"issuer": str(issuer_id)})


async def list_keys(tx: Tx, issuer_id: UUID) -> Sequence[IssuerKey]:
    """Return every key of an issuer, the oldest first."""
    query = select(issuer_keys).where(issuer_keys.c.issuer_id == issuer_id)
    rows = (await tx.execute(query.order_by(issuer_keys.c.created_at))).mappings()
    return [IssuerKey(**row) for row in rows]


async def list_public(tx: Tx) -> Sequence[IssuerKey]:
    """Return the keys of every issuer."""
    query = select(issuer_keys).order_by(issuer_keys.c.issuer_id, issuer_keys.c.created_at)
    return [IssuerKey(**row) for row in (await tx.execute(query)).mappings()]


async def read_sealed(tx: Tx, multikey: str) -> bytes:
    """Return the sealed private half of a key of an issuer that the transaction acts for."""
    query = select(issuer_secrets.c.private_sealed).where(issuer_secrets.c.multikey == multikey)
    return bytes((await tx.execute(query)).scalar_one())


async def add_key(tx: Tx, key: IssuerKey, sealed: bytes) -> None:
    """Write a new key, its two halves apart."""
    await tx.execute(insert(issuer_keys).values(**asdict(key)))
    half = {"multikey": key.multikey, "issuer_id": key.issuer_id, "private_sealed": sealed}
    await tx.execute(insert(issuer_secrets).values(**half))


async def save_key(tx: Tx, key: IssuerKey) -> None:
    """Write a key's new state."""
    query = update(issuer_keys).where(issuer_keys.c.multikey == key.multikey)
    await tx.execute(
        query.values(state=key.state, activated_at=key.activated_at, retired_at=key.retired_at)
    )
