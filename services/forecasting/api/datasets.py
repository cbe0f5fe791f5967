"""Datasets over HTTP: set up, broken, filled from files, read by anyone where they are public."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response

from services.forecasting.adapters.organisations import AccountsRoom
from services.forecasting.api.dataset_shapes import (
    Industry,
    Major,
    ObservationWriter,
    Occupation,
    Region,
    break_out,
    dataset_out,
    observation_out,
    series_out,
)
from services.forecasting.api.labour_desks import InLanguage
from services.forecasting.contract.datasets import (
    BreakIn,
    BreakOut,
    BreaksOut,
    DatasetIn,
    DatasetOut,
    MeasureOut,
    MeasuresOut,
    NamedOut,
    ObservationOut,
    SeriesOut,
)
from services.forecasting.domain.advertisement import REPEAT_DAYS, REPEAT_RULE
from services.forecasting.domain.cell import cell_named
from services.forecasting.domain.measure import MEASURES
from services.forecasting.domain.observation_columns import observation_columns
from services.forecasting.flows import keep_datasets
from services.forecasting.flows.import_observations import IMPORT_JOB, form_of, import_input
from services.forecasting.flows.keep_datasets import own_dataset_of, visible_dataset
from services.forecasting.store import datasets, observations
from shared.db.session import Tx
from shared.http.caller import Caller
from shared.http.downloads import as_file
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.jobs.queue import JobAccepted
from shared.jobs.uploads import UPLOAD, import_upload
from shared.kernel.errors import NotFoundError
from shared.sheets import XLSX, FileEmptyError, write_template

router = new_router("observations")

Truth = Literal["true", "false"]


@router.get("/observations/measures")
async def list_measures() -> MeasuresOut:
    """Return what can be counted, who reports it, and the rule against repeats."""
    return MeasuresOut(
        items=[
            MeasureOut(
                code=each.code,
                title=NamedOut(zh=each.title.zh, en=each.title.en),
                nature=each.nature,
                unit=each.unit,
                writers=sorted(each.writers),
                public=each.public,
                absent=each.absent,
            )
            for each in MEASURES.values()
        ],
        repeat_days=REPEAT_DAYS,
        repeat_rule=NamedOut(zh=REPEAT_RULE.zh, en=REPEAT_RULE.en),
    )


@router.post("/datasets", status_code=201, dependencies=[Keyed])
async def create_dataset(
    body: DatasetIn, caller: ObservationWriter, tx: InTx, response: Response
) -> DatasetOut:
    """Set up a dataset of one's organisation."""
    made = await keep_datasets.create_dataset(tx, caller, body.model_dump())
    response.headers["Location"] = f"/v1/datasets/{made.id}"
    return dataset_out(made)


@router.get("/datasets")
async def list_datasets(
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    measure: Annotated[str | None, Query(max_length=40)] = None,
) -> Page[DatasetOut]:
    """Return the public datasets and one's own."""
    rows = await datasets.list_datasets(tx, measure=measure, after=paging.after, limit=paging.limit)
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda row: (row["measure"], row["id"]),
        request=request,
        response=response,
    )
    return Page(items=[DatasetOut.model_validate(row) for row in shown], next=following)


@router.get("/datasets/{dataset_id}")
async def read_dataset(dataset_id: UUID, tx: InTx) -> DatasetOut:
    """Return a dataset with its source and definition."""
    return dataset_out(await visible_dataset(tx, dataset_id))


@router.post("/datasets/{dataset_id}/breaks", status_code=201, dependencies=[Keyed])
async def record_break(
    dataset_id: UUID, body: BreakIn, caller: ObservationWriter, tx: InTx
) -> BreakOut:
    """Record that one's dataset is counted in another way from a period on."""
    dataset = await own_dataset_of(tx, caller, dataset_id)
    made = await keep_datasets.record_break(tx, caller, dataset, told=body.model_dump())
    rows = await datasets.list_break_rows(tx, dataset_id)
    return break_out(next(row for row in rows if row["id"] == made), dataset.frequency)


@router.get("/datasets/{dataset_id}/breaks")
async def list_breaks(dataset_id: UUID, tx: InTx) -> BreaksOut:
    """Return the recorded breaks of a dataset."""
    dataset = await visible_dataset(tx, dataset_id)
    rows = await datasets.list_break_rows(tx, dataset_id)
    return BreaksOut(items=[break_out(row, dataset.frequency) for row in rows])


@router.post(
    "/datasets/{dataset_id}/imports",
    status_code=202,
    dependencies=[Keyed],
    openapi_extra=UPLOAD,
)
async def import_observations(
    dataset_id: UUID,
    caller: ObservationWriter,
    tx: InTx,
    request: Request,
    response: Response,
    accept_jumps: Annotated[
        Truth, Query(description="take counts a thousand times the period before")
    ] = "false",
) -> JobAccepted:
    """Take observations as CSV (UTF-8 or GBK), XLSX or JSON; a job writes all of them or none."""
    dataset = await own_dataset_of(tx, caller, dataset_id)
    if not (await request.body()).strip():
        raise FileEmptyError
    reach = await _reach(request, caller)
    more = import_input(dataset, accept_jumps=accept_jumps == "true", reach=reach)
    return await import_upload(request, response, tx=tx, caller=caller, kind=IMPORT_JOB, more=more)


async def _reach(request: Request, caller: Caller) -> str | None:
    """Return the region that an authority answers for; others may report on any."""
    if caller.org_kind != "authority" or caller.org_id is None:
        return None
    found = await AccountsRoom(request.app.state.peers).find_many([caller.org_id])
    if caller.org_id not in found:
        raise NotFoundError(organisation_id=str(caller.org_id))
    return found[caller.org_id].region_code


@router.get("/datasets/{dataset_id}/template.xlsx", response_class=Response)
async def observation_template(
    dataset_id: UUID, tx: InTx, request: Request, language: InLanguage
) -> Response:
    """Return an empty workbook with the columns that a file for this dataset has."""
    dataset = await visible_dataset(tx, dataset_id)
    columns = observation_columns(await form_of(tx, dataset, request.app.state.clock()))
    sheet = "数据" if language == "zh" else "observations"
    content = write_template(columns, language, sheet=sheet)
    return as_file(content, media_type=XLSX, name="observations.xlsx")


@router.get("/datasets/{dataset_id}/series")
async def list_series(
    dataset_id: UUID,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    region: Region = "",
    industry: Industry = "",
    occupation: Occupation = "",
    major: Major = "",
) -> Page[SeriesOut]:
    """Return the series of a dataset by their codes."""
    await visible_dataset(tx, dataset_id)
    asked = cell_named(region, industry.upper(), occupation, major.upper())._asdict()
    rows = await datasets.list_series(
        tx,
        dataset_id,
        filters={name: code for name, code in asked.items() if code},
        after=paging.after,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda row: tuple(row[n] for n in ("region", "occupation", "industry", "major")),
        request=request,
        response=response,
    )
    return Page(items=[series_out(row) for row in shown], next=following)


@router.get("/series/{series_id}/observations")
async def list_observations(
    series_id: UUID,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    as_of: Annotated[
        datetime | None, Query(description="what was known then; absent: every vintage")
    ] = None,
) -> Page[ObservationOut]:
    """Return a series' numbers by period, in every vintage or as they were known once."""
    frequency = await _frequency_of(tx, series_id)
    rows = await observations.list_vintages(
        tx, series_id, as_of=as_of, after=paging.after, limit=paging.limit
    )
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda row: (row["period"], row["as_of"].isoformat(), row["recorded_at"].isoformat()),
        request=request,
        response=response,
    )
    return Page(items=[observation_out(row, frequency) for row in shown], next=following)


async def _frequency_of(tx: Tx, series_id: UUID) -> str:
    found = await datasets.find_series(tx, series_id)
    if found is None:
        raise NotFoundError(series_id=str(series_id))
    return (await visible_dataset(tx, found["dataset_id"])).frequency
