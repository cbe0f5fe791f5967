"""API clients and authorization codes, as stored: hashes only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, insert, select, text, update

from services.accounts.domain.client import Client, CodeGrant
from services.accounts.store.rows import columns, from_row, to_row
from services.accounts.store.tables import clients, grants
from shared.db.session import Tx

_CLIENT = columns(clients, Client)
_GRANT = columns(grants, CodeGrant)
_KEPT = timedelta(days=1)


async def add(tx: Tx, client: Client) -> None:
    """Write a new client."""
    await tx.execute(insert(clients).values(to_row(client)))


async def find(tx: Tx, client_id: UUID) -> Client | None:
    """Return one client, revoked or not."""
    query = select(*_CLIENT).where(clients.c.id == client_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return from_row(Client, row) if row else None


async def find_by_name(tx: Tx, org_id: UUID, name: str) -> Client | None:
    """Return the client in use under this name; the name is held until the transaction ends."""
    hold = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 11))")
    await tx.execute(hold, {"name": f"{org_id} {name}"})
    query = select(*_CLIENT).where(
        clients.c.org_id == org_id, clients.c.name == name, clients.c.revoked_at.is_(None)
    )
    row = (await tx.execute(query)).mappings().first()
    return from_row(Client, row) if row else None


async def list_of(tx: Tx, org_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Client]:
    """Return the clients of an organisation, oldest first, one more than `limit`."""
    query = select(*_CLIENT).where(clients.c.org_id == org_id)
    if after is not None:
        query = query.where(clients.c.id > after)
    rows = (await tx.execute(query.order_by(clients.c.id).limit(limit + 1))).mappings()
    return [from_row(Client, row) for row in rows]


async def revoke(tx: Tx, client_id: UUID, now: datetime) -> None:
    """End what a client may do."""
    query = update(clients).where(clients.c.id == client_id, clients.c.revoked_at.is_(None))
    await tx.execute(query.values(revoked_at=now))


async def add_grant(tx: Tx, grant: CodeGrant, code_sha256: bytes) -> None:
    """Write a person's permission under the hash of its code; sweep those long over."""
    await tx.execute(delete(grants).where(grants.c.expires_at < grant.expires_at - _KEPT))
    await tx.execute(insert(grants).values(**to_row(grant), code_sha256=code_sha256))


async def use_grant(tx: Tx, code_sha256: bytes, now: datetime) -> CodeGrant | None:
    """Return the permission of a code and use it up; None where it is unknown or used."""
    query = (
        update(grants)
        .where(grants.c.code_sha256 == code_sha256, grants.c.used_at.is_(None))
        .values(used_at=now)
        .returning(*_GRANT)
    )
    row = (await tx.execute(query)).mappings().one_or_none()
    return from_row(CodeGrant, row) if row else None
