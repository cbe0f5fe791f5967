"""Released figures over HTTP: employment by major and by industry, and their publishing."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query, Response

from services.forecasting.api.labour_desks import AtLabourDesk
from services.forecasting.api.uploads import ROOM
from services.forecasting.contract.releases import (
    IndustryStatusesOut,
    IndustryStatusOut,
    OutcomeOut,
    OutcomesOut,
    ReleaseIn,
    ReleaseOut,
    ReleasesOut,
)
from services.forecasting.domain.major import major_named
from services.forecasting.domain.organisation import region_named
from services.forecasting.flows.release_figures import KIND, ask_release
from services.forecasting.store import releases
from services.forecasting.store.rows import Row
from shared.catalogues.industries import find_industry
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.jobs.queue import JobAccepted, accepted, start_job

router = new_router("employment status")

Region = Annotated[str | None, Query(pattern=r"^\d{2}(\d{2}){0,2}$", description="GB/T 2260")]
Quarter = Annotated[str | None, Query(pattern=r"^\d{4}Q[1-4]$", examples=["2026Q1"])]


@router.post("/labour-releases", status_code=202, dependencies=[Keyed])
async def release_labour_figures(
    body: ReleaseIn, desk: AtLabourDesk, response: Response
) -> JobAccepted:
    """Publish figures of a place and period; a job hides small cells and audits that."""
    told = await ask_release(desk, body.kind, region=body.region, period=body.period)
    return accepted(response, ROOM, await start_job(desk.tx, desk.caller, KIND, told))


@router.get("/labour-releases")
async def list_labour_releases(
    tx: InTx,
    kind: Annotated[Literal["outcomes", "industry_status"], Query()],
    region: Region = None,
    period: Annotated[str | None, Query(pattern=r"^\d{4}(Q[1-4])?$")] = None,
) -> ReleasesOut:
    """Return the newest release of each place, period and publisher."""
    place = None if region is None else region_named(region)
    rows = await releases.list_releases(tx, kind, period=period, region=place)
    return ReleasesOut(items=[ReleaseOut.model_validate(row) for row in rows])


def _rule(rows: list[Row]) -> dict[str, Any] | None:
    return rows[0]["facts"] if rows else None


@router.get("/majors/{code}/outcomes")
async def read_major_outcomes(
    code: str,
    tx: InTx,
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None,
    region: Region = None,
    school: Annotated[str | None, Query(max_length=200, description="a school's name")] = None,
) -> OutcomesOut:
    """Return where graduates of a major went, as released; years side by side without `year`."""
    major = major_named(code)
    rows = await releases.list_cells(
        tx,
        "outcomes",
        period=None if year is None else str(year),
        region=None if region is None else region_named(region),
        code=major.code,
        school=school,
    )
    return OutcomesOut(
        major_code=major.code,
        major_name=major.name,
        rule=_rule(rows),
        items=[
            OutcomeOut.model_validate({**row, **row["body"], "year": int(row["period"])})
            for row in rows
        ],
    )


@router.get("/industry-status")
async def read_industry_status(
    tx: InTx,
    period: Quarter = None,
    region: Region = None,
    industry: Annotated[str | None, Query(max_length=5, description="GB/T 4754")] = None,
) -> IndustryStatusesOut:
    """Return the employment status of industries, as authorities and bodies released it."""
    asked = find_industry(industry) if industry else None
    rows = await releases.list_cells(
        tx,
        "industry_status",
        period=period,
        region=None if region is None else region_named(region),
        code=asked.code if asked else industry,
    )
    return IndustryStatusesOut(rule=_rule(rows), items=[_industry(row) for row in rows])


def _industry(row: Row) -> IndustryStatusOut:
    found = find_industry(row["code"])
    named = {"industry_code": row["code"], "industry_name": found.name if found else row["code"]}
    return IndustryStatusOut.model_validate({**row, **row["body"], **named})
