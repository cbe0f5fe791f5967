"""Forecasts of other bodies over HTTP: handed in, kept side by side, scored later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.forecasting.adapters.organisations import AccountsRoom
from services.forecasting.api.dataset_shapes import ForecastSubmitter
from services.forecasting.api.forecast_shapes import cell_in, cell_out
from services.forecasting.contract.scoreboards import (
    SubmissionIn,
    SubmissionOut,
    SubmissionScoreOut,
    SubmittedRowOut,
)
from services.forecasting.domain.organisation import PublisherUnverifiedError
from services.forecasting.domain.period import period_words
from services.forecasting.flows.keep_datasets import reporter_of, visible_dataset
from services.forecasting.flows.submit_forecast import scored_rows, scores_of, submit_forecast
from services.forecasting.store import submissions
from services.forecasting.store.rows import Row
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.kernel.errors import NotFoundError

router = new_router("scoreboards")


class SubmissionNotFoundError(NotFoundError):
    """No submission has this id."""

    code = "forecast_submission_not_found"
    title_zh = "找不到该份预测"


def submission_out(row: Row, frequency: str, scored: Sequence[Row] = ()) -> SubmissionOut:
    """Return a submission as it travels; `scored` are its rows whose numbers have come."""
    told = {
        **row,
        "origin": period_words(frequency, row["origin"]),
        "scored": len(scored),
        "scores": [SubmissionScoreOut.model_validate(each) for each in scores_of(scored)],
    }
    return SubmissionOut.model_validate(told)


@router.post("/forecast-submissions", status_code=201, dependencies=[Keyed])
async def create_forecast_submission(
    body: SubmissionIn, caller: ForecastSubmitter, tx: InTx, request: Request, response: Response
) -> SubmissionOut:
    """Hand in one's own forecast of a dataset, for periods that nobody knows yet."""
    org_id = reporter_of(caller)
    sender = (await AccountsRoom(request.app.state.peers).find_many([org_id])).get(org_id)
    if sender is None or not sender.verified:
        raise PublisherUnverifiedError
    told = body.model_dump()
    now = request.app.state.clock()
    row = await submit_forecast(tx, caller, sender, told=told, now=now)
    dataset = await visible_dataset(tx, row["dataset_id"])
    response.headers["Location"] = f"/v1/forecast-submissions/{row['id']}"
    return submission_out(row, dataset.frequency)


@router.get("/forecast-submissions")
async def list_forecast_submissions(
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    dataset_id: Annotated[UUID | None, Query()] = None,
) -> Page[SubmissionOut]:
    """Return what was handed in, the newest first; scores stand in each one and on the board."""
    rows = await submissions.list_submissions(
        tx, dataset_id, after=paging.after, limit=paging.limit
    )
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda row: (row["submitted_at"].isoformat(), row["id"]),
        request=request,
        response=response,
    )
    frequencies = {row["dataset_id"]: "" for row in shown}
    for each in frequencies:
        frequencies[each] = (await visible_dataset(tx, each)).frequency
    items = [submission_out(row, frequencies[row["dataset_id"]]) for row in shown]
    return Page(items=items, next=following)


@router.get("/forecast-submissions/{submission_id}")
async def read_forecast_submission(submission_id: UUID, tx: InTx) -> SubmissionOut:
    """Return a submission with its scores so far."""
    row = await submissions.find_submission(tx, submission_id)
    if row is None:
        raise SubmissionNotFoundError(submission_id=str(submission_id))
    dataset = await visible_dataset(tx, row["dataset_id"])
    scored = await scored_rows(tx, dataset.id, submission_id=submission_id)
    return submission_out(row, dataset.frequency, scored.get(submission_id, ()))


@router.get("/forecast-submissions/{submission_id}/rows")
async def list_submitted_rows(submission_id: UUID, tx: InTx) -> list[SubmittedRowOut]:
    """Return a submission's numbers beside ours, and beside what came."""
    row = await submissions.find_submission(tx, submission_id)
    if row is None:
        raise SubmissionNotFoundError(submission_id=str(submission_id))
    dataset = await visible_dataset(tx, row["dataset_id"])
    rows = await submissions.list_beside_ours(tx, dataset.id, submission_id=submission_id)
    return [
        SubmittedRowOut.model_validate(
            {
                **each,
                "cell": cell_out(cell_in(each)),
                "period": period_words(dataset.frequency, each["period"]),
            }
        )
        for each in rows
    ]
