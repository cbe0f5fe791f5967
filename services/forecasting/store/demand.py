"""Forecasts of demand for the occupations of a region, as they were known at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from services.forecasting.store.rows import Row, fetch_all
from shared.db.session import Tx

_DEMAND = text(
    "SELECT DISTINCT ON (f.occupation) f.occupation, f.p10, f.p50, f.p90, f.last_season,"
    " r.run_id, r.origin, r.dataset_id, r.measure, r.frequency"
    " FROM (SELECT DISTINCT ON (n.dataset_id) n.id AS run_id, n.origin, n.dataset_id,"
    " n.finished_at, d.measure, d.frequency"
    " FROM forecast_runs n JOIN datasets d ON d.id = n.dataset_id"
    " WHERE n.kind = 'current' AND n.finished_at <= :until AND d.public"
    " AND d.measure = ANY(CAST(:measures AS varchar[]))"
    " ORDER BY n.dataset_id, n.finished_at DESC) r"
    " JOIN forecasts f ON f.run_id = r.run_id"
    " WHERE f.region = :region AND f.industry = '' AND f.major = '' AND f.occupation <> ''"
    " AND f.last_season > 0"
    " ORDER BY f.occupation, array_position(CAST(:measures AS varchar[]), r.measure),"
    " r.finished_at DESC, r.run_id"
)


async def list_demand(
    tx: Tx, region: str, *, measures: Sequence[str], until: datetime
) -> list[Row]:
    """Return for each occupation the forecast of the first of `measures` that has one."""
    told = {"region": region, "measures": list(measures), "until": until}
    return await fetch_all(tx, _DEMAND, told)
