"""Forecasts over HTTP: what is published is open to everyone."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from services.forecasting.adapters.answers import Answers
from services.forecasting.api.dataset_shapes import cell_asked
from services.forecasting.api.forecast_shapes import (
    beside_out,
    cell_in,
    cell_out,
    forecast_out,
    past_out,
    summary_out,
)
from services.forecasting.contract.forecasts import (
    BreakdownOut,
    CellSummaryOut,
    ForecastOut,
    PastForecastsOut,
)
from services.forecasting.domain.cell import Cell
from services.forecasting.domain.measure import DEFAULT_MEASURE
from services.forecasting.domain.period import period_words
from services.forecasting.flows.read_forecast import (
    forecast_dataset,
    read_cell,
    read_parts,
    within_root,
)
from services.forecasting.store import forecasts
from shared.db.session import ANYONE, Database, Tx
from shared.http.caller import AnyCaller, scope_of
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx
from shared.http.service import new_router

router = new_router("forecasts")

CellAsked = Annotated[Cell, Depends(cell_asked)]
MeasureName = Annotated[str, Query(max_length=40, description="see /v1/observations/measures")]
Horizon = Annotated[int, Query(ge=1, le=36, description="periods ahead")]


@router.get("/forecasts", response_model=ForecastOut)
async def read_forecast(
    request: Request,
    caller: AnyCaller,
    cell: CellAsked,
    measure: MeasureName = DEFAULT_MEASURE,
    dataset_id: UUID | None = None,
    h: Horizon = 12,
) -> Response:
    """Return the forecast of a cell: p10, p50, p90, method, vintage and record."""
    database: Database = request.app.state.database
    answers: Answers = request.app.state.answers
    key = (measure, dataset_id, cell, h)

    async def stamp() -> object:
        async with database.begin(ANYONE) as tx:
            return await forecasts.newest_stamp(tx)

    body = await answers.find(key, stamp)
    if body is None:
        turn = answers.turn
        async with database.begin(scope_of(caller)) as tx:
            told, public = await _forecast(tx, cell, measure=measure, dataset_id=dataset_id, h=h)
        body = told.model_dump_json().encode()
        if public:
            answers.keep(key, body, turn=turn)
    return Response(body, media_type="application/json")


async def _forecast(
    tx: Tx, cell: Cell, *, measure: str, dataset_id: UUID | None, h: int
) -> tuple[ForecastOut, bool]:
    dataset, run = await forecast_dataset(tx, measure=measure, dataset_id=dataset_id)
    row = await read_cell(tx, run, cell)
    history = await forecasts.find_history(tx, dataset.id, cell_in(row))
    backtest = await forecasts.newest_backtest(tx, dataset.id)
    told = forecast_out(dataset, run, row, history=history, backtest=backtest, h=h)
    return told, dataset.public


@router.get("/forecasts/past")
async def read_past_forecasts(
    tx: InTx,
    cell: CellAsked,
    measure: MeasureName = DEFAULT_MEASURE,
    dataset_id: UUID | None = None,
    replays: Annotated[
        Literal["true", "false"],
        Query(description="with forecasts made later from what was known at their origin"),
    ] = "false",
    limit: Annotated[int, Query(ge=1, le=60)] = 24,
) -> PastForecastsOut:
    """Return what was forecast for a cell once, beside what came."""
    dataset, run = await forecast_dataset(tx, measure=measure, dataset_id=dataset_id)
    asked = within_root(run, cell)
    rows = await forecasts.list_past(tx, dataset.id, asked, replays=replays == "true", limit=limit)
    history = await forecasts.find_history(tx, dataset.id, asked)
    return past_out(dataset, asked, rows=rows, history=history)


@router.get("/forecasts/breakdown")
async def read_breakdown(
    tx: InTx,
    cell: CellAsked,
    by: Annotated[Literal["region", "industry", "occupation"], Query()] = "occupation",
    measure: MeasureName = DEFAULT_MEASURE,
    dataset_id: UUID | None = None,
    h: Horizon = 12,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> BreakdownOut:
    """Return a cell's parts one step down along a dimension, the largest first."""
    dataset, run = await forecast_dataset(tx, measure=measure, dataset_id=dataset_id)
    steps = min(h, run["horizon"])
    rows = await read_parts(tx, run, cell, by=by)
    items = [beside_out(dataset, row, by=by, h=steps) for row in rows]
    items.sort(key=lambda item: (-(item.next_season or item.mean), item.code))
    return BreakdownOut(
        dataset_id=dataset.id,
        run_id=run["id"],
        origin=period_words(dataset.frequency, run["origin"]),
        cell=cell_out(within_root(run, cell)),
        by=by,
        h=steps,
        period=period_words(dataset.frequency, run["origin"] + steps),
        items=items[:limit],
    )


@router.get("/forecasts/cells")
async def list_forecast_cells(
    tx: InTx,
    cell: CellAsked,
    paging: Paging,
    request: Request,
    response: Response,
    measure: MeasureName = DEFAULT_MEASURE,
    dataset_id: UUID | None = None,
) -> Page[CellSummaryOut]:
    """Return the cells that are forecast, by their codes."""
    _, run = await forecast_dataset(tx, measure=measure, dataset_id=dataset_id)
    rows = await forecasts.list_cells(
        tx,
        run,
        filters={name: code for name, code in cell._asdict().items() if code},
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
    return Page(items=[summary_out(row) for row in shown], next=following)
