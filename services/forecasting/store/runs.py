"""Runs of forecasts with their results and histories, as stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import insert, select, text, tuple_

from services.forecasting.domain.dataset import Dataset
from services.forecasting.domain.forecast_leaves import Floats
from services.forecasting.domain.forecast_run import LEVELS, Outcome
from services.forecasting.domain.measure import SEASONS
from services.forecasting.store.datasets import columns_of
from services.forecasting.store.rows import Row, fetch_all, fetch_one
from services.forecasting.store.tables_forecasts import runs
from shared.db.session import Tx

_ROWS_AT_ONCE = 2_000
# Each of a row's arrays is a piece of one long array: arrays of arrays cannot be unnested.
_ADD_FORECASTS = text(
    "INSERT INTO forecasts (run_id, region, industry, occupation, major, org_id, public, model,"
    " reconciled, size_class, last_season, mean, p2_5, p10, p50, p90, p97_5)"
    " SELECT :run_id, u.region, u.industry, u.occupation, u.major, CAST(:org_id AS uuid), :public,"
    " u.model, u.reconciled, u.size, u.before, (CAST(:mean AS float8[]))[u.low : u.high],"
    " (CAST(:p2_5 AS float8[]))[u.low : u.high], (CAST(:p10 AS float8[]))[u.low : u.high],"
    " (CAST(:p50 AS float8[]))[u.low : u.high], (CAST(:p90 AS float8[]))[u.low : u.high],"
    " (CAST(:p97_5 AS float8[]))[u.low : u.high]"
    " FROM (SELECT c.*, (c.i - 1) * :h + 1 AS low, c.i * :h AS high"
    " FROM unnest(CAST(:region AS varchar[]), CAST(:industry AS varchar[]),"
    " CAST(:occupation AS varchar[]), CAST(:major AS varchar[]), CAST(:model AS varchar[]),"
    " CAST(:reconciled AS boolean[]), CAST(:size AS varchar[]), CAST(:before AS float8[]))"
    " WITH ORDINALITY"
    " AS c(region, industry, occupation, major, model, reconciled, size, before, i)) u"
)
_KEEP_HISTORIES = text(
    "INSERT INTO histories (dataset_id, region, industry, occupation, major, org_id, public,"
    " run_id, first, values)"
    " SELECT :dataset_id, u.region, u.industry, u.occupation, u.major, CAST(:org_id AS uuid),"
    " :public, :run_id, u.first, (CAST(:values AS float8[]))[u.start : u.stop]"
    " FROM unnest(CAST(:region AS varchar[]), CAST(:industry AS varchar[]),"
    " CAST(:occupation AS varchar[]), CAST(:major AS varchar[]), CAST(:first AS int[]),"
    " CAST(:start AS int[]), CAST(:stop AS int[]))"
    " AS u(region, industry, occupation, major, first, start, stop)"
    " ON CONFLICT (dataset_id, region, occupation, industry, major)"
    " DO UPDATE SET run_id = excluded.run_id, first = excluded.first, values = excluded.values,"
    " public = excluded.public"
)
_DROP_HISTORIES = text("DELETE FROM histories WHERE dataset_id = :dataset_id AND run_id <> :run_id")


async def add_run(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write a run."""
    await tx.execute(insert(runs).values(**row))


def _parts(size: int) -> Iterator[slice]:
    for start in range(0, size, _ROWS_AT_ONCE):
        yield slice(start, start + _ROWS_AT_ONCE)


async def add_forecasts(tx: Tx, run_id: UUID, dataset: Dataset, outcome: Outcome) -> None:
    """Write a run's numbers."""
    shared = {"run_id": run_id, "org_id": dataset.org_id, "public": dataset.public}
    for part in _parts(len(outcome.cells)):
        numbers = {"mean": outcome.mean[part].ravel().tolist()}
        numbers |= {name: outcome.level(name)[part].ravel().tolist() for name in LEVELS}
        await tx.execute(
            _ADD_FORECASTS,
            {
                **shared,
                **columns_of(outcome.cells[part]),
                "h": outcome.mean.shape[1],
                "model": list(outcome.models[part]),
                "reconciled": list(outcome.reconciled[part]),
                "size": list(outcome.sizes[part]),
                "before": _last_seasons(outcome.histories[part], SEASONS[dataset.frequency]),
                **numbers,
            },
        )


def _last_seasons(courses: Sequence[Floats], season: int) -> list[float | None]:
    """Return the sum of each history's last season, None where it is shorter."""
    return [float(each[-season:].sum()) if each.size >= season else None for each in courses]


async def keep_histories(tx: Tx, run_id: UUID, dataset: Dataset, outcome: Outcome) -> None:
    """Put the histories that a run saw in the place of older ones."""
    shared = {
        "dataset_id": dataset.id,
        "run_id": run_id,
        "org_id": dataset.org_id,
        "public": dataset.public,
    }
    for part in _parts(len(outcome.cells)):
        courses: Sequence[Floats] = outcome.histories[part]
        ends = np.cumsum([len(each) for each in courses])
        starts = ends - np.array([len(each) for each in courses]) + 1
        await tx.execute(
            _KEEP_HISTORIES,
            {
                **shared,
                **columns_of(outcome.cells[part]),
                "first": list(outcome.first[part]),
                "start": starts.tolist(),
                "stop": ends.tolist(),
                "values": np.concatenate(courses).tolist(),
            },
        )
    await tx.execute(_DROP_HISTORIES, {"dataset_id": dataset.id, "run_id": run_id})


async def find_run(tx: Tx, run_id: UUID) -> Row | None:
    """Return a run that the caller may see."""
    return await fetch_one(tx, select(runs).where(runs.c.id == run_id))


async def list_runs(
    tx: Tx, dataset_id: UUID, *, after: tuple[Any, ...] | None, limit: int
) -> list[Row]:
    """Return the runs of a dataset, the newest first."""
    query = select(runs).where(runs.c.dataset_id == dataset_id)
    if after is not None:
        position = tuple_(runs.c.finished_at, runs.c.id)
        query = query.where(position < tuple_(datetime.fromisoformat(after[0]), UUID(after[1])))
    query = query.order_by(runs.c.finished_at.desc(), runs.c.id.desc()).limit(limit + 1)
    return await fetch_all(tx, query)


async def current_run(tx: Tx, dataset: Dataset) -> Row | None:
    """Return the run that speaks for a dataset."""
    return await find_run(tx, dataset.current_run_id) if dataset.current_run_id else None
