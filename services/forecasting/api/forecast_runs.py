"""Runs over HTTP: started by the owner of a dataset, read and made again by anyone who may."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from services.forecasting.api.dataset_shapes import ForecastRunner
from services.forecasting.api.forecast_shapes import run_out
from services.forecasting.api.forecasts import MeasureName
from services.forecasting.contract.addresses import ROOM
from services.forecasting.contract.forecasts import RunIn, RunOut
from services.forecasting.domain.forecast_files import describe_files
from services.forecasting.domain.measure import DEFAULT_MEASURE
from services.forecasting.domain.period import period_words
from services.forecasting.flows.keep_datasets import own_dataset_of, period_asked
from services.forecasting.flows.read_forecast import forecast_dataset
from services.forecasting.flows.reproduce_forecast import REPRODUCE_JOB, visible_run
from services.forecasting.flows.run_forecast import RUN_JOB, run_input
from services.forecasting.flows.take_facts import MONTH_JOB
from services.forecasting.store import runs
from shared.files import FileStore
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.jobs.queue import JobAccepted, accepted, start_job
from shared.kernel.errors import ForbiddenError

router = new_router("forecasts")

_MEDIA = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


@router.post("/forecasts/runs", status_code=202, dependencies=[Keyed])
async def create_forecast_run(
    body: RunIn, caller: ForecastRunner, tx: InTx, response: Response
) -> JobAccepted:
    """Forecast one's dataset: as it is known now, or replayed as of some moment."""
    dataset = await own_dataset_of(tx, caller, body.dataset_id)
    origin = period_asked(dataset, body.origin, "/origin") if body.origin else None
    told = run_input(
        dataset.id,
        horizon=body.horizon,
        corrects=body.corrects,
        as_of=body.as_of,
        origin=origin,
    )
    return accepted(response, ROOM, await start_job(tx, caller, RUN_JOB, told))


@router.post("/forecasts/months", status_code=202, dependencies=[Keyed])
async def update_forecast_month(
    caller: ForecastRunner, tx: InTx, response: Response
) -> JobAccepted:
    """Count the platform's months that are over and forecast on: for its operator."""
    if not caller.is_platform:
        raise ForbiddenError(needs="the platform's operator (平台运营)")
    return accepted(response, ROOM, await start_job(tx, caller, MONTH_JOB, {}))


@router.get("/forecasts/runs")
async def list_forecast_runs(
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    measure: MeasureName = DEFAULT_MEASURE,
    dataset_id: UUID | None = None,
) -> Page[RunOut]:
    """Return the runs of a dataset, the newest first."""
    dataset, _ = await forecast_dataset(tx, measure=measure, dataset_id=dataset_id)
    rows = await runs.list_runs(tx, dataset.id, after=paging.after, limit=paging.limit)
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda row: (row["finished_at"].isoformat(), row["id"]),
        request=request,
        response=response,
    )
    return Page(items=[run_out(row, dataset.frequency) for row in shown], next=following)


@router.get("/forecasts/runs/{run_id}")
async def read_forecast_run(run_id: UUID, tx: InTx) -> RunOut:
    """Return a run with its vintage, plan, code and hashes."""
    run, dataset = await visible_run(tx, run_id)
    return run_out(run, dataset.frequency)


@router.post("/forecasts/runs/{run_id}/reproductions", status_code=202, dependencies=[Keyed])
async def reproduce_forecast_run(
    run_id: UUID, caller: ForecastRunner, tx: InTx, response: Response
) -> JobAccepted:
    """Make a past forecast again from what was known then; the job says whether it is the same."""
    run, _ = await visible_run(tx, run_id)
    told = {"run_id": str(run["id"])}
    return accepted(response, ROOM, await start_job(tx, caller, REPRODUCE_JOB, told))


@router.get("/forecasts/download", response_class=StreamingResponse)
async def download_forecasts(
    tx: InTx,
    request: Request,
    measure: MeasureName = DEFAULT_MEASURE,
    dataset_id: UUID | None = None,
    format: Annotated[Literal["csv", "parquet"], Query()] = "csv",  # noqa: A002 - its name on the wire
) -> StreamingResponse:
    """Return every number of the present forecast as CSV or Parquet."""
    dataset, run = await forecast_dataset(tx, measure=measure, dataset_id=dataset_id)
    files: FileStore = request.app.state.files
    kept = run["files"][format]
    origin = period_words(dataset.frequency, run["origin"])
    name = f"{dataset.measure}-{origin}.{format}"
    link = f'</v1/forecasts/download/metadata.json?dataset_id={dataset.id}>; rel="describedby"'
    return StreamingResponse(
        files.stream(kept["sha256"]),
        media_type=_MEDIA[format],
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "content-length": str(kept["bytes"]),
            "link": f'{link}; type="application/csvm+json"',
        },
    )


@router.get("/forecasts/download/metadata.json")
async def describe_download(
    tx: InTx, measure: MeasureName = DEFAULT_MEASURE, dataset_id: UUID | None = None
) -> dict[str, Any]:
    """Return the CSVW description of the CSV download: columns, types, source, vintage."""
    dataset, run = await forecast_dataset(tx, measure=measure, dataset_id=dataset_id)
    facts = {
        "source": dataset.source,
        "description": dataset.definition,
        "modified": run["finished_at"].isoformat(),
        "identifier": str(run["id"]),
        "temporal": period_words(dataset.frequency, run["origin"]),
        "format": "text/csv",
        "extent": run["files"]["csv"]["bytes"],
        "provenance": f"{run['code_version']}; as_of {run['as_of'].isoformat()}; "
        f"sha256 {run['files']['csv']['sha256']}",
    }
    url = f"/v1/forecasts/download?dataset_id={dataset.id}&format=csv"
    return describe_files(url=url, title=dataset.name, facts=facts)
