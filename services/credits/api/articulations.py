"""Course sequences into a school's programmes over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response

from services.credits.api.callers import RuleKeeper, school_of
from services.credits.contract.articulations import (
    ArticulationEndIn,
    ArticulationIn,
    ArticulationOut,
)
from services.credits.flows import keep_articulations
from services.credits.store.rows import Row, page_rows
from services.credits.store.tables_articulations import articulations
from shared.http.caller import SignedIn
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag

router = new_router("course-articulations")


def _shown(row: Row, response: Response) -> ArticulationOut:
    set_etag(response, row["version"])
    return ArticulationOut.model_validate(row)


@router.post("/course-articulations", status_code=201, dependencies=[Keyed])
async def agree_course_articulation(
    body: ArticulationIn, caller: RuleKeeper, tx: InTx, response: Response
) -> ArticulationOut:
    """Agree on a course sequence into a programme: the level does not fall, contents overlap."""
    school_id = school_of(caller)
    made = await keep_articulations.agree_articulation(
        tx, caller, school_id, values=body.model_dump()
    )
    return _shown(made, response)


@router.get("/course-articulations")
async def list_course_articulations(
    caller: SignedIn, tx: InTx, paging: Paging, request: Request, response: Response
) -> Page[ArticulationOut]:
    """Return the sequences into and from the caller's school, the newest first."""
    school_of(caller)
    rows = await page_rows(tx, articulations, after=paging.after, limit=paging.limit)
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[ArticulationOut.model_validate(row) for row in shown], next=following)


@router.post("/course-articulations/{articulation_id}/end", dependencies=[Keyed])
async def end_course_articulation(
    articulation_id: UUID,
    body: ArticulationEndIn,
    caller: RuleKeeper,
    seen: SeenVersion,
    tx: InTx,
    response: Response,
) -> ArticulationOut:
    """Let a sequence end on a day."""
    ended = await keep_articulations.end_articulation(
        tx,
        caller,
        school_of(caller),
        articulation_id=articulation_id,
        valid_to=body.valid_to,
        seen=seen,
    )
    return _shown(ended, response)
