"""Appeals as stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from services.internships.store.rows import Row, fetch_all, fetch_one
from services.internships.store.tables_batches import appeals, students
from shared.db.session import Tx

_SHOWN = (appeals, students.c.enrolment_no, students.c.name.label("student_name"))


async def add_appeal(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a new appeal."""
    await tx.execute(insert(appeals).values(**values))


async def find_appeal(tx: Tx, school_id: UUID, appeal_id: UUID) -> Row | None:
    """Return one appeal of a school."""
    query = select(*_SHOWN).join(students, students.c.id == appeals.c.student_id)
    query = query.where(appeals.c.school_id == school_id, appeals.c.id == appeal_id)
    return await fetch_one(tx, query)


async def list_appeals(
    tx: Tx,
    school_id: UUID,
    *,
    student_id: UUID | None,
    state: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[Row]:
    """Return appeals, newest first, one more than `limit`; one student's where given."""
    query = select(*_SHOWN).join(students, students.c.id == appeals.c.student_id)
    query = query.where(appeals.c.school_id == school_id)
    if student_id is not None:
        query = query.where(appeals.c.student_id == student_id)
    if state is not None:
        query = query.where(appeals.c.state == state)
    if after is not None:
        query = query.where(appeals.c.id < UUID(after[0]))
    return await fetch_all(tx, query.order_by(appeals.c.id.desc()).limit(limit + 1))


async def has_open(
    tx: Tx, student_id: UUID, *, round_id: UUID | None, placement_id: UUID | None
) -> bool:
    """Return whether the student has an open appeal about the same thing."""
    query = select(appeals.c.id).where(
        appeals.c.student_id == student_id,
        appeals.c.state == "open",
        appeals.c.round_id.is_not_distinct_from(round_id),
        appeals.c.placement_id.is_not_distinct_from(placement_id),
    )
    return (await tx.execute(query)).first() is not None


async def decide_appeal(tx: Tx, appeal: Row, changes: Mapping[str, Any]) -> Row | None:
    """Write a decision over the open version that was read; None where another came first."""
    query = (
        update(appeals)
        .where(
            appeals.c.id == appeal["id"],
            appeals.c.version == appeal["version"],
            appeals.c.state == "open",
        )
        .values(**changes, version=appeals.c.version + 1)
        .returning(appeals)
    )
    found = await fetch_one(tx, query)
    named = {name: appeal[name] for name in ("enrolment_no", "student_name")}
    return {**found, **named} if found else None
