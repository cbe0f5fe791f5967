"""Training plans of a school, as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, tuple_

from services.internships.store.rows import Row, fetch_all, fetch_one
from services.internships.store.students import Upserted, upsert_rows
from services.internships.store.tables_batches import plans
from shared.db.session import Tx

_UPSERT = text(
    """
    INSERT INTO plans AS old (id, school_id, code, name, major_code, kind, term, weeks, credits,
        competencies)
    SELECT r.id, :school_id, r.code, r.name, r.major_code, r.kind, r.term, r.weeks, r.credits,
        COALESCE(r.competencies, '{}')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id uuid, code text, name text,
        major_code text, kind text, term text, weeks int, credits numeric(4, 1),
        competencies varchar[])
    ON CONFLICT (school_id, code) DO UPDATE SET
        name = excluded.name, major_code = excluded.major_code, kind = excluded.kind,
        term = excluded.term, weeks = excluded.weeks, credits = excluded.credits,
        competencies = excluded.competencies, version = old.version + 1, updated_at = now()
    WHERE (old.name, old.major_code, old.kind, old.term, old.weeks, old.credits, old.competencies)
        IS DISTINCT FROM
          (excluded.name, excluded.major_code, excluded.kind, excluded.term, excluded.weeks,
           excluded.credits, excluded.competencies)
    RETURNING (xmax = 0) AS created
    """
)


async def upsert_plans(tx: Tx, school_id: UUID, rows: Sequence[Mapping[str, Any]]) -> Upserted:
    """Write plans: new ones join, known ones (by code) are brought up to date."""
    return await upsert_rows(tx, _UPSERT, rows, school_id=school_id)


async def list_plans(
    tx: Tx, school_id: UUID, *, after: tuple[Any, ...] | None, limit: int
) -> list[Row]:
    """Return plans by term and code, one more than `limit`."""
    position = tuple_(plans.c.term, plans.c.code)
    query = select(plans).where(plans.c.school_id == school_id)
    if after is not None:
        query = query.where(position > tuple_(after[0], after[1]))
    query = query.order_by(plans.c.term, plans.c.code).limit(limit + 1)
    return await fetch_all(tx, query)


async def find_plan(tx: Tx, school_id: UUID, plan_id: UUID) -> Row | None:
    """Return one plan of the school."""
    query = select(plans).where(plans.c.school_id == school_id, plans.c.id == plan_id)
    return await fetch_one(tx, query)
