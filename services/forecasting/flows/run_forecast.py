"""Run a forecast: fix the vintage, forecast in the numeric child, publish all of it at once."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

from services.forecasting.adapters.fit_files import bring_fit, keep_fit
from services.forecasting.domain.dataset import Dataset
from services.forecasting.domain.forecast_files import Files, write_files
from services.forecasting.domain.forecast_fit import UPDATES_MAX
from services.forecasting.domain.forecast_leaves import Leaves
from services.forecasting.domain.forecast_plan import Plan
from services.forecasting.domain.forecast_run import Outcome, code_version, run_on, run_plan
from services.forecasting.domain.measure import SEASONS
from services.forecasting.flows.backtest_dataset import (
    BACKTEST_JOB,
    ORIGINS,
    backtest_input,
    is_backtest_due,
)
from services.forecasting.flows.keep_datasets import own_dataset_of
from services.forecasting.flows.load_leaves import load_leaves, plan_of
from services.forecasting.store import datasets, observations, runs
from services.forecasting.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.files import FileStore, as_stream
from shared.jobs.queue import start_job
from shared.jobs.worker import Work
from shared.kernel.clock import Clock
from shared.kernel.errors import Text
from shared.kernel.ids import new_id

RUN_JOB: Final = "forecast.run"


async def run_forecast(work: Work, files: FileStore, clock: Clock) -> None:
    """Forecast a dataset as the job asks: as it is known now, or as it was known once."""
    told = work.input
    async with work.begin() as tx:
        dataset = await own_dataset_of(tx, work.caller, UUID(told["dataset_id"]))
        recorded_until = await observations.fix_vintage(tx)
    as_of = datetime.fromisoformat(told["as_of"]) if told["as_of"] else recorded_until
    vintage = {"as_of": as_of, "recorded_until": recorded_until}
    await work.report(0.1, Text("正在读取数据", "Reading the observations"))
    async with work.begin() as tx:
        leaves = await load_leaves(tx, dataset, vintage, origin=told["origin"])
    plan = plan_of(dataset, horizon=told["horizon"], corrects=told["corrects"])
    kind = "replay" if told["as_of"] or told["origin"] else "current"
    await work.report(0.3, Text("正在预测", "Forecasting"))
    if kind == "current":
        async with work.begin() as tx:
            before = await runs.current_run(tx, dataset)
        outcome, fit = await _run_current(work, files, (leaves, plan), before=before)
    else:
        outcome, fit = await work.cpu.compute(run_plan, leaves, plan), {}
    await work.report(0.8, Text("正在写入结果", "Writing the results"))
    made = await work.cpu.compute(write_files, outcome, dataset.frequency)
    kept = {**await keep_files(files, made), **fit}
    run_id = new_id()
    async with work.finishing() as tx:
        row = _row(dataset, outcome, {**plan.config(), "cut": told["origin"]})
        more = {"job_id": work.id, "kind": kind, "files": kept, "finished_at": clock()}
        await runs.add_run(tx, {**row, **vintage, **more, "id": run_id})
        await runs.add_forecasts(tx, run_id, dataset, outcome)
        if kind == "current":
            await runs.keep_histories(tx, run_id, dataset, outcome)
            await datasets.keep_current_run(tx, dataset.id, run_id)
        work.result = {
            "run_id": str(run_id),
            "dataset_id": str(dataset.id),
            "kind": kind,
            "cells": len(outcome.cells),
            "stale": outcome.stale,
            "output_sha256": outcome.output_sha256,
        }
        if kind == "current":
            await _follow_up(work, tx, dataset, outcome)
        facts = {"cells": len(outcome.cells), "kind": kind}
        await record(tx, work.caller, "forecast.run", subject_id=run_id, facts=facts)


async def _run_current(
    work: Work, files: FileStore, asked: tuple[Leaves, Plan], *, before: Row | None
) -> tuple[Outcome, Mapping[str, Any]]:
    """Forecast from the fit that the run before kept, or anew; return the fit's file, too."""
    leaves, plan = asked
    with tempfile.TemporaryDirectory(prefix="cj-fit-") as folder:
        old, new = Path(folder) / "old", Path(folder) / "new"
        kept = _kept_by(before, leaves, plan)
        brought = kept is not None and await bring_fit(files, kept, old)
        told = await work.cpu.compute(run_on, leaves, plan, kept=old if brought else None, keep=new)
        if told.fitted < told.origin:
            return told, {"fit": kept}
        # An older fit serves nobody any more: a reproduction fits again.
        if before is not None and "fit" in before["files"]:
            await files.drop(before["files"]["fit"]["sha256"])
        return told, {"fit": await keep_fit(files, new)} if new.exists() else {}


def _kept_by(run: Row | None, leaves: Leaves, plan: Plan) -> Mapping[str, Any] | None:
    """Return the file of a run's fit where it may serve; whether it does, its reader sees."""
    if run is None or "fit" not in run["files"] or run["code_version"] != code_version():
        return None
    grown = leaves.origin - run["config"]["fitted"]
    return run["files"]["fit"] if 0 < grown <= UPDATES_MAX.get(plan.season, 0) else None


async def _follow_up(work: Work, tx: Tx, dataset: Dataset, outcome: Outcome) -> None:
    """Start a new backtest where the scoreboard has grown old."""
    due = await is_backtest_due(
        tx, dataset, origin=outcome.origin, code_version=outcome.code_version
    )
    longest = max(len(course) for course in outcome.histories)
    horizon = min(outcome.mean.shape[1], SEASONS[dataset.frequency])
    if due and longest >= horizon + ORIGINS + 1:
        corrects = bool(work.input["corrects"])
        told = backtest_input(dataset.id, horizon=horizon, corrects=corrects)
        work.result["backtest_job"] = str(await start_job(tx, work.caller, BACKTEST_JOB, told))


async def keep_files(files: FileStore, made: Files) -> dict[str, Any]:
    """Store a run's files under their content; returns their names and sizes."""
    kept: dict[str, Any] = {}
    for name, content in (("csv", made.csv), ("parquet", made.parquet)):
        file = await files.keep(as_stream(content), bytes_max=len(content))
        kept[name] = {"sha256": file.sha256, "bytes": file.size_bytes}
    return kept


def _row(dataset: Dataset, outcome: Outcome, config: Mapping[str, Any]) -> dict[str, Any]:
    plan = {**config, "fitted": outcome.fitted}
    packed = orjson.dumps(plan, option=orjson.OPT_SORT_KEYS)
    return {
        "dataset_id": dataset.id,
        "org_id": dataset.org_id,
        "public": dataset.public,
        "origin": outcome.origin,
        "horizon": outcome.mean.shape[1],
        "config": {**plan, "root": outcome.root},
        "config_sha256": hashlib.sha256(packed).hexdigest(),
        "code_version": outcome.code_version,
        "input_sha256": outcome.input_sha256,
        "output_sha256": outcome.output_sha256,
        "nodes": len(outcome.cells),
        "stale": outcome.stale,
        "choice": outcome.choice,
    }


def run_input(
    dataset_id: UUID,
    *,
    horizon: int = 12,
    corrects: bool = True,
    as_of: datetime | None = None,
    origin: int | None = None,
) -> dict[str, Any]:
    """Return what the job of a run is told."""
    return {
        "dataset_id": str(dataset_id),
        "horizon": horizon,
        "corrects": corrects,
        "as_of": as_of.isoformat() if as_of else None,
        "origin": origin,
    }
