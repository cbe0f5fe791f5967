"""Connections and their messages as stored: written, held, listed for their two sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.exchange.store.tables import connection_messages, connections
from shared.db.session import Tx

Row: TypeAlias = dict[str, Any]

_C = connections.c
_M = connection_messages.c
_OPEN = text("state IN ('asked', 'talking')")


async def add(tx: Tx, values: Mapping[str, Any]) -> Row | None:
    """Write a new connection; None where the organisation has an open one about the notice."""
    statement = (
        upsert(connections)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["notice_id", "asker_id"], index_where=_OPEN)
        .returning(connections)
    )
    found = (await tx.execute(statement)).mappings().one_or_none()
    return None if found is None else dict(found)


async def find_open(tx: Tx, notice_id: UUID, asker_id: UUID) -> Row | None:
    """Return an organisation's open connection about a notice."""
    query = select(connections).where(_C.notice_id == notice_id, _C.asker_id == asker_id, _OPEN)
    found = (await tx.execute(query)).mappings().one_or_none()
    return None if found is None else dict(found)


async def find(tx: Tx, connection_id: UUID, *, org_id: UUID, lock: bool = False) -> Row | None:
    """Return a connection of which the organisation is a side."""
    query = select(connections).where(_C.id == connection_id, _of(org_id))
    if lock:
        query = query.with_for_update()
    found = (await tx.execute(query)).mappings().one_or_none()
    return None if found is None else dict(found)


async def list_of(
    tx: Tx,
    org_id: UUID,
    *,
    state: str | None,
    side: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[Row]:
    """Return an organisation's connections, the newest first, one more than `limit`."""
    sides = {
        None: _of(org_id),
        "asked": _C.asker_id == org_id,
        "answered": _C.answerer_id == org_id,
    }
    query = select(connections).where(sides[side])
    if state is not None:
        query = query.where(_C.state == state)
    if after is not None:
        query = query.where(_C.id < UUID(after[0]))
    rows = await tx.execute(query.order_by(_C.id.desc()).limit(limit + 1))
    return [dict(row) for row in rows.mappings()]


def _of(org_id: UUID) -> ColumnElement[bool]:
    return or_(_C.asker_id == org_id, _C.answerer_id == org_id)


async def change(tx: Tx, connection_id: UUID, values: Mapping[str, Any]) -> Row:
    """Write `values` and the next version of a connection that the caller holds."""
    statement = (
        update(connections)
        .where(_C.id == connection_id)
        .values(**values, version=_C.version + 1)
        .returning(connections)
    )
    return dict((await tx.execute(statement)).mappings().one())


async def add_message(tx: Tx, connection_id: UUID, values: Mapping[str, Any]) -> Row:
    """Add the next message of a connection that the caller holds."""
    newest = select(func.coalesce(func.max(_M.number), 0)).where(_M.connection_id == connection_id)
    number = (await tx.execute(newest)).scalar_one() + 1
    statement = (
        insert(connection_messages)
        .values(connection_id=connection_id, number=number, **values)
        .returning(connection_messages)
    )
    return dict((await tx.execute(statement)).mappings().one())


async def list_messages(tx: Tx, connection_id: UUID) -> list[Row]:
    """Return a connection's messages, the first one first."""
    query = select(connection_messages).where(_M.connection_id == connection_id).order_by(_M.number)
    return [dict(row) for row in (await tx.execute(query)).mappings()]
