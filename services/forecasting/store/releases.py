"""Releases and their cells as stored; the newest release of a kind, place and period holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from services.forecasting.domain.outcome import Cell
from services.forecasting.store.rows import Row, fetch_all
from services.forecasting.store.tables_labour import release_cells, releases
from shared.db.session import Tx
from shared.kernel.ids import new_id
from shared.policies.jurisdiction import region_prefix


async def add_release(tx: Tx, values: Mapping[str, Any], cells: Sequence[Cell]) -> None:
    """Write a release with its cells."""
    await tx.execute(insert(releases).values(**values))
    rows = [
        {
            "id": new_id(),
            "release_id": values["id"],
            "org_id": values["org_id"],
            "code": cell.code,
            "school_name": cell.school_name,
            "body": cell.body,
        }
        for cell in cells
    ]
    if rows:
        await tx.execute(insert(release_cells), rows)


def _newest(kind: str, period: str | None, region: str | None, *, below: bool) -> Select[Any]:
    key = (releases.c.region_code, releases.c.period, releases.c.org_id)
    query = (
        select(releases)
        .where(releases.c.kind == kind)
        .ext(distinct_on(*key))
        .order_by(*key, releases.c.published_at.desc())
    )
    if period is not None:
        query = query.where(releases.c.period == period)
    if region is not None and below:
        query = query.where(releases.c.region_code.startswith(region_prefix(region)))
    elif region is not None:
        query = query.where(releases.c.region_code == region)
    return query


async def list_releases(
    tx: Tx, kind: str, *, period: str | None, region: str | None, limit: int = 200
) -> list[Row]:
    """Return the newest release of each place, period and publisher."""
    return await fetch_all(tx, _newest(kind, period, region, below=True).limit(limit))


async def list_cells(
    tx: Tx,
    kind: str,
    *,
    period: str | None,
    region: str | None,
    code: str | None,
    school: str | None = None,
    limit: int = 2000,
) -> list[Row]:
    """Return the cells of the newest releases, each with its release."""
    newest = _newest(kind, period, region, below=False).subquery()
    query = (
        select(
            release_cells.c.code,
            release_cells.c.school_name,
            release_cells.c.body,
            newest.c.id.label("release_id"),
            newest.c.org_name,
            newest.c.region_code,
            newest.c.period,
            newest.c.facts,
            newest.c.published_at,
        )
        .join_from(release_cells, newest, release_cells.c.release_id == newest.c.id)
        .order_by(
            newest.c.period.desc(),
            newest.c.region_code,
            release_cells.c.code,
            release_cells.c.school_name,
        )
        .limit(limit)
    )
    if code is not None:
        query = query.where(release_cells.c.code == code)
    if school is not None:
        query = query.where(release_cells.c.school_name == school)
    return await fetch_all(tx, query)
