"""Applications with what is shown beside them, as stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, text

from services.credits.store.rows import Row, fetch_all, fetch_one
from services.credits.store.tables_applications import (
    credit_applications,
    credit_decisions,
    reviewer_conflicts,
)
from services.credits.store.tables_outcomes import outcomes
from services.credits.store.tables_rules import learners
from shared.db.session import Tx

_TABLE = credit_applications.c


@dataclass(frozen=True, slots=True)
class Sought:
    """What a list of applications is cut down to; None leaves it whole."""

    state: str | None = None
    class_name: str | None = None
    outcome_kind: str | None = None
    learner_id: UUID | None = None


def _shown() -> Select[Any]:
    return (
        select(
            credit_applications,
            learners.c.enrolment_no,
            learners.c.name.label("student_name"),
            learners.c.class_name,
            outcomes.c.kind.label("outcome_kind"),
            outcomes.c.title.label("outcome_title"),
            outcomes.c.level.label("outcome_level"),
            outcomes.c.supervisors,
        )
        .join(learners, learners.c.id == _TABLE.learner_id)
        .join(outcomes, outcomes.c.id == _TABLE.outcome_id)
    )


async def find_application(
    tx: Tx, school_id: UUID, application_id: UUID, *, lock: bool = False
) -> Row | None:
    """Return one application of a school."""
    query = _shown().where(_TABLE.school_id == school_id, _TABLE.id == application_id)
    return await fetch_one(tx, query.with_for_update(of=credit_applications) if lock else query)


async def find_many(
    tx: Tx, school_id: UUID, ids: Sequence[UUID], *, lock: bool = False
) -> list[Row]:
    """Return applications of a school by id, in the order of their ids."""
    query = _shown().where(_TABLE.school_id == school_id, _TABLE.id.in_(ids)).order_by(_TABLE.id)
    return await fetch_all(tx, query.with_for_update(of=credit_applications) if lock else query)


async def list_applications(
    tx: Tx,
    school_id: UUID,
    sought: Sought,
    *,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[Row]:
    """Return applications, the newest first, one more than `limit`."""
    query = _shown().where(_TABLE.school_id == school_id, *_conditions(sought))
    if after is not None:
        query = query.where(_TABLE.id < UUID(after[0]))
    return await fetch_all(tx, query.order_by(_TABLE.id.desc()).limit(limit + 1))


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    exact: dict[ColumnElement[Any], Any] = {
        _TABLE.state: sought.state,
        learners.c.class_name: sought.class_name,
        outcomes.c.kind: sought.outcome_kind,
        _TABLE.learner_id: sought.learner_id,
    }
    return [column == value for column, value in exact.items() if value is not None]


async def list_decisions(tx: Tx, application_ids: Sequence[UUID]) -> list[Row]:
    """Return the decisions over applications, in the order they were taken."""
    table = credit_decisions.c
    where = table.application_id.in_(application_ids)
    order = table.round, table.decided_at, table.id
    return await fetch_all(tx, select(credit_decisions).where(where).order_by(*order))


async def list_conflicted(tx: Tx, application_id: UUID) -> list[UUID]:
    """Return who has declared a conflict of interest over an application."""
    table = reviewer_conflicts.c
    query = select(table.reviewer).where(table.application_id == application_id)
    return list((await tx.execute(query)).scalars())


_CONVERTED = text(
    """
    SELECT o.unique_key, o.kind, o.content_key, o.online, a.items,
        extract(year FROM a.submitted_at)::int AS year
    FROM credit_applications a JOIN outcomes o ON o.id = a.outcome_id
    WHERE a.learner_id = :learner AND a.id <> :application
        AND a.state IN ('public_notice', 'posted')
    ORDER BY a.id
    """
)


async def list_converted(tx: Tx, learner_id: UUID, application_id: UUID) -> list[Row]:
    """Return what a learner has converted already: decided for, on notice or posted."""
    told = {"learner": learner_id, "application": application_id}
    return await fetch_all(tx, _CONVERTED, told)


_DUE = text(
    """
    SELECT id, school_id FROM credit_applications
    WHERE due_at <= :now
        AND state IN ('submitted', 'evidence_check', 'needs_more', 'review', 'public_notice')
        AND (CAST(:school AS uuid) IS NULL OR school_id = :school)
        AND NOT EXISTS (
            SELECT 1 FROM credit_objections
            WHERE application_id = credit_applications.id AND credit_objections.state = 'open'
        )
    ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    """
)


async def hold_due(tx: Tx, now: datetime, *, school_id: UUID | None, limit: int) -> list[Row]:
    """Return and hold applications whose deadline is over, leaving those that others hold."""
    return await fetch_all(tx, _DUE, {"now": now, "school": school_id, "limit": limit})
