"""Appeals over HTTP: a student's own, the office's list, the decision."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response

from services.internships.api.callers import (
    AppealDecider,
    Appellant,
    AsStudent,
    school_of,
    student_if_one,
)
from services.internships.contract.appeals import AppealIn, AppealOut, AppealState, DecisionIn
from services.internships.domain.appeal import AppealNotFoundError
from services.internships.flows import hear_appeals
from services.internships.store import appeals
from shared.http.caller import SignedIn
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag
from shared.kernel.errors import ForbiddenError

router = new_router("appeals")


@router.post("/appeals", status_code=201, dependencies=[Keyed])
async def make_appeal(
    body: AppealIn, caller: Appellant, student: AsStudent, tx: InTx, response: Response
) -> AppealOut:
    """Appeal against one's own result or placement."""
    appeal = await hear_appeals.make_appeal(
        tx,
        caller,
        student,
        round_id=body.round_id,
        placement_id=body.placement_id,
        grounds=body.grounds,
    )
    response.headers["Location"] = f"/v1/appeals/{appeal['id']}"
    set_etag(response, appeal["version"])
    return AppealOut.model_validate(appeal)


@router.get("/appeals")
async def list_appeals(
    caller: SignedIn,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    state: AppealState | None = None,
) -> Page[AppealOut]:
    """Return appeals: a student's own, or every one of the school for who decides them."""
    student = await student_if_one(caller, tx)
    if student is None and "appeals:decide" not in caller.scopes:
        raise ForbiddenError(needs="appeals:decide")
    rows = await appeals.list_appeals(
        tx,
        school_of(caller),
        student_id=student["id"] if student else None,
        state=state,
        after=paging.after,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[AppealOut.model_validate(row) for row in shown], next=following)


@router.get("/appeals/{appeal_id}")
async def read_appeal(appeal_id: UUID, caller: SignedIn, tx: InTx, response: Response) -> AppealOut:
    """Return one appeal with its decision."""
    appeal = await hear_appeals.load_appeal(tx, school_of(caller), appeal_id)
    student = await student_if_one(caller, tx)
    own = student is not None and appeal["student_id"] == student["id"]
    if not own and (student is not None or "appeals:decide" not in caller.scopes):
        raise AppealNotFoundError(appeal_id=str(appeal_id))
    set_etag(response, appeal["version"])
    return AppealOut.model_validate(appeal)


@router.post("/appeals/{appeal_id}/decision", dependencies=[Keyed])
async def decide(
    appeal_id: UUID,
    body: DecisionIn,
    caller: AppealDecider,
    seen: SeenVersion,
    tx: InTx,
    request: Request,
    response: Response,
) -> AppealOut:
    """Decide an appeal, as a named person and with the reason."""
    appeal = await hear_appeals.load_appeal(tx, school_of(caller), appeal_id)
    decided = await hear_appeals.decide_appeal(
        tx,
        caller,
        appeal,
        upheld=body.upheld,
        decision=body.decision,
        seen=seen,
        organisations=request.app.state.organisations,
        now=request.app.state.clock(),
    )
    set_etag(response, decided["version"])
    return AppealOut.model_validate(decided)
