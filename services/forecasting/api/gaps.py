"""Supply and gaps over HTTP: runs by an authority, read by all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.forecasting.api.labour_desks import AtLabourDesk
from services.forecasting.api.names import major_name, occupation_name, region_name
from services.forecasting.contract.addresses import ROOM
from services.forecasting.contract.gaps import (
    GapKind,
    GapOut,
    GapRunIn,
    GapRunOut,
    GapRunsOut,
    GapsOut,
    HeatCellOut,
    HeatMapOut,
    NamedCodeOut,
    SuppliesOut,
    SupplyOut,
)
from services.forecasting.domain.major import major_named
from services.forecasting.domain.organisation import region_named
from services.forecasting.flows.run_gaps import KIND, ask_run, find_shown_run
from services.forecasting.store import gaps
from services.forecasting.store.rows import Row
from shared.catalogues.regions import regions
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.jobs.queue import JobAccepted, accepted, start_job

router = new_router("supply and gaps")

Place = Annotated[str | None, Query(pattern=r"^\d{2}(\d{2}){0,2}$", description="GB/T 2260")]
Year = Annotated[int | None, Query(ge=1990, le=2100)]
Run = Annotated[UUID | None, Query(description="a run; default: the region's newest")]


@router.post("/gap-runs", status_code=202, dependencies=[Keyed])
async def run_gaps(body: GapRunIn, desk: AtLabourDesk, response: Response) -> JobAccepted:
    """Compute and publish supply, gaps and warnings of the authority's region; a job does it."""
    told = await ask_run(desk, body.region, as_of=body.as_of, years=body.years)
    return accepted(response, ROOM, await start_job(desk.tx, desk.caller, KIND, told))


@router.get("/gap-runs")
async def list_gap_runs(tx: InTx, region: Place = None) -> GapRunsOut:
    """Return runs, the newest first."""
    rows = await gaps.list_runs(tx, None if region is None else region_named(region))
    return GapRunsOut(items=[GapRunOut.model_validate(row) for row in rows])


def _run(row: Mapping[str, Any] | None) -> GapRunOut | None:
    return None if row is None else GapRunOut.model_validate(row)


@router.get("/supply")
async def read_supply(
    tx: InTx,
    region: Place = None,
    major: Annotated[str | None, Query(max_length=10)] = None,
    year: Year = None,
    run_id: Run = None,
) -> SuppliesOut:
    """Return graduates and entrants by major and year, with intervals and rates."""
    run = await find_shown_run(tx, None if region is None else region_named(region), run_id)
    code = None if major is None else major_named(major).code
    rows = [] if run is None else await gaps.list_supply(tx, run["id"], major=code, year=year)
    return SuppliesOut(
        run=_run(run),
        items=[
            SupplyOut.model_validate({**row, "major_name": major_name(row["major_code"])})
            for row in rows
        ],
    )


@router.get("/gaps")
async def read_gaps(
    tx: InTx,
    region: Place = None,
    occupation: Annotated[str | None, Query(max_length=12)] = None,
    major: Annotated[str | None, Query(max_length=10)] = None,
    year: Year = None,
    run_id: Run = None,
) -> GapsOut:
    """Return openings per entrant with P(gap > 1.2), P(gap < 0.8) and the driver."""
    run = await find_shown_run(tx, None if region is None else region_named(region), run_id)
    kind: GapKind | None = "major" if major else "occupation" if occupation else None
    code = major_named(major).code if major else occupation
    rows = (
        [] if run is None else await gaps.list_gaps(tx, run["id"], kind=kind, code=code, year=year)
    )
    return GapsOut(run=_run(run), items=[_gap(row) for row in rows])


def _name(kind: str, code: str) -> str:
    return major_name(code) if kind == "major" else occupation_name(code)


def _gap(row: Row) -> GapOut:
    parts = row["parts"]
    return GapOut.model_validate(
        {
            **row,
            "name": _name(row["kind"], row["code"]),
            "effects": parts["effects"],
            "main_occupation": parts.get("main_occupation"),
            "posts_per_seeker": parts.get("posts_per_seeker"),
            "openings_basis": parts.get("openings_basis"),
        }
    )


@router.get("/gaps/heat")
async def read_gap_heat_map(
    tx: InTx,
    year: Annotated[int, Query(ge=1990, le=2100)],
    region: Annotated[
        str, Query(pattern=r"^\d{2}(\d{2}){0,2}$", description="its own places are the rows")
    ],
    kind: Annotated[GapKind, Query()] = "occupation",
    code: Annotated[list[str] | None, Query(max_length=200)] = None,
) -> HeatMapOut:
    """Return a tile per place and code: a region and the places directly in it."""
    outer = region_named(region)
    places = [outer, *(each.code for each in regions() if each.parent == outer)]
    rows = await gaps.heat_cells(tx, kind=kind, year=year, regions=places, codes=code)
    shown = sorted({row["region_code"] for row in rows}, key=places.index)
    return HeatMapOut(
        year=year,
        kind=kind,
        regions=[NamedCodeOut(code=each, name=region_name(each)) for each in shown],
        codes=[
            NamedCodeOut(code=each, name=_name(kind, each))
            for each in sorted({row["code"] for row in rows})
        ],
        cells=[
            HeatCellOut(
                region=row["region_code"],
                code=row["code"],
                ratio_p50=row["ratio"]["p50"],
                p_short=row["p_short"],
                p_glut=row["p_glut"],
            )
            for row in rows
        ],
    )
