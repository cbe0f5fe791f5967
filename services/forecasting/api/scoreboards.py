"""Scoreboards over HTTP: the record of every dataset and of every body, open to everyone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Response

from services.forecasting.api.dataset_shapes import ForecastRunner
from services.forecasting.api.forecast_shapes import record_out
from services.forecasting.api.forecasts import MeasureName
from services.forecasting.api.submissions import submission_out
from services.forecasting.contract.addresses import ROOM
from services.forecasting.contract.scoreboards import (
    BacktestIn,
    ScoreboardHeadOut,
    ScoreboardHeadsOut,
    ScoreboardOut,
    ScoreOut,
    SubmissionOut,
    SubmissionsOut,
)
from services.forecasting.domain.measure import DEFAULT_MEASURE
from services.forecasting.domain.period import period_words
from services.forecasting.flows.backtest_dataset import BACKTEST_JOB, backtest_input
from services.forecasting.flows.keep_datasets import own_dataset_of
from services.forecasting.flows.read_forecast import ForecastMissingError, forecast_dataset
from services.forecasting.flows.submit_forecast import scored_rows
from services.forecasting.store import backtests, forecasts, submissions
from services.forecasting.store.rows import Row
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.jobs.queue import JobAccepted, accepted, start_job

router = new_router("scoreboards")

_SUBMISSIONS_SHOWN = 200


@router.post("/scoreboards/backtests", status_code=202, dependencies=[Keyed])
async def create_backtest(
    body: BacktestIn, caller: ForecastRunner, tx: InTx, response: Response
) -> JobAccepted:
    """Backtest one's dataset over rolling origins."""
    dataset = await own_dataset_of(tx, caller, body.dataset_id)
    told = backtest_input(
        dataset.id, horizon=body.horizon, origins=body.origins, corrects=body.corrects
    )
    return accepted(response, ROOM, await start_job(tx, caller, BACKTEST_JOB, told))


@router.get("/scoreboards")
async def read_scoreboard(
    tx: InTx, measure: MeasureName = DEFAULT_MEASURE, dataset_id: UUID | None = None
) -> ScoreboardOut:
    """Return the newest backtest: every method by horizon and size class, naive ones beside."""
    dataset, _ = await forecast_dataset(tx, measure=measure, dataset_id=dataset_id)
    found = await forecasts.newest_backtest(tx, dataset.id)
    if found is None:
        raise ForecastMissingError
    return ScoreboardOut.model_validate(
        {
            **found,
            "backtest_id": found["id"],
            "measure": dataset.measure,
            "name": dataset.name,
            "source": dataset.source,
            "frequency": dataset.frequency,
            "origin": period_words(dataset.frequency, found["origin"]),
            "rows": [ScoreOut.model_validate(row) for row in found["rows"]],
        }
    )


@router.get("/scoreboards/heads")
async def list_scoreboards(tx: InTx) -> ScoreboardHeadsOut:
    """Return every dataset's newest backtest in one line, the best beside naive first."""
    heads = [_head(row) for row in await backtests.list_newest(tx)]
    heads.sort(key=lambda head: (head.relative_to_naive is None, head.relative_to_naive or 0.0))
    return ScoreboardHeadsOut(items=heads)


def _head(row: Row) -> ScoreboardHeadOut:
    told = record_out(row, "")
    return ScoreboardHeadOut(
        dataset_id=row["dataset_id"],
        measure=row["measure"],
        name=row["name"],
        source=row["source"],
        origins=row["origins"],
        horizon=row["horizon"],
        series=row["series"],
        mase=told.mase if told else None,
        mase_naive=told.mase_naive if told else None,
        relative_to_naive=told.relative_to_naive if told else None,
        coverage_80=told.coverage_80 if told else None,
        finished_at=row["finished_at"],
    )


@router.get("/scoreboards/submissions")
async def read_submission_scoreboard(
    tx: InTx, measure: MeasureName = DEFAULT_MEASURE, dataset_id: UUID | None = None
) -> SubmissionsOut:
    """Return the submissions for a dataset with their scores, the best beside naive first."""
    dataset, _ = await forecast_dataset(tx, measure=measure, dataset_id=dataset_id)
    rows = await submissions.list_submissions(tx, dataset.id, after=None, limit=_SUBMISSIONS_SHOWN)
    scored = await scored_rows(tx, dataset.id)
    items = [
        submission_out(row, dataset.frequency, scored.get(row["id"], ()))
        for row in rows[:_SUBMISSIONS_SHOWN]
    ]
    items.sort(key=_beside_naive)
    return SubmissionsOut(dataset_id=dataset.id, measure=dataset.measure, items=items)


def _beside_naive(item: SubmissionOut) -> tuple[bool, float]:
    whole: Mapping[str, Any] = {
        each.method: each.mae for each in item.scores if each.horizon is None
    }
    if "submitted" not in whole or not whole.get("naive"):
        return True, 0.0
    return False, whole["submitted"] / whole["naive"]
