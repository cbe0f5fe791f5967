"""Forecasts of single cells, as published: the present one, past ones, those beside each other."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text, tuple_

from services.forecasting.domain.cell import Cell, Dimension
from services.forecasting.store.rows import Row, fetch_all, fetch_one
from services.forecasting.store.tables_forecasts import backtests, forecasts, histories, runs
from shared.db.session import Tx

_KEY = (forecasts.c.region, forecasts.c.occupation, forecasts.c.industry, forecasts.c.major)
_STAMP = text(
    "SELECT (SELECT max(finished_at) FROM forecast_runs), (SELECT max(finished_at) FROM backtests)"
)


async def newest_stamp(tx: Tx) -> tuple[datetime | None, datetime | None]:
    """Return when the newest run and the newest backtest were published."""
    row = (await tx.execute(_STAMP)).one()
    return row[0], row[1]


async def find_forecast(tx: Tx, run_id: UUID, cell: Cell) -> Row | None:
    """Return a run's numbers for a cell."""
    query = select(forecasts).where(
        forecasts.c.run_id == run_id,
        *(forecasts.c[name] == code for name, code in cell._asdict().items()),
    )
    return await fetch_one(tx, query)


async def find_history(tx: Tx, dataset_id: UUID, cell: Cell) -> Row | None:
    """Return a cell's newest history."""
    query = select(histories.c.first, histories.c["values"]).where(
        histories.c.dataset_id == dataset_id,
        *(histories.c[name] == code for name, code in cell._asdict().items()),
    )
    return await fetch_one(tx, query)


async def list_past(
    tx: Tx, dataset_id: UUID, cell: Cell, *, replays: bool, limit: int
) -> list[Row]:
    """Return what was forecast for a cell, the newest run first."""
    query = (
        select(
            runs.c.id.label("run_id"),
            runs.c.kind,
            runs.c.origin,
            runs.c.as_of,
            runs.c.finished_at,
            runs.c.code_version,
            forecasts.c.model,
            *(forecasts.c[name] for name in ("mean", "p10", "p50", "p90")),
        )
        .join(forecasts, forecasts.c.run_id == runs.c.id)
        .where(
            runs.c.dataset_id == dataset_id,
            *(forecasts.c[name] == code for name, code in cell._asdict().items()),
        )
        .order_by(runs.c.origin.desc(), runs.c.finished_at.desc())
        .limit(limit)
    )
    if not replays:
        query = query.where(runs.c.kind == "current")
    return await fetch_all(tx, query)


def _with_history(run: Row) -> Select[Any]:
    return (
        select(forecasts, histories.c.first, histories.c["values"])
        .outerjoin(
            histories,
            (histories.c.dataset_id == run["dataset_id"])
            & (histories.c.region == forecasts.c.region)
            & (histories.c.industry == forecasts.c.industry)
            & (histories.c.occupation == forecasts.c.occupation)
            & (histories.c.major == forecasts.c.major),
        )
        .where(forecasts.c.run_id == run["id"])
    )


async def list_beside(tx: Tx, run: Row, cell: Cell, *, by: Dimension) -> list[Row]:
    """Return a run's cells that differ from `cell` in one dimension only, with their histories."""
    fixed = [forecasts.c[name] == code for name, code in cell._asdict().items() if name != by]
    query = _with_history(run).where(*fixed, forecasts.c[by] != "")
    return await fetch_all(tx, query.order_by(forecasts.c[by]))


async def list_cells(
    tx: Tx, run: Row, *, filters: dict[str, str], after: tuple[Any, ...] | None, limit: int
) -> list[Row]:
    """Return the cells of a run by their codes, one more than `limit`."""
    query = _with_history(run).where(*(forecasts.c[name] == code for name, code in filters.items()))
    if after is not None:
        query = query.where(tuple_(*_KEY) > tuple_(*after))
    return await fetch_all(tx, query.order_by(*_KEY).limit(limit + 1))


async def newest_backtest(tx: Tx, dataset_id: UUID) -> Row | None:
    """Return the newest backtest of a dataset."""
    query = select(backtests).where(backtests.c.dataset_id == dataset_id)
    return await fetch_one(tx, query.order_by(backtests.c.finished_at.desc()).limit(1))
