"""Placements as stored."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, text, tuple_, update

from services.internships.store.rows import Row, fetch_all, fetch_it, fetch_one
from services.internships.store.tables_batches import placements
from shared.db.session import Tx

_HOLDING = ("accepted", "started")
_STATES = (
    "proposed",
    "accepted",
    "declined",
    "expired",
    "started",
    "assessed",
    "ended",
    "cancelled",
)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a look at placements asks for; None where it does not matter."""

    batch_id: UUID | None = None
    class_name: str | None = None
    major_code: str | None = None
    state: str | None = None
    enterprise_id: UUID | None = None
    origin: str | None = None
    lacks: str | None = None


def _json_text(column: ColumnElement[Any], *names: str) -> list[ColumnElement[bool]]:
    return [column[name].astext.is_(None) for name in names]


def _missing() -> dict[str, ColumnElement[bool]]:
    """Return, per paper, when a placement lacks it (as `domain/placement_papers` tells it)."""
    table = placements.c
    signed = ("school_signed_on", "enterprise_signed_on", "student_signed_on")
    return {
        "people": or_(table.teacher.is_(None), table.mentor.is_(None)),
        "consent": or_(*_json_text(table.consent, "student_on", "guardian_on")),
        "agreement": or_(*_json_text(table.agreement, *signed)),
        "insurance": func.coalesce(func.jsonb_array_length(table.insurance), 0) == 0,
        "safety": table.safety_trained_on.is_(None),
    }


async def count_placements(
    tx: Tx, owner: ColumnElement[bool], sought: Sought, *, now: datetime
) -> Row:
    """Return how many placements there are, by state, and how many lack each paper."""
    table, waits = placements.c, placements.c.state.in_(("proposed", "accepted"))
    counts = [
        func.count().filter(table.state == state).label(f"state_{state}") for state in _STATES
    ]
    counts += [
        func.count().filter(waits, lacks).label(f"lacks_{paper}")
        for paper, lacks in _missing().items()
    ]
    query = select(func.count().label("total"), *counts).where(owner, *_conditions(sought, now))
    return await fetch_it(tx, query)


async def list_placements(
    tx: Tx,
    owner: ColumnElement[bool],
    sought: Sought,
    *,
    now: datetime,
    after: tuple[Any, ...] | None,
    limit: int | None,
) -> list[Row]:
    """Return placements by class and number, one more than `limit`; all where it is None."""
    table = placements.c
    position = tuple_(table.class_name, table.enrolment_no, table.id)
    query = select(placements).where(owner, *_conditions(sought, now))
    if after is not None:
        query = query.where(position > tuple_(after[0], after[1], UUID(after[2])))
    query = query.order_by(table.class_name, table.enrolment_no, table.id)
    return await fetch_all(tx, query if limit is None else query.limit(limit + 1))


def of_school(school_id: UUID) -> ColumnElement[bool]:
    """Every placement of a school."""
    return placements.c.school_id == school_id


def of_host(enterprise_id: UUID) -> ColumnElement[bool]:
    """What an enterprise may see: accepted, and with the student's consent."""
    return and_(
        placements.c.enterprise_id == enterprise_id,
        placements.c.share_consented_at.is_not(None),
        placements.c.state.not_in(("proposed", "declined", "expired")),
    )


def of_student(student_id: UUID) -> ColumnElement[bool]:
    """Every placement of one student."""
    return placements.c.student_id == student_id


def _conditions(sought: Sought, now: datetime) -> list[ColumnElement[bool]]:
    table = placements.c
    exact = {
        table.batch_id: sought.batch_id,
        table.class_name: sought.class_name,
        table.enterprise_id: sought.enterprise_id,
        table.origin: sought.origin,
    }
    found = [column == value for column, value in exact.items() if value is not None]
    if sought.lacks:
        found.append(_missing()[sought.lacks])
    if sought.major_code:
        found.append(table.major_code.startswith(sought.major_code, autoescape=True))
    late = and_(table.state == "proposed", table.accept_by <= now, table.keeps.is_(None))
    if sought.state == "expired":
        found.append(or_(table.state == "expired", late))
    elif sought.state == "proposed":
        found.append(and_(table.state == "proposed", or_(table.accept_by.is_(None), ~late)))
    elif sought.state:
        found.append(table.state == sought.state)
    return found


async def find_placement(
    tx: Tx, owner: ColumnElement[bool], placement_id: UUID, *, lock: bool = False
) -> Row | None:
    """Return one placement that `owner` lets the caller see."""
    query = select(placements).where(owner, placements.c.id == placement_id)
    return await fetch_one(tx, query.with_for_update() if lock else query)


async def holds_another(tx: Tx, placement: Row) -> bool:
    """Return whether the student has accepted another placement."""
    query = select(placements.c.id).where(
        placements.c.student_id == placement["student_id"],
        placements.c.id != placement["id"],
        placements.c.state.in_(_HOLDING),
    )
    return (await tx.execute(query)).first() is not None


async def add_placement(tx: Tx, values: Mapping[str, Any]) -> Row:
    """Write a new placement."""
    return await fetch_it(tx, insert(placements).values(**values).returning(placements))


async def change_placement(tx: Tx, placement_id: UUID, changes: Mapping[str, Any]) -> Row:
    """Write changes of a placement that the transaction holds."""
    query = (
        update(placements)
        .where(placements.c.id == placement_id)
        .values(**changes, version=placements.c.version + 1, updated_at=func.now())
        .returning(placements)
    )
    return await fetch_it(tx, query)


_HOLD_MANY = text(
    """
    SELECT p.*, EXISTS (SELECT 1 FROM placements o WHERE o.student_id = p.student_id
        AND o.id <> p.id AND o.state IN ('accepted', 'started')) AS held
    FROM placements p WHERE p.school_id = :school_id AND p.id = ANY(CAST(:ids AS uuid[]))
    ORDER BY p.id FOR UPDATE OF p
    """
)
_ACCEPT_MANY = text(
    """
    UPDATE placements p SET state = 'accepted', accepted_via = 'office', accepted_at = t.signed,
        share_consented_at = t.shared, keeps = NULL, version = p.version + 1, updated_at = now()
    FROM unnest(CAST(:ids AS uuid[]), CAST(:signed AS date[]), CAST(:shared AS date[]))
        AS t(id, signed, shared)
    WHERE p.id = t.id
    """
)


async def hold_many(tx: Tx, school_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return and hold placements of a school, each with whether its student holds another."""
    told = {"school_id": school_id, "ids": list(ids)}
    return {row["id"]: row for row in await fetch_all(tx, _HOLD_MANY, told)}


async def accept_many(tx: Tx, rows: Sequence[tuple[UUID, date, date | None]]) -> None:
    """Accept placements as signed on paper: (placement, signed on, consent signed on)."""
    await tx.execute(
        _ACCEPT_MANY,
        {
            "ids": [row[0] for row in rows],
            "signed": [row[1] for row in rows],
            "shared": [row[2] for row in rows],
        },
    )


_TOLD = text(
    """
    SELECT p.*, b.kind, b.term, b.plan_id, l.code AS plan_code, l.weeks AS plan_weeks,
        l.credits AS plan_credits, o.occupation_code, o.industry_code, o.region_code
    FROM placements p JOIN batches b ON b.id = p.batch_id
    LEFT JOIN plans l ON l.id = b.plan_id
    LEFT JOIN posts o ON o.id = p.post_id
    WHERE p.id = ANY(CAST(:ids AS uuid[])) ORDER BY p.id
    """
)


async def list_told(tx: Tx, ids: Sequence[UUID]) -> list[Row]:
    """Return placements with what the other rooms are told of their batch, plan and post."""
    return await fetch_all(tx, _TOLD, {"ids": list(ids)})


_TAKEN = text(
    "SELECT post_id, count(*) AS taken FROM placements WHERE batch_id = :id"
    " AND state IN ('proposed', 'accepted', 'started', 'assessed', 'ended') GROUP BY post_id"
)


async def count_taken(tx: Tx, batch_id: UUID) -> dict[UUID, int]:
    """Return how many places of each post of a batch are proposed or taken."""
    return {row["post_id"]: row["taken"] for row in await fetch_all(tx, _TAKEN, {"id": batch_id})}


_PROPOSE = text(
    """
    INSERT INTO placements (id, school_id, batch_id, student_id, enrolment_no, student_name,
        major_code, class_name, post_id, post_title, enterprise_id, enterprise_name, origin, mode,
        state, start_on, end_on, pay_fen_month, accept_by, teacher)
    SELECT t.id, b.school_id, b.id, s.id, s.enrolment_no, s.name, s.major_code, s.class_name,
        p.id, p.title, p.org_id, p.enterprise_name, 'school_arranged', b.mode, 'proposed',
        GREATEST(b.start_on, p.start_on), LEAST(b.end_on, p.end_on), p.pay_fen_month,
        :accept_by, s.class_teacher
    FROM unnest(CAST(:ids AS uuid[]), CAST(:students AS uuid[]), CAST(:posts AS uuid[]))
        AS t(id, student_id, post_id)
    JOIN students s ON s.id = t.student_id
    JOIN posts p ON p.id = t.post_id
    JOIN batches b ON b.id = :batch_id
    """
)


async def propose_many(
    tx: Tx, batch: Row, rows: Sequence[tuple[UUID, UUID, UUID]], *, accept_by: datetime
) -> None:
    """Write proposed placements: (id, student, post)."""
    await tx.execute(
        _PROPOSE,
        {
            "batch_id": batch["id"],
            "accept_by": accept_by,
            "ids": [row[0] for row in rows],
            "students": [row[1] for row in rows],
            "posts": [row[2] for row in rows],
        },
    )


@asynccontextmanager
async def beyond_walls(tx: Tx) -> AsyncGenerator[None]:
    """Let the rules count over rows that the caller may not read: findings leave, never a row."""
    reach = (await tx.execute(text("SELECT current_setting('app.reach', true)"))).scalar_one()
    await tx.execute(text("SELECT set_config('app.reach', 'all', true)"))
    yield
    await tx.execute(text("SELECT set_config('app.reach', :reach, true)"), {"reach": reach})
