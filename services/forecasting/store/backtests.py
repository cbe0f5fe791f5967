"""Backtests, as stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from services.forecasting.store.rows import Row, fetch_all
from services.forecasting.store.tables_forecasts import backtests
from services.forecasting.store.tables_observations import datasets
from shared.db.session import Tx


async def add_backtest(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write a backtest."""
    await tx.execute(insert(backtests).values(**row))


async def list_newest(tx: Tx) -> list[Row]:
    """Return every dataset's newest backtest, with what it is about."""
    told = (datasets.c.measure, datasets.c.name, datasets.c.source)
    query = (
        select(backtests, *told)
        .join(datasets, datasets.c.id == backtests.c.dataset_id)
        .order_by(backtests.c.dataset_id, backtests.c.finished_at.desc())
        .ext(distinct_on(backtests.c.dataset_id))
    )
    return await fetch_all(tx, query)
