"""Make a past forecast again from what was known then, and compare every byte."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.forecasting.domain.dataset import Dataset
from services.forecasting.domain.forecast_files import write_files
from services.forecasting.domain.forecast_plan import Plan
from services.forecasting.domain.forecast_run import run_plan
from services.forecasting.flows.keep_datasets import visible_dataset
from services.forecasting.flows.load_leaves import load_leaves
from services.forecasting.store import runs
from services.forecasting.store.rows import Row
from shared.db.session import Tx
from shared.jobs.worker import Work
from shared.kernel.errors import NotFoundError, Text

REPRODUCE_JOB: Final = "forecast.reproduce"
_PLAN = ("horizon", "season", "absent", "everywhere", "corrects")


class RunNotFoundError(NotFoundError):
    """No run has this id."""

    code = "forecast_run_not_found"
    title_zh = "找不到该次预测"


async def visible_run(tx: Tx, run_id: UUID) -> tuple[Row, Dataset]:
    """Return a run that the caller may read, with its dataset; raises RunNotFoundError."""
    found = await runs.find_run(tx, run_id)
    if found is None:
        raise RunNotFoundError(run_id=str(run_id))
    return found, await visible_dataset(tx, found["dataset_id"])


async def reproduce_forecast(work: Work) -> None:
    """Run a past forecast again: same vintage, same plan, present code."""
    async with work.begin() as tx:
        run, dataset = await visible_run(tx, UUID(work.input["run_id"]))
        vintage: dict[str, datetime] = {name: run[name] for name in ("as_of", "recorded_until")}
        leaves = await load_leaves(tx, dataset, vintage, origin=run["config"]["cut"])
    await work.report(0.3, Text("正在按当时的数据重新预测", "Forecasting from what was known then"))
    # Runs of before fits were kept name none: they fitted at their own origin.
    fitted = run["config"].get("fitted")
    plan = Plan(**{name: run["config"][name] for name in _PLAN}, fitted=fitted)
    outcome = await work.cpu.compute(run_plan, leaves, plan)
    files = await work.cpu.compute(write_files, outcome, dataset.frequency)
    again = {
        "input_sha256": outcome.input_sha256,
        "output_sha256": outcome.output_sha256,
        "csv_sha256": hashlib.sha256(files.csv).hexdigest(),
        "code_version": outcome.code_version,
    }
    async with work.finishing():
        work.result = compare_runs(run, again)


def compare_runs(run: Row, again: dict[str, str]) -> dict[str, Any]:
    """Return what is the same in a run and its repetition."""
    then = {
        "input_sha256": run["input_sha256"],
        "output_sha256": run["output_sha256"],
        "csv_sha256": run["files"]["csv"]["sha256"],
        "code_version": run["code_version"],
    }
    return {
        "run_id": str(run["id"]),
        "identical": then["output_sha256"] == again["output_sha256"]
        and then["csv_sha256"] == again["csv_sha256"],
        "same_input": then["input_sha256"] == again["input_sha256"],
        "same_code": then["code_version"] == again["code_version"],
        "then": then,
        "now": again,
    }
