"""Consents of the person who asks, and the check that rooms make before they share data."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response, Security

from services.accounts.api.access import AtDesk
from services.accounts.contract.consents import (
    ConsentAnswer,
    ConsentOut,
    ConsentsCheckIn,
    ConsentsCheckOut,
    NewConsentIn,
)
from services.accounts.domain.consent import Consent
from services.accounts.flows.keep_consents import (
    Question,
    check_consents,
    give_consent,
    withdraw_consent,
)
from services.accounts.store import consents
from shared.http.caller import Caller, SignedIn, caller_with_scopes
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.kernel.errors import ForbiddenError

router = new_router("consents")

Giver = Annotated[Caller, Security(caller_with_scopes, scopes=["consents:write"])]


@router.post("/consents", status_code=201, dependencies=[Keyed])
async def create_consent(
    body: NewConsentIn, caller: Giver, desk: AtDesk, tx: InTx, response: Response
) -> ConsentOut:
    """Consent to a purpose, towards a named organisation where data leaves the school."""
    consent = await give_consent(
        desk,
        tx,
        caller,
        purpose=body.purpose,
        to_org_id=body.to_org_id,
        text_version=body.text_version,
    )
    response.headers["Location"] = f"/v1/consents/{consent.id}"
    return ConsentOut.model_validate(consent)


@router.get("/consents")
async def list_consents(
    caller: Giver, tx: InTx, paging: Paging, request: Request, response: Response
) -> Page[ConsentOut]:
    """List one's own consents, withdrawn ones too."""
    after = UUID(paging.after[0]) if paging.after else None
    rows = await consents.list_of(tx, caller.subject, after=after, limit=paging.limit)
    shown, following = cut_page(
        rows, asked=paging, key=lambda each: (each.id,), request=request, response=response
    )
    return Page(items=[ConsentOut.model_validate(each) for each in shown], next=following)


@router.delete("/consents/{consent_id}", status_code=204)
async def delete_consent(consent_id: UUID, caller: Giver, desk: AtDesk, tx: InTx) -> None:
    """Withdraw one of one's own consents."""
    await withdraw_consent(desk, tx, caller, consent_id=consent_id)


@router.post("/consents/check")
async def check_many_consents(
    body: ConsentsCheckIn, caller: SignedIn, tx: InTx
) -> ConsentsCheckOut:
    """Answer a room whether people have consented, many at once."""
    if caller.kind != "service":
        raise ForbiddenError(needs="service")
    questions = [Question(each.person_id, each.purpose, each.to_org_id) for each in body.items]
    found = await check_consents(tx, questions)
    answers = [_answer(*each) for each in zip(questions, found, strict=True)]
    return ConsentsCheckOut(items=answers)


def _answer(question: Question, consent: Consent | None) -> ConsentAnswer:
    return ConsentAnswer(
        person_id=question.person_id,
        purpose=question.purpose,
        to_org_id=question.to_org_id,
        given=consent is not None,
        text_version=consent.text_version if consent else None,
        given_at=consent.given_at if consent else None,
    )
