"""Notices as stored: written, read by id and changed by version."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, insert, select, update

from services.exchange.domain.notice import TERMS, Notice, NoticeState, NoticeTerms
from services.exchange.store.tables import notices
from shared.db.session import Tx

_OWN = ("id", "version", "org_id", "org_kind", "org_name", "rule")
_REGISTRAR = ("registrar_id", "registrar_name", "registrar_level", "returned_reason")
_TIMES = ("created_at", "submitted_at", "registered_at", "published_at", "closed_at")
COLUMNS: tuple[ColumnElement[Any], ...] = tuple(
    notices.c[name] for name in (*TERMS, *_OWN, *_REGISTRAR, *_TIMES, "state")
)


def notice_of(row: RowMapping) -> Notice:
    """Return a stored row as a notice."""
    return Notice(
        terms=NoticeTerms.from_values({name: row[name] for name in TERMS}),
        state=NoticeState(row["state"]),
        **{name: row[name] for name in (*_OWN, *_REGISTRAR, *_TIMES)},
    )


async def find(tx: Tx, notice_id: UUID, *, lock: bool = False) -> Notice | None:
    """Return one notice, or None where row-level security does not show it to the caller."""
    query = select(*COLUMNS).where(notices.c.id == notice_id)
    if lock:
        query = query.with_for_update()
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else notice_of(row)


async def find_many(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Notice]:
    """Return the notices with these ids that the caller may see."""
    rows = (await tx.execute(select(*COLUMNS).where(notices.c.id.in_(ids)))).mappings()
    return {row["id"]: notice_of(row) for row in rows}


async def add(tx: Tx, row: Mapping[str, Any]) -> None:
    """Insert a notice."""
    await tx.execute(insert(notices).values(**row))


async def change(tx: Tx, notice_id: UUID, values: Mapping[str, Any]) -> Notice:
    """Write `values` and the next version; return the notice as it is now."""
    statement = (
        update(notices)
        .where(notices.c.id == notice_id)
        .values(**values, version=notices.c.version + 1)
        .returning(*COLUMNS)
    )
    return notice_of((await tx.execute(statement)).mappings().one())
