"""Reported rows as stored: append-only, the newest row of a key counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from services.forecasting.domain.report_columns import FORMS, ReportKind
from services.forecasting.store.rows import Row, fetch_all
from services.forecasting.store.tables_labour import (
    cohorts,
    destinations,
    employment_years,
    industry_quarters,
    major_flows,
    market_quarters,
)
from shared.db.session import Tx
from shared.policies.jurisdiction import region_prefix

TABLES: Mapping[ReportKind, Table] = {
    "cohorts": cohorts,
    "destinations": destinations,
    "major-flows": major_flows,
    "market": market_quarters,
    "employment": employment_years,
    "industries": industry_quarters,
}
_AT_ONCE = 2000


async def add_rows(tx: Tx, kind: ReportKind, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append reported rows; all of them have the same columns."""
    names = sorted({name for row in rows for name in row})
    for start in range(0, len(rows), _AT_ONCE):
        part = [{name: row.get(name) for name in names} for row in rows[start : start + _AT_ONCE]]
        await tx.execute(insert(TABLES[kind]), part)


async def list_own(
    tx: Tx, kind: ReportKind, org_id: UUID, *, after: UUID | None, limit: int
) -> list[Row]:
    """Return what an organisation reported, the newest first."""
    table = TABLES[kind]
    query = (
        select(table).where(table.c.org_id == org_id).order_by(table.c.id.desc()).limit(limit + 1)
    )
    if after is not None:
        query = query.where(table.c.id < after)
    return await fetch_all(tx, query)


async def newest_rows(
    tx: Tx,
    kind: ReportKind,
    region: str,
    *,
    until: datetime | None = None,
    exactly: Mapping[str, Any] | None = None,
) -> list[Row]:
    """Return the newest row of every key in a region and below, as it was known at `until`.

    `exactly`: values that columns must have.
    """
    table = TABLES[kind]
    key = [table.c[name] for name in FORMS[kind].key]
    query = (
        select(table)
        .where(table.c.region_code.startswith(region_prefix(region)))
        .ext(distinct_on(*key))
        .order_by(*key, table.c.recorded_at.desc(), table.c.id.desc())
    )
    if until is not None:
        query = query.where(table.c.recorded_at <= until)
    for name, value in (exactly or {}).items():
        query = query.where(table.c[name] == value)
    return await fetch_all(tx, query)
