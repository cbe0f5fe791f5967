"""Advice on majors over HTTP: the public signal, and drafts for those whom they concern."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.forecasting.api.labour_desks import AtMajorDesk
from services.forecasting.api.names import major_name
from services.forecasting.contract.addresses import ROOM
from services.forecasting.contract.advice import (
    AdviceDecisionIn,
    AdviceOut,
    AdviceRunIn,
    AdviceState,
    MajorSignalOut,
    PositionIn,
)
from services.forecasting.domain.major import major_named
from services.forecasting.domain.organisation import region_named
from services.forecasting.flows import advise_majors
from services.forecasting.store import advice
from services.forecasting.store.rows import Row
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.jobs.queue import JobAccepted, accepted, start_job

router = new_router("majors")

Place = Annotated[str | None, Query(pattern=r"^\d{2}(\d{2}){0,2}$", description="GB/T 2260")]


def _advice(row: Row) -> AdviceOut:
    return AdviceOut.model_validate({**row, "major_name": major_name(row["major_code"])})


@router.post("/majors/advice", status_code=202, dependencies=[Keyed])
async def advise_on_majors(body: AdviceRunIn, desk: AtMajorDesk, response: Response) -> JobAccepted:
    """Compute advice on the majors of the authority's region and its schools; a job does it."""
    told = await advise_majors.ask_advice(desk, body.region)
    job_id = await start_job(desk.tx, desk.caller, advise_majors.KIND, told)
    return accepted(response, ROOM, job_id)


@router.get("/majors/advice")
async def list_major_advice(
    desk: AtMajorDesk,
    paging: Paging,
    request: Request,
    response: Response,
    state: Annotated[AdviceState | None, Query()] = None,
    major: Annotated[str | None, Query(max_length=10)] = None,
) -> Page[AdviceOut]:
    """Return advice that concerns the caller: on its own majors, or computed by itself."""
    rows = await advice.list_concerning(
        desk.tx,
        desk.org_id,
        state=state,
        major=None if major is None else major_named(major).code,
        after=UUID(paging.after[0]) if paging.after else None,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[_advice(row) for row in shown], next=following)


@router.post("/majors/advice/{advice_id}/position", dependencies=[Keyed])
async def state_position(advice_id: UUID, body: PositionIn, desk: AtMajorDesk) -> AdviceOut:
    """Say what the school thinks of a draft about its own major."""
    return _advice(
        await advise_majors.state_position(desk, advice_id, agrees=body.agrees, reason=body.reason)
    )


@router.post("/majors/advice/{advice_id}/decision", dependencies=[Keyed])
async def decide_advice(advice_id: UUID, body: AdviceDecisionIn, desk: AtMajorDesk) -> AdviceOut:
    """Publish or reject a draft, after the school has been heard."""
    return _advice(
        await advise_majors.decide_advice(desk, advice_id, publish=body.publish, reason=body.reason)
    )


@router.get("/majors/{code}/signal")
async def read_major_signal(
    code: str,
    tx: InTx,
    region: Place = None,
    school_id: Annotated[UUID | None, Query(description="one school's major")] = None,
) -> MajorSignalOut:
    """Return the published signal of a major: of a region, or of one school's major."""
    major = major_named(code)
    place = None if region is None else region_named(region)
    row = await advice.find_public(tx, major.code, region=place, school_id=school_id)
    return MajorSignalOut.model_validate(
        {
            "region_code": place,
            "school_name": "",
            "signal": None,
            "reasons": [],
            "numbers": None,
            "due": None,
            "computed_at": None,
            "published_at": None,
            **(row or {}),
            "major_code": major.code,
            "major_name": major.name,
        }
    )
