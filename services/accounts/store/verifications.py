"""Verifications, as stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.accounts.domain.verification import Verification
from services.accounts.store.rows import columns, from_row, to_row
from services.accounts.store.tables import verifications
from shared.db.session import Tx

_VERIFICATION = columns(verifications, Verification)


async def add(tx: Tx, verification: Verification) -> bool:
    """Write a new verification; return False where the organisation has an open one."""
    query = upsert(verifications).values(to_row(verification)).on_conflict_do_nothing()
    return (await tx.execute(query.returning(verifications.c.id))).one_or_none() is not None


async def find(tx: Tx, verification_id: UUID) -> Verification | None:
    """Return one verification."""
    query = select(*_VERIFICATION).where(verifications.c.id == verification_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return from_row(Verification, row) if row else None


async def list_of(tx: Tx, org_id: UUID) -> Sequence[Verification]:
    """Return the verifications of one organisation, newest first."""
    query = select(*_VERIFICATION).where(verifications.c.org_id == org_id)
    rows = (await tx.execute(query.order_by(verifications.c.id.desc()).limit(200))).mappings()
    return [from_row(Verification, row) for row in rows]


async def list_waiting(
    tx: Tx,
    *,
    status: str,
    region_prefix: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> Sequence[Verification]:
    """Return verifications in one state, oldest first, one more than `limit`."""
    query = select(*_VERIFICATION).where(verifications.c.status == status)
    if region_prefix is not None:
        within = verifications.c.region_code.startswith(region_prefix, autoescape=True)
        query = query.where(within)
    if after is not None:
        query = query.where(verifications.c.id > UUID(after[0]))
    rows = (await tx.execute(query.order_by(verifications.c.id).limit(limit + 1))).mappings()
    return [from_row(Verification, row) for row in rows]


async def save(tx: Tx, verification: Verification) -> bool:
    """Write a decided verification over the version before it; False where that one is gone."""
    old = and_(
        verifications.c.id == verification.id,
        verifications.c.version == verification.version - 1,
    )
    query = update(verifications).where(old).values(to_row(verification))
    return (await tx.execute(query.returning(verifications.c.id))).one_or_none() is not None
