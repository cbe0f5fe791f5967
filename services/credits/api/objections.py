"""Objections to public notices over HTTP: raised, listed, answered."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.credits.api.callers import REVIEW, Reviewer, is_student, learner_of, school_of
from services.credits.api.credit_desks import desk_of
from services.credits.contract.objections import (
    CreditObjectionIn,
    CreditObjectionOut,
    ObjectionDecisionIn,
    ObjectionState,
)
from services.credits.flows import answer_objections
from services.credits.store.rows import Row, page_rows
from services.credits.store.tables_objections import credit_objections
from shared.http.caller import Caller, SignedIn
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag

router = new_router("credit-objections")


def _shown(row: Row, caller: Caller) -> CreditObjectionOut:
    """Return an objection; whose application it is about is the reviewers' business."""
    hidden = {} if REVIEW in caller.scopes else {"application_id": None}
    return CreditObjectionOut.model_validate({**row, **hidden})


@router.post("/credit-notices/{notice_id}/objections", status_code=201, dependencies=[Keyed])
async def object_to_credit_notice(
    notice_id: UUID, body: CreditObjectionIn, caller: SignedIn, tx: InTx, request: Request
) -> CreditObjectionOut:
    """Object to an open notice of one's school: its credits wait for the answer."""
    school_of(caller)
    own = await learner_of(caller, tx) if is_student(caller) else None
    name = await request.app.state.organisations.name_of(caller)
    made = await answer_objections.raise_objection(
        desk_of(request, tx, caller), notice_id, grounds=body.grounds, own=own, name=name
    )
    return _shown(made, caller)


@router.get("/credit-objections")
async def list_credit_objections(
    caller: SignedIn,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    state: ObjectionState | None = None,
    application: Annotated[UUID | None, Query()] = None,
) -> Page[CreditObjectionOut]:
    """Return objections, the newest first: the school's to reviewers, to others their own."""
    table = credit_objections.c
    reviews = REVIEW in caller.scopes
    exact = {
        table.state: state,
        table.application_id: application if reviews else None,
        table.objector: None if reviews else caller.subject,
    }
    where = [column == value for column, value in exact.items() if value is not None]
    rows = await page_rows(
        tx,
        credit_objections,
        table.school_id == school_of(caller),
        *where,
        after=paging.after,
        limit=paging.limit,
    )
    cut, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[_shown(row, caller) for row in cut], next=following)


@router.post("/credit-objections/{objection_id}/decision", dependencies=[Keyed])
async def answer_credit_objection(
    objection_id: UUID,
    body: ObjectionDecisionIn,
    caller: Reviewer,
    seen: SeenVersion,
    tx: InTx,
    request: Request,
    response: Response,
) -> CreditObjectionOut:
    """Answer an objection: upheld, other reviewers decide again; dismissed, the notice goes on."""
    school_of(caller)
    answered = await answer_objections.answer_objection(
        desk_of(request, tx, caller),
        objection_id,
        upheld=body.upheld,
        answer=body.answer,
        seen=seen,
    )
    set_etag(response, answered["version"])
    return _shown(answered, caller)
