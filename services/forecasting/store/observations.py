"""Observations with their vintages, as stored: written in bulk, read as of some moment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, tuple_
from sqlalchemy.dialects.postgresql import distinct_on

from services.forecasting.domain.cell import Cell
from services.forecasting.store.rows import Row, fetch_all
from services.forecasting.store.tables_observations import batches, observations
from shared.db.session import Tx

# Writers hold it together; who fixes a vintage holds it alone for a moment, so that everything
# that was recorded before that moment is also committed (decision 7).
_WRITING = text("SELECT pg_advisory_xact_lock_shared(7007, 1)")
_FIXING = text("SELECT pg_advisory_xact_lock(7007, 1)")
_CLOCK = text("SELECT clock_timestamp()")


async def begin_writing(tx: Tx) -> datetime:
    """Return the moment under which this transaction's observations are recorded."""
    await tx.execute(_WRITING)
    return (await tx.execute(_CLOCK)).scalar_one()


async def fix_vintage(tx: Tx) -> datetime:
    """Return a moment before which nothing will be recorded any more."""
    await tx.execute(_FIXING)
    return (await tx.execute(_CLOCK)).scalar_one()


async def add_batch(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write what one import brought."""
    await tx.execute(insert(batches).values(**row))


_ADD = text(
    "INSERT INTO observations"
    " (series_id, period, as_of, recorded_at, value, batch_id, org_id, public)"
    " SELECT u.series_id, u.period, u.as_of, :recorded_at, u.value, :batch_id,"
    " CAST(:org_id AS uuid), :public"
    " FROM unnest(CAST(:series_id AS uuid[]), CAST(:period AS int[]),"
    " CAST(:as_of AS timestamptz[]), CAST(:value AS float8[]))"
    " AS u(series_id, period, as_of, value)"
    # What says the same as the vintage before it is no news.
    " WHERE NOT EXISTS (SELECT 1 FROM (SELECT o.value FROM observations o"
    " WHERE o.series_id = u.series_id AND o.period = u.period AND o.as_of <= u.as_of"
    " ORDER BY o.as_of DESC, o.recorded_at DESC LIMIT 1) newest WHERE newest.value = u.value)"
)


async def add_observations(
    tx: Tx, batch: Mapping[str, Any], columns: Mapping[str, Sequence[Any]]
) -> int:
    """Write rows given by columns (series_id, period, as_of, value); returns how many are new.

    `batch` holds recorded_at, batch_id, org_id, public.
    """
    return (await tx.execute(_ADD, {**batch, **columns})).rowcount


_EXTENT = text(
    "SELECT u.place, min(o.period) AS first, max(o.period) AS last,"
    " (SELECT n.value FROM observations n WHERE n.series_id = u.id"
    " ORDER BY n.period DESC, n.as_of DESC, n.recorded_at DESC LIMIT 1) AS last_value"
    " FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS u(id, place)"
    " JOIN observations o ON o.series_id = u.id GROUP BY u.id, u.place"
)


async def find_extents(tx: Tx, ids: Sequence[UUID | None]) -> list[tuple[int, int, int, float]]:
    """Return (place, first period, last period, last value) of the series that have any."""
    rows = (await tx.execute(_EXTENT, {"ids": list(ids)})).all()
    return [(row.place - 1, row.first, row.last, row.last_value) for row in rows]


async def newest_period(tx: Tx, dataset_id: UUID) -> int | None:
    """Return the newest period of which a dataset holds anything."""
    query = text(
        "SELECT max(o.period) FROM observations o JOIN series s ON s.id = o.series_id"
        " WHERE s.dataset_id = :dataset_id"
    )
    return (await tx.execute(query, {"dataset_id": dataset_id})).scalar_one()


_READ = text(
    "SELECT s.id, s.region, s.industry, s.occupation, s.major,"
    " array_agg(v.period ORDER BY v.period) AS periods,"
    " array_agg(v.value ORDER BY v.period) AS values"
    " FROM series s JOIN LATERAL (SELECT DISTINCT ON (o.period) o.period, o.value"
    " FROM observations o WHERE o.series_id = s.id AND o.as_of <= :as_of"
    " AND o.recorded_at <= :recorded_until"
    " ORDER BY o.period, o.as_of DESC, o.recorded_at DESC) v ON true"
    " WHERE s.dataset_id = :dataset_id"
    " GROUP BY s.id, s.region, s.occupation, s.industry, s.major"
    ' ORDER BY s.region COLLATE "C", s.occupation COLLATE "C", s.industry COLLATE "C",'
    ' s.major COLLATE "C"'
)


async def stream_series(
    tx: Tx, dataset_id: UUID, *, as_of: datetime, recorded_until: datetime
) -> AsyncIterator[tuple[UUID, Cell, list[int], list[float]]]:
    """Yield every series of a dataset as it was known then: (id, cell, periods, values)."""
    told = {"dataset_id": dataset_id, "as_of": as_of, "recorded_until": recorded_until}
    rows = await tx.stream(_READ, told)
    async for row in rows:
        cell = Cell(row.region, row.industry, row.occupation, row.major)
        yield row.id, cell, row.periods, row.values


async def list_vintages(
    tx: Tx,
    series_id: UUID,
    *,
    as_of: datetime | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[Row]:
    """Return a series' observations: every vintage, or what was known at `as_of`."""
    table = observations.c
    query = select(table.period, table.value, table.as_of, table.recorded_at, table.batch_id)
    query = query.where(table.series_id == series_id)
    if as_of is not None:
        query = query.where(table.as_of <= as_of, table.recorded_at <= as_of)
        query = query.ext(distinct_on(table.period))
        order = (table.period, table.as_of.desc(), table.recorded_at.desc())
        if after is not None:
            query = query.where(table.period > int(after[0]))
        return await fetch_all(tx, query.order_by(*order).limit(limit + 1))
    key = (table.period, table.as_of, table.recorded_at)
    if after is not None:
        moments = [datetime.fromisoformat(each) for each in after[1:]]
        query = query.where(tuple_(*key) > tuple_(int(after[0]), *moments))
    return await fetch_all(tx, query.order_by(*key).limit(limit + 1))
