"""Whom alliances trust, and who has signed it, as stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.credits.store.tables_credentials import trust_lists, trust_signatures
from shared.db.session import Tx

Row = dict[str, Any]


async def add_list(tx: Tx, values: Mapping[str, Any]) -> Row:
    """Write a new trust list."""
    query = insert(trust_lists).values(**values).returning(trust_lists)
    return dict((await tx.execute(query)).mappings().one())


async def find_list(tx: Tx, list_id: UUID) -> Row | None:
    """Return one trust list."""
    query = select(trust_lists).where(trust_lists.c.id == list_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else dict(row)


async def list_newest(tx: Tx) -> list[Row]:
    """Return the newest list of each owner: it stands for all that came before."""
    table = trust_lists.c
    newest = select(
        trust_lists,
        func.row_number()
        .over(partition_by=table.owner_id, order_by=(table.created_at.desc(), table.id.desc()))
        .label("age"),
    ).subquery()
    query = select(newest).where(newest.c.age == 1).order_by(newest.c.name)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def add_signature(
    tx: Tx, list_id: UUID, org_id: UUID, *, proof: Mapping[str, Any], now: datetime
) -> None:
    """Write an organisation's signature; its first one stays."""
    query = upsert(trust_signatures).values(
        list_id=list_id, org_id=org_id, proof=proof, signed_at=now
    )
    await tx.execute(query.on_conflict_do_nothing())


async def list_signatures(tx: Tx, list_id: UUID) -> list[Row]:
    """Return who has signed a list, the first first."""
    query = select(trust_signatures).where(trust_signatures.c.list_id == list_id)
    rows = await tx.execute(query.order_by(trust_signatures.c.signed_at))
    return [dict(row) for row in rows.mappings()]
