"""Backtest a dataset and publish the scoreboard."""

from __future__ import annotations

import hashlib
from typing import Any, Final
from uuid import UUID

import orjson

from services.forecasting.domain.dataset import Dataset
from services.forecasting.domain.forecast_backtest import run_backtest
from services.forecasting.flows.keep_datasets import own_dataset_of
from services.forecasting.flows.load_leaves import load_leaves, plan_of
from services.forecasting.store import backtests, forecasts, observations
from shared.db.session import Tx
from shared.events.audit import record
from shared.jobs.worker import Work
from shared.kernel.clock import Clock
from shared.kernel.errors import Text
from shared.kernel.ids import new_id

BACKTEST_JOB: Final = "forecast.backtest"
ORIGINS: Final = 6
# A scoreboard is renewed when this many periods have come since.
_PERIODS_OLD = {"month": 3, "quarter": 1, "year": 1}


async def backtest_dataset(work: Work, clock: Clock) -> None:
    """Forecast a dataset from places of its past and keep the scores."""
    told = work.input
    async with work.begin() as tx:
        dataset = await own_dataset_of(tx, work.caller, UUID(told["dataset_id"]))
        until = await observations.fix_vintage(tx)
    async with work.begin() as tx:
        leaves = await load_leaves(
            tx, dataset, {"as_of": until, "recorded_until": until}, origin=None
        )
    await work.report(0.2, Text("正在逐期回测", "Forecasting from places of the past"))
    plan = plan_of(dataset, horizon=told["horizon"], corrects=told["corrects"])
    tested = await work.cpu.compute(run_backtest, leaves, plan, told["origins"])
    backtest_id = new_id()
    config = orjson.dumps(plan.config(), option=orjson.OPT_SORT_KEYS)
    async with work.finishing() as tx:
        await backtests.add_backtest(
            tx,
            {
                "id": backtest_id,
                "dataset_id": dataset.id,
                "org_id": dataset.org_id,
                "public": dataset.public,
                "as_of": until,
                "origin": tested.origin,
                "origins": told["origins"],
                "horizon": told["horizon"],
                "series": tested.series,
                "code_version": tested.code_version,
                "config_sha256": hashlib.sha256(config).hexdigest(),
                "rows": tested.rows,
                "finished_at": clock(),
            },
        )
        work.result = {"backtest_id": str(backtest_id), "series": tested.series}
        facts = {"origins": told["origins"], "series": tested.series}
        await record(tx, work.caller, "forecast.backtested", subject_id=dataset.id, facts=facts)


def backtest_input(
    dataset_id: UUID, *, horizon: int = 12, origins: int = ORIGINS, corrects: bool = True
) -> dict[str, Any]:
    """Return what the job of a backtest is told."""
    return {
        "dataset_id": str(dataset_id),
        "horizon": horizon,
        "origins": origins,
        "corrects": corrects,
    }


async def is_backtest_due(tx: Tx, dataset: Dataset, *, origin: int, code_version: str) -> bool:
    """Whether the newest scoreboard speaks of older code, or of much older numbers."""
    newest = await forecasts.newest_backtest(tx, dataset.id)
    if newest is None or newest["code_version"] != code_version:
        return True
    return origin - newest["origin"] >= _PERIODS_OLD[dataset.frequency]
