"""Submissions of other bodies and their rows, as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, tuple_

from services.forecasting.domain.cell import Cell
from services.forecasting.store.datasets import columns_of
from services.forecasting.store.rows import Row, as_json, fetch_all, fetch_one
from services.forecasting.store.tables_forecasts import submissions
from shared.db.session import Tx

_ADD_ROWS = text(
    "INSERT INTO submitted_forecasts SELECT * FROM"
    " jsonb_populate_recordset(NULL::submitted_forecasts, CAST(:rows AS jsonb))"
)
_LAST = text(
    "SELECT u.i, h.values[cardinality(h.values)] AS value"
    " FROM unnest(CAST(:region AS varchar[]), CAST(:industry AS varchar[]),"
    " CAST(:occupation AS varchar[]), CAST(:major AS varchar[])) WITH ORDINALITY"
    " AS u(region, industry, occupation, major, i) JOIN histories h"
    " ON h.dataset_id = :dataset_id AND h.region = u.region AND h.industry = u.industry"
    " AND h.occupation = u.occupation AND h.major = u.major"
)
# The same cells and periods told three times, with what came.
_BESIDE = text(
    "SELECT m.id AS submission_id, s.region, s.industry, s.occupation, s.major, s.period,"
    " s.period - m.origin AS horizon, s.p10, s.p50, s.p90, s.last_known,"
    " f.p10[s.period - r.origin] AS ours_p10, f.p50[s.period - r.origin] AS ours_p50,"
    " f.p90[s.period - r.origin] AS ours_p90,"
    " h.values[s.period - h.first + 1] AS actual"
    " FROM forecast_submissions m JOIN submitted_forecasts s ON s.submission_id = m.id"
    " LEFT JOIN forecast_runs r ON r.id = m.run_id"
    " LEFT JOIN forecasts f ON f.run_id = m.run_id AND f.region = s.region"
    " AND f.industry = s.industry AND f.occupation = s.occupation AND f.major = s.major"
    " LEFT JOIN histories h ON h.dataset_id = m.dataset_id AND h.region = s.region"
    " AND h.industry = s.industry AND h.occupation = s.occupation AND h.major = s.major"
    " WHERE m.dataset_id = :dataset_id AND (CAST(:id AS uuid) IS NULL OR m.id = :id)"
    " ORDER BY m.id, s.region, s.occupation, s.industry, s.major, s.period"
)


async def add_submission(tx: Tx, row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a submission with its rows."""
    await tx.execute(insert(submissions).values(**row))
    await tx.execute(_ADD_ROWS, {"rows": as_json(rows)})


async def find_last_known(tx: Tx, dataset_id: UUID, cells: Sequence[Cell]) -> dict[Cell, float]:
    """Return the newest value of the cells that a dataset has."""
    rows = await tx.execute(_LAST, {"dataset_id": dataset_id, **columns_of(cells)})
    return {cells[place - 1]: value for place, value in rows}


async def list_beside_ours(
    tx: Tx, dataset_id: UUID, *, submission_id: UUID | None = None
) -> list[Row]:
    """Return submitted numbers beside ours and beside what came."""
    return await fetch_all(tx, _BESIDE, {"dataset_id": dataset_id, "id": submission_id})


async def find_submission(tx: Tx, submission_id: UUID) -> Row | None:
    """Return a submission that the caller may see."""
    return await fetch_one(tx, select(submissions).where(submissions.c.id == submission_id))


async def list_submissions(
    tx: Tx, dataset_id: UUID | None, *, after: tuple[Any, ...] | None, limit: int
) -> list[Row]:
    """Return submissions, the newest first, one more than `limit`."""
    query = select(submissions)
    if dataset_id is not None:
        query = query.where(submissions.c.dataset_id == dataset_id)
    if after is not None:
        position = tuple_(submissions.c.submitted_at, submissions.c.id)
        query = query.where(position < tuple_(datetime.fromisoformat(after[0]), UUID(after[1])))
    query = query.order_by(submissions.c.submitted_at.desc(), submissions.c.id.desc())
    return await fetch_all(tx, query.limit(limit + 1))
