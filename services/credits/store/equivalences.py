"""Equivalences and precedents as stored; peers of a common alliance see each other's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert

from services.credits.store.rows import Row, fetch_all
from services.credits.store.tables_rules import equivalences
from shared.db.session import Tx
from shared.kernel.ids import new_id

_TABLE = equivalences.c
MEMORY_MAX = 20_000


async def remember_many(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what was accepted; the same again is counted."""
    for row in rows:
        query = insert(equivalences).values(**row, id=new_id())
        counted = query.on_conflict_do_update(
            index_elements=[_TABLE.school_id, _TABLE.digest], set_={"times": _TABLE.times + 1}
        )
        await tx.execute(counted)


async def list_precedents(
    tx: Tx, *, kind: str, title: str, without: UUID | None, limit: int
) -> list[Row]:
    """Return what was accepted for outcomes of this kind whose title is like this one."""
    alike = or_(_TABLE.outcome_title == title, _TABLE.outcome_title.contains(title[:20]))
    query = select(equivalences).where(_TABLE.outcome_kind == kind, alike)
    if without is not None:
        query = query.where(_TABLE.school_id != without)
    order = _TABLE.times.desc(), _TABLE.id.desc()
    return await fetch_all(tx, query.order_by(*order).limit(limit))


async def list_memory(tx: Tx, *, without: UUID, on: date) -> list[tuple[str, str]]:
    """Return pairs of titles that peers have accepted; the asking school is left out."""
    query = (
        select(_TABLE.outcome_title, _TABLE.course_title)
        .where(
            _TABLE.school_id != without,
            _TABLE.valid_from <= on,
            or_(_TABLE.valid_to.is_(None), _TABLE.valid_to >= on),
        )
        .group_by(_TABLE.outcome_title, _TABLE.course_title)
        .order_by(func.sum(_TABLE.times).desc(), _TABLE.outcome_title, _TABLE.course_title)
        .limit(MEMORY_MAX)
    )
    return [(row[0], row[1]) for row in await tx.execute(query)]
