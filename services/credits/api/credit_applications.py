"""Applications for recognition over HTTP: drafted, submitted, withdrawn, appealed, settled."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from services.credits.api.callers import (
    Applicant,
    AsLearner,
    Office,
    OwnOrSchool,
    Reviewer,
    school_of,
)
from services.credits.api.credit_desks import desk_of
from services.credits.api.outcomes import holder_of
from services.credits.contract.addresses import ROOM
from services.credits.contract.applications import (
    ApplicationStateName,
    CreditAppealIn,
    CreditAppealOut,
    CreditApplicationIn,
    CreditApplicationOut,
    CreditApplicationPatch,
    CreditBatchIn,
    ReversalIn,
    SettledOut,
)
from services.credits.domain.application import ApplicationNotFoundError, shown_state
from services.credits.flows import apply_for_credits, review_applications, settle_applications
from services.credits.store import applications
from services.credits.store.applications import Sought
from services.credits.store.rows import Row, find_row, page_rows
from services.credits.store.tables_applications import credit_appeals
from shared.http.caller import SignedIn
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag
from shared.jobs.queue import JobAccepted, accepted, start_job
from shared.kernel.errors import ForbiddenError

router = new_router("credit-applications")


def shown(row: Row, request: Request, response: Response | None = None) -> CreditApplicationOut:
    """Return an application as it travels, its state as of now."""
    if response is not None:
        set_etag(response, row["version"])
    state = shown_state(row, request.app.state.clock())
    return CreditApplicationOut.model_validate({**row, "state": state})


@router.post("/credit-applications", status_code=201, dependencies=[Keyed])
async def draft_credit_application(
    body: CreditApplicationIn,
    own: OwnOrSchool,
    caller: SignedIn,
    tx: InTx,
    request: Request,
    response: Response,
) -> CreditApplicationOut:
    """Write a draft about one outcome and the courses that it shall cover."""
    learner = await holder_of(tx, caller, own, body.learner_id)
    desk = desk_of(request, tx, caller)
    values = body.model_dump(exclude={"learner_id"})
    made = await apply_for_credits.draft_application(desk, learner, values)
    response.headers["Location"] = f"/v1/credit-applications/{made['id']}"
    return shown(made, request, response)


@router.get("/credit-applications")
async def list_credit_applications(
    own: OwnOrSchool,
    caller: SignedIn,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    state: ApplicationStateName | None = None,
    class_name: Annotated[str | None, Query(max_length=80)] = None,
    outcome_kind: Annotated[str | None, Query(max_length=24)] = None,
) -> Page[CreditApplicationOut]:
    """Return applications, the newest first: a student's own, or the school's work list."""
    rows = await applications.list_applications(
        tx,
        school_of(caller),
        Sought(state, class_name, outcome_kind, own["id"] if own else None),
        after=paging.after,
        limit=paging.limit,
    )
    cut, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[shown(row, request) for row in cut], next=following)


@router.post("/credit-applications/batches", status_code=202, dependencies=[Keyed])
async def start_batch(
    body: CreditBatchIn, caller: SignedIn, tx: InTx, request: Request, response: Response
) -> JobAccepted:
    """Do one step for a whole class: make applications (office), pass evidence, or decide."""
    needed = "credits:office" if body.op == "create" else "credits:review"
    school_of(caller)
    if needed not in caller.scopes:
        raise ForbiddenError(needs=needed)
    told: dict[str, Any] = body.model_dump(mode="json", exclude={"ids", "decisions"})
    told["note"] = body.reason
    if body.op == "check":
        told["items"] = [{"id": str(each)} for each in body.ids]
    if body.op == "decide":
        told["items"] = [each.model_dump(mode="json") for each in body.decisions]
        told["reviewer_name"] = await request.app.state.organisations.name_of(caller)
    return accepted(response, ROOM, await start_job(tx, caller, "credit_applications.batch", told))


@router.post("/credit-applications/settlements", dependencies=[Keyed])
async def settle_deadlines(caller: Office, tx: InTx, request: Request) -> SettledOut:
    """Carry out the school's deadlines that are over, without waiting for the routine."""
    desk = desk_of(request, tx, caller)
    settled = await settle_applications.settle_due(desk, school_id=desk.school_id)
    return SettledOut.model_validate(settled, from_attributes=True)


@router.get("/credit-applications/{application_id}")
async def read_credit_application(
    application_id: UUID,
    own: OwnOrSchool,
    caller: SignedIn,
    tx: InTx,
    request: Request,
    response: Response,
) -> CreditApplicationOut:
    """Return one application with what the rules give and why."""
    desk = desk_of(request, tx, caller)
    found = await apply_for_credits.load_application(desk, application_id, learner=own)
    return shown(found, request, response)


@router.patch("/credit-applications/{application_id}")
async def patch_credit_application(
    application_id: UUID,
    body: CreditApplicationPatch,
    own: OwnOrSchool,
    caller: SignedIn,
    seen: SeenVersion,
    tx: InTx,
    request: Request,
    response: Response,
) -> CreditApplicationOut:
    """Change the courses, purpose or note of a draft."""
    _may_apply(own, caller)
    desk = desk_of(request, tx, caller)
    found = await apply_for_credits.load_application(desk, application_id, learner=own, lock=True)
    changes = body.model_dump(exclude_none=True)
    changed = await apply_for_credits.change_draft(desk, found, changes, seen=seen)
    return shown(changed, request, response)


def _may_apply(own: Row | None, caller: SignedIn) -> None:
    if own is None and "credits:office" not in caller.scopes:
        raise ForbiddenError(needs="credits:office")


@router.post("/credit-applications/{application_id}/submission", dependencies=[Keyed])
async def submit_credit_application(
    application_id: UUID,
    own: OwnOrSchool,
    caller: SignedIn,
    seen: SeenVersion,
    tx: InTx,
    request: Request,
    response: Response,
) -> CreditApplicationOut:
    """Submit a draft, or send what was missing: from now on the outcome is held for it."""
    _may_apply(own, caller)
    desk = desk_of(request, tx, caller)
    found = await apply_for_credits.load_application(desk, application_id, learner=own, lock=True)
    return shown(
        await apply_for_credits.submit_application(desk, found, seen=seen), request, response
    )


@router.post("/credit-applications/{application_id}/withdrawal", dependencies=[Keyed])
async def withdraw_credit_application(
    application_id: UUID,
    own: OwnOrSchool,
    caller: SignedIn,
    seen: SeenVersion,
    tx: InTx,
    request: Request,
    response: Response,
) -> CreditApplicationOut:
    """Take an application back before it is decided: the outcome is free again."""
    _may_apply(own, caller)
    desk = desk_of(request, tx, caller)
    found = await apply_for_credits.load_application(desk, application_id, learner=own, lock=True)
    return shown(
        await apply_for_credits.withdraw_application(desk, found, seen=seen), request, response
    )


@router.post("/credit-applications/{application_id}/appeals", status_code=201, dependencies=[Keyed])
async def appeal_credit_decision(
    application_id: UUID,
    body: CreditAppealIn,
    caller: Applicant,
    learner: AsLearner,
    tx: InTx,
    request: Request,
) -> CreditAppealOut:
    """Bring one's own decision before other reviewers, once."""
    desk = desk_of(request, tx, caller)
    found = await apply_for_credits.load_application(
        desk, application_id, learner=learner, lock=True
    )
    made = await review_applications.appeal(desk, found, grounds=body.grounds)
    return CreditAppealOut.model_validate(made)


@router.post("/credit-applications/{application_id}/reversal", dependencies=[Keyed])
async def reverse_credit_application(
    application_id: UUID,
    body: ReversalIn,
    caller: Reviewer,
    seen: SeenVersion,
    tx: InTx,
    request: Request,
    response: Response,
) -> CreditApplicationOut:
    """Take posted credits back by a new transaction; the credential is revoked."""
    desk = desk_of(request, tx, caller)
    found = await apply_for_credits.load_application(desk, application_id, learner=None, lock=True)
    done = await settle_applications.reverse_application(desk, found, reason=body.reason, seen=seen)
    return shown(done, request, response)


@router.get("/credit-appeals")
async def list_credit_appeals(
    own: OwnOrSchool,
    caller: SignedIn,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
) -> Page[CreditAppealOut]:
    """Return appeals, the newest first: a student's own, or the school's."""
    table = credit_appeals.c
    where = [table.learner_id == own["id"]] if own else []
    rows = await page_rows(
        tx,
        credit_appeals,
        table.school_id == school_of(caller),
        *where,
        after=paging.after,
        limit=paging.limit,
    )
    cut, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[CreditAppealOut.model_validate(row) for row in cut], next=following)


@router.get("/credit-appeals/{appeal_id}")
async def read_credit_appeal(
    appeal_id: UUID, own: OwnOrSchool, caller: SignedIn, tx: InTx
) -> CreditAppealOut:
    """Return one appeal with how it ended."""
    table = credit_appeals.c
    where = table.id == appeal_id, table.school_id == school_of(caller)
    found = await find_row(tx, credit_appeals, *where)
    if found is None or (own is not None and found["learner_id"] != own["id"]):
        raise ApplicationNotFoundError(appeal_id=str(appeal_id))
    return CreditAppealOut.model_validate(found)
