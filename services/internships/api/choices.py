"""Mutual choice, assignments and self-arranged internships over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response

from services.internships.api.batch_uploads import IMPORT, import_into_batch
from services.internships.api.batches import visible_batch
from services.internships.api.callers import (
    AsStudent,
    BatchKeeper,
    PlacementHost,
    Wisher,
    school_of,
    student_if_one,
)
from services.internships.contract.choices import (
    ArrangementIn,
    ArrangementOut,
    ChoiceIn,
    ChoiceOut,
    ChoicePatch,
    DecisionIn,
)
from services.internships.contract.placements import PlacementOut
from services.internships.domain.arrangement import ArrangementNotFoundError
from services.internships.domain.choice import ChoiceNotFoundError
from services.internships.flows import arrange_oneself, choose_mutually, take_back_consent
from services.internships.store import choices
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller, SignedIn
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag
from shared.jobs.queue import JobAccepted
from shared.kernel.errors import ForbiddenError

router = new_router("choices")


@router.post("/batches/{batch_id}/choices", status_code=201, dependencies=[Keyed])
async def apply_for_post(
    batch_id: UUID,
    body: ChoiceIn,
    caller: Wisher,
    student: AsStudent,
    tx: InTx,
    request: Request,
    response: Response,
) -> ChoiceOut:
    """Apply for a post of a batch of mutual choice."""
    batch = await visible_batch(tx, caller, batch_id)
    choice = await choose_mutually.apply_for_post(
        tx,
        caller,
        batch,
        student=student,
        post_id=body.post_id,
        share_consent=body.share_consent,
        now=request.app.state.clock(),
    )
    response.headers["Location"] = f"/v1/batches/{batch_id}/choices/{choice['id']}"
    return _shown(choice, response)


@router.get("/batches/{batch_id}/choices")
async def list_choices(
    batch_id: UUID,
    caller: SignedIn,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    post: UUID | None = None,
) -> Page[ChoiceOut]:
    """Return applications: a student's own, a school's, or those to an enterprise's posts."""
    await visible_batch(tx, caller, batch_id)
    student = await _student_or(tx, caller, "batches:write", "placements:host")
    rows = await choices.list_choices(
        tx,
        batch_id,
        student_id=student["id"] if student else None,
        post_id=post,
        after=paging.after,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    if caller.org_kind == "enterprise":
        # Students' data were read by another organisation: that is kept (PIPL 51, 55).
        facts = {"choices": len(shown)}
        await record(tx, caller, "choices.read_by_host", subject_id=batch_id, facts=facts)
    return Page(items=[ChoiceOut.model_validate(row) for row in shown], next=following)


@router.get("/batches/{batch_id}/choices/{choice_id}")
async def read_choice(
    batch_id: UUID, choice_id: UUID, caller: SignedIn, tx: InTx, response: Response
) -> ChoiceOut:
    """Return one application: a student's own, a school's, or one to an enterprise's post."""
    student = await _student_or(tx, caller, "batches:write", "placements:host")
    if student is not None:
        return _shown(await _own_choice(tx, student, batch_id, choice_id=choice_id), response)
    choice = await choices.find_choice(tx, batch_id, choice_id)
    if choice is None:
        raise ChoiceNotFoundError(choice_id=str(choice_id))
    if caller.org_kind == "enterprise":
        await record(tx, caller, "choice.read_by_host", subject_id=choice_id)
    return _shown(choice, response)


@router.delete("/batches/{batch_id}/choices/{choice_id}/share-consent")
async def withdraw_choice_consent(
    batch_id: UUID,
    choice_id: UUID,
    caller: Wisher,
    student: AsStudent,
    tx: InTx,
    request: Request,
    response: Response,
) -> ChoiceOut:
    """Take back the consent that the enterprise reads one's application, which ends with it."""
    choice = await _own_choice(tx, student, batch_id, choice_id=choice_id)
    now = request.app.state.clock()
    return _shown(await take_back_consent.hide_choice(tx, caller, choice, now=now), response)


@router.patch("/batches/{batch_id}/choices/{choice_id}")
async def answer_application(
    batch_id: UUID,
    choice_id: UUID,
    body: ChoicePatch,
    caller: PlacementHost,
    seen: SeenVersion,
    tx: InTx,
    response: Response,
) -> ChoiceOut:
    """Interview, rank, offer or refuse, as the enterprise."""
    choice = await choose_mutually.load_choice(tx, batch_id, choice_id)
    changes = body.model_dump(exclude_unset=True)
    answered = await choose_mutually.answer_application(
        tx, caller, choice, changes=changes, seen=seen
    )
    return _shown(answered, response)


@router.post("/batches/{batch_id}/choices/{choice_id}/confirm", dependencies=[Keyed])
async def confirm_offer(
    batch_id: UUID,
    choice_id: UUID,
    caller: Wisher,
    student: AsStudent,
    tx: InTx,
    request: Request,
) -> PlacementOut:
    """Confirm an enterprise's offer; the placement exists from here on."""
    batch = await visible_batch(tx, caller, batch_id)
    choice = await _own_choice(tx, student, batch_id, choice_id=choice_id)
    placement = await choose_mutually.confirm_offer(
        tx, caller, batch, choice=choice, student=student, now=request.app.state.clock()
    )
    return PlacementOut.model_validate(placement)


@router.post("/batches/{batch_id}/choices/{choice_id}/withdraw", dependencies=[Keyed])
async def withdraw(
    batch_id: UUID,
    choice_id: UUID,
    caller: Wisher,
    student: AsStudent,
    tx: InTx,
    response: Response,
) -> ChoiceOut:
    """Take one's own application back."""
    choice = await _own_choice(tx, student, batch_id, choice_id=choice_id)
    return _shown(await choose_mutually.withdraw_application(tx, caller, choice), response)


@router.post("/batches/{batch_id}/assignments/imports", **IMPORT)
async def import_assignments(
    batch_id: UUID, request: Request, response: Response, caller: BatchKeeper, tx: InTx
) -> JobAccepted:
    """Import assignments (学籍号, 岗位编号) as placements that each student may accept."""
    return await import_into_batch(
        request, response, tx=tx, caller=caller, batch_id=batch_id, table="assignments"
    )


@router.post("/self-arrangements", status_code=201, dependencies=[Keyed])
async def apply_with_host(
    body: ArrangementIn, caller: Wisher, student: AsStudent, tx: InTx, response: Response
) -> ArrangementOut:
    """Apply with a host of one's own, with the day on which the guardian signed."""
    batch = await visible_batch(tx, caller, body.batch_id)
    told = body.model_dump(exclude={"batch_id"})
    arrangement = await arrange_oneself.apply_with_host(
        tx, caller, batch, student=student, told=told
    )
    response.headers["Location"] = f"/v1/self-arrangements/{arrangement['id']}"
    return ArrangementOut.model_validate(arrangement)


@router.get("/self-arrangements")
async def list_arrangements(
    caller: SignedIn,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    state: str | None = None,
) -> Page[ArrangementOut]:
    """Return applications: a student's own, or the school's."""
    student = await _student_or(tx, caller, "batches:write")
    rows = await choices.list_arrangements(
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
    return Page(items=[ArrangementOut.model_validate(row) for row in shown], next=following)


@router.get("/self-arrangements/{arrangement_id}")
async def read_arrangement(arrangement_id: UUID, caller: SignedIn, tx: InTx) -> ArrangementOut:
    """Return one application: a student's own, or the school's."""
    student = await _student_or(tx, caller, "batches:write")
    found = await arrange_oneself.load_arrangement(tx, school_of(caller), arrangement_id)
    if student is not None and found["student_id"] != student["id"]:
        raise ArrangementNotFoundError(arrangement_id=str(arrangement_id))
    return ArrangementOut.model_validate(found)


@router.post("/self-arrangements/{arrangement_id}/approve", dependencies=[Keyed])
async def approve(
    arrangement_id: UUID, body: DecisionIn, caller: BatchKeeper, tx: InTx, request: Request
) -> ArrangementOut:
    """Approve an application; it becomes an accepted placement of origin self_arranged."""
    return await _decided(request, tx, caller, arrangement_id, approved=True, reason=body.reason)


@router.post("/self-arrangements/{arrangement_id}/refuse", dependencies=[Keyed])
async def refuse(
    arrangement_id: UUID, body: DecisionIn, caller: BatchKeeper, tx: InTx, request: Request
) -> ArrangementOut:
    """Refuse an application, with the reason that the student reads."""
    return await _decided(request, tx, caller, arrangement_id, approved=False, reason=body.reason)


async def _decided(
    request: Request,
    tx: Tx,
    caller: Caller,
    arrangement_id: UUID,
    *,
    approved: bool,
    reason: str,
) -> ArrangementOut:
    found = await arrange_oneself.load_arrangement(tx, school_of(caller), arrangement_id, lock=True)
    decided = await arrange_oneself.decide_arrangement(
        tx,
        caller,
        found,
        approved=approved,
        reason=reason,
        now=request.app.state.clock(),
    )
    return ArrangementOut.model_validate(decided)


async def _own_choice(tx: Tx, student: Row, batch_id: UUID, *, choice_id: UUID) -> Row:
    choice = await choose_mutually.load_choice(tx, batch_id, choice_id)
    if choice["student_id"] != student["id"]:
        raise ChoiceNotFoundError(choice_id=str(choice_id))
    return choice


async def _student_or(tx: Tx, caller: Caller, *scopes: str) -> Row | None:
    """Return the caller's entry where the caller is a student; others need one of the scopes."""
    student = await student_if_one(caller, tx)
    if student is None and not caller.scopes.intersection(scopes):
        raise ForbiddenError(needs=" | ".join(scopes))
    return student


def _shown(choice: Row, response: Response) -> ChoiceOut:
    set_etag(response, choice["version"])
    return ChoiceOut.model_validate(choice)
