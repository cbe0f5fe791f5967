"""Applications of mutual choice, and self-arranged internships, as stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text, update

from services.internships.store.rows import Row, fetch_all, fetch_it, fetch_one
from services.internships.store.tables_batches import choices, self_arrangements, students
from shared.db.session import Tx

_HOLD_SEATS = text(
    "SELECT seats FROM batch_posts WHERE batch_id = :batch_id AND post_id = :post_id FOR UPDATE"
)


async def add_choice(tx: Tx, values: Mapping[str, Any]) -> Row:
    """Write a new application."""
    return await fetch_it(tx, insert(choices).values(**values).returning(choices))


async def find_choice(tx: Tx, batch_id: UUID, choice_id: UUID, *, lock: bool = False) -> Row | None:
    """Return one application that the caller's organisation may see."""
    query = select(choices).where(choices.c.batch_id == batch_id, choices.c.id == choice_id)
    return await fetch_one(tx, query.with_for_update() if lock else query)


async def find_same(tx: Tx, batch_id: UUID, student_id: UUID, post_id: UUID) -> Row | None:
    """Return the student's application for the same post."""
    query = select(choices).where(
        choices.c.batch_id == batch_id,
        choices.c.student_id == student_id,
        choices.c.post_id == post_id,
    )
    return await fetch_one(tx, query)


async def list_choices(
    tx: Tx,
    batch_id: UUID,
    *,
    student_id: UUID | None,
    post_id: UUID | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[Row]:
    """Return applications that the caller's organisation may see, one more than `limit`."""
    query = select(choices).where(choices.c.batch_id == batch_id)
    if student_id is not None:
        query = query.where(choices.c.student_id == student_id)
    if post_id is not None:
        query = query.where(choices.c.post_id == post_id)
    if after is not None:
        query = query.where(choices.c.id > UUID(after[0]))
    return await fetch_all(tx, query.order_by(choices.c.id).limit(limit + 1))


async def change_choice(tx: Tx, choice_id: UUID, changes: Mapping[str, Any]) -> Row:
    """Write changes of an application that the transaction holds."""
    query = (
        update(choices)
        .where(choices.c.id == choice_id)
        .values(**changes, version=choices.c.version + 1, updated_at=func.now())
        .returning(choices)
    )
    return await fetch_it(tx, query)


async def hold_seats(tx: Tx, batch_id: UUID, post_id: UUID) -> int:
    """Return a post's seats in a batch and hold them, so that two students come in turn."""
    told = {"batch_id": batch_id, "post_id": post_id}
    return int((await tx.scalar(_HOLD_SEATS, told)) or 0)


_ARRANGED = (self_arrangements, students.c.enrolment_no, students.c.name.label("student_name"))


async def add_arrangement(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a new application for a self-arranged internship."""
    await tx.execute(insert(self_arrangements).values(**values))


async def find_arrangement(
    tx: Tx, school_id: UUID, arrangement_id: UUID, *, lock: bool = False
) -> Row | None:
    """Return one application of a school."""
    query = (
        select(*_ARRANGED)
        .join(students, students.c.id == self_arrangements.c.student_id)
        .where(self_arrangements.c.school_id == school_id, self_arrangements.c.id == arrangement_id)
    )
    return await fetch_one(tx, query.with_for_update(of=self_arrangements) if lock else query)


async def list_arrangements(
    tx: Tx,
    school_id: UUID,
    *,
    student_id: UUID | None,
    state: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[Row]:
    """Return applications, newest first, one more than `limit`."""
    query = select(*_ARRANGED).join(students, students.c.id == self_arrangements.c.student_id)
    query = query.where(self_arrangements.c.school_id == school_id)
    if student_id is not None:
        query = query.where(self_arrangements.c.student_id == student_id)
    if state is not None:
        query = query.where(self_arrangements.c.state == state)
    if after is not None:
        query = query.where(self_arrangements.c.id < UUID(after[0]))
    return await fetch_all(tx, query.order_by(self_arrangements.c.id.desc()).limit(limit + 1))


async def change_arrangement(tx: Tx, arrangement_id: UUID, changes: Mapping[str, Any]) -> None:
    """Write a decision on an application that the transaction holds."""
    await tx.execute(
        update(self_arrangements)
        .where(self_arrangements.c.id == arrangement_id)
        .values(**changes, version=self_arrangements.c.version + 1)
    )
