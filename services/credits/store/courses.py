"""Courses, programmes and learners as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Table, or_, select, text, tuple_, update

from services.credits.store.rows import Row, add_rows, fetch_all, fetch_one, find_row
from services.credits.store.tables_rules import courses, learners, programmes
from shared.db.session import Tx
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Upserted:
    """How many rows of an import were new, changed, or as before."""

    created: int
    updated: int
    unchanged: int


async def save_versions(
    tx: Tx, table: Table, school_id: UUID, rows: Sequence[Mapping[str, Any]]
) -> Upserted:
    """Write courses or programmes: a change is a new version, the old one stays as it was."""
    codes = [row["code"] for row in rows]
    where = (table.c.school_id == school_id, table.c.current, table.c.code.in_(codes))
    query = select(table.c.id, table.c.code, table.c.number, table.c.digest).where(*where)
    known = {row["code"]: row for row in await fetch_all(tx, query.with_for_update())}
    fresh = [r for r in rows if r["code"] not in known or known[r["code"]]["digest"] != r["digest"]]
    replaced = [known[row["code"]]["id"] for row in fresh if row["code"] in known]
    await tx.execute(update(table).where(table.c.id.in_(replaced)).values(current=False))
    written = [
        {
            **row,
            "id": new_id(),
            "school_id": school_id,
            "number": known[row["code"]]["number"] + 1 if row["code"] in known else 1,
            "current": True,
        }
        for row in fresh
    ]
    await add_rows(tx, table, written)
    return Upserted(len(fresh) - len(replaced), len(replaced), len(rows) - len(fresh))


async def list_current(
    tx: Tx,
    table: Table,
    school_id: UUID,
    *,
    q: str | None = None,
    after: tuple[Any, ...] | None = None,
    limit: int | None = None,
) -> list[Row]:
    """Return the current versions of a school's courses or programmes by code."""
    query = select(table).where(table.c.school_id == school_id, table.c.current)
    if q:
        query = query.where(or_(table.c.title.contains(q, autoescape=True), table.c.code == q))
    if after is not None:
        query = query.where(table.c.code > after[0])
    query = query.order_by(table.c.code)
    return await fetch_all(tx, query if limit is None else query.limit(limit + 1))


async def find_courses(tx: Tx, school_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return courses of a school by id, of any version."""
    query = select(courses).where(courses.c.school_id == school_id, courses.c.id.in_(ids))
    return {row["id"]: row for row in await fetch_all(tx, query)}


async def find_current(tx: Tx, table: Table, school_id: UUID, code: str) -> Row | None:
    """Return the current version of a course or programme."""
    return await find_row(
        tx, table, table.c.school_id == school_id, table.c.current, table.c.code == code
    )


async def find_programmes(tx: Tx, school_id: UUID, codes: Sequence[str]) -> dict[str, Row]:
    """Return the current programmes of these codes."""
    where = programmes.c.school_id == school_id, programmes.c.current
    query = select(programmes).where(*where, programmes.c.code.in_(codes))
    return {row["code"]: row for row in await fetch_all(tx, query)}


_UPSERT_LEARNERS = text(
    """
    INSERT INTO learners AS old (id, school_id, enrolment_no, name, class_name, programme_code,
        ref, state)
    SELECT r.id, :school_id, r.enrolment_no, r.name, r.class_name, r.programme_code, r.ref,
        'enrolled'
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id uuid, enrolment_no text, name text,
        class_name text, programme_code text, ref text)
    ON CONFLICT (school_id, enrolment_no) DO UPDATE SET
        name = excluded.name, class_name = excluded.class_name,
        programme_code = excluded.programme_code, state = 'enrolled',
        version = old.version + 1, updated_at = now()
    WHERE (old.name, old.class_name, old.programme_code, old.state) IS DISTINCT FROM
        (excluded.name, excluded.class_name, excluded.programme_code, 'enrolled')
    RETURNING (xmax = 0) AS created
    """
)


async def upsert_learners(
    tx: Tx, school_id: UUID, rows: Sequence[Mapping[str, Any]], as_json: str
) -> Upserted:
    """Write learners: new ones join, known ones (by enrolment number) change."""
    made = await fetch_all(tx, _UPSERT_LEARNERS, {"school_id": school_id, "rows": as_json})
    created = sum(row["created"] for row in made)
    return Upserted(created, len(made) - created, len(rows) - len(made))


async def find_learner_by_number(tx: Tx, school_id: UUID, number: str) -> Row | None:
    """Return a school's learner by enrolment number."""
    return await find_row(
        tx, learners, learners.c.school_id == school_id, learners.c.enrolment_no == number
    )


async def find_learners(tx: Tx, school_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return learners of a school by id."""
    query = select(learners).where(learners.c.school_id == school_id, learners.c.id.in_(ids))
    return {row["id"]: row for row in await fetch_all(tx, query)}


async def find_learners_by_number(
    tx: Tx, school_id: UUID, numbers: Sequence[str]
) -> dict[str, Row]:
    """Return learners of a school by enrolment number."""
    where = learners.c.school_id == school_id, learners.c.enrolment_no.in_(numbers)
    return {row["enrolment_no"]: row for row in await fetch_all(tx, select(learners).where(*where))}


async def list_learners(
    tx: Tx,
    school_id: UUID,
    *,
    class_name: str | None = None,
    after: tuple[Any, ...] | None = None,
    limit: int | None = None,
) -> list[Row]:
    """Return a school's learners by class and number."""
    place = learners.c.class_name, learners.c.enrolment_no
    query = select(learners).where(learners.c.school_id == school_id)
    if class_name is not None:
        query = query.where(learners.c.class_name == class_name)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*after))
    query = query.order_by(*place)
    return await fetch_all(tx, query if limit is None else query.limit(limit + 1))


async def find_learner_by_ref(tx: Tx, school_id: UUID, ref: str) -> Row | None:
    """Return the learner behind the sign that other rooms send."""
    query = select(learners).where(learners.c.school_id == school_id, learners.c.ref == ref)
    return await fetch_one(tx, query)
