"""Verification of organisations: submitted by them, decided by reviewers."""

from __future__ import annotations

from typing import Annotated, cast
from uuid import UUID

from fastapi import Query, Request, Response, Security

from services.accounts.api.access import AtDesk
from services.accounts.contract.verifications import (
    DecisionIn,
    VerificationIn,
    VerificationOut,
    VerificationsOut,
    VerificationStatus,
)
from services.accounts.flows.register_organisation import load_own
from services.accounts.flows.verify_organisation import (
    decide_verification,
    find_for_review,
    reviewer_of,
    submit_verification,
)
from services.accounts.store import verifications
from shared.files import FileStore
from shared.http.caller import Caller, caller_with_scopes
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import set_etag
from shared.policies.jurisdiction import region_prefix

router = new_router("verifications")

Writer = Annotated[Caller, Security(caller_with_scopes, scopes=["organisations:write"])]
Judge = Annotated[Caller, Security(caller_with_scopes, scopes=["organisations:review"])]


@router.post(
    "/organisations/{organisation_id}/verifications", status_code=201, dependencies=[Keyed]
)
async def create_verification(
    organisation_id: UUID,
    body: VerificationIn,
    caller: Writer,
    desk: AtDesk,
    tx: InTx,
    request: Request,
    response: Response,
) -> VerificationOut:
    """Submit one's own organisation for verification."""
    if body.evidence_sha256 is not None:
        # Raises where nothing is kept under this name.
        await cast("FileStore", request.app.state.files).read(body.evidence_sha256)
    submitted = await submit_verification(
        desk, tx, caller, org_id=organisation_id, told=body.model_dump()
    )
    response.headers["Location"] = f"/v1/verifications/{submitted.id}"
    set_etag(response, submitted.version)
    return VerificationOut.model_validate(submitted)


@router.get("/organisations/{organisation_id}/verifications")
async def list_own_verifications(
    organisation_id: UUID, caller: Writer, tx: InTx
) -> VerificationsOut:
    """Return the verifications of one's own organisation, newest first, with their reasons."""
    await load_own(tx, caller, organisation_id)
    found = await verifications.list_of(tx, organisation_id)
    return VerificationsOut(items=[VerificationOut.model_validate(each) for each in found])


@router.get("/verifications")
async def list_verifications(
    caller: Judge,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    status: Annotated[VerificationStatus, Query()] = "submitted",
) -> Page[VerificationOut]:
    """Return the reviewers' work list of their region, oldest first."""
    reviewer = await reviewer_of(tx, caller)
    # An authority without a region of its own reviews nothing: no code begins like this.
    within = region_prefix(reviewer.region_code) if reviewer.region_code else "none"
    rows = await verifications.list_waiting(
        tx,
        status=status,
        region_prefix=None if reviewer.everywhere else within,
        after=paging.after,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda each: (each.id,), request=request, response=response
    )
    return Page(items=[VerificationOut.model_validate(each) for each in shown], next=following)


@router.get("/verifications/{verification_id}")
async def read_verification(
    verification_id: UUID, caller: Judge, tx: InTx, response: Response
) -> VerificationOut:
    """Return one verification of the reviewer's region."""
    found = await find_for_review(tx, await reviewer_of(tx, caller), verification_id)
    set_etag(response, found.version)
    return VerificationOut.model_validate(found)


@router.post("/verifications/{verification_id}/decision", dependencies=[Keyed])
async def create_decision(
    verification_id: UUID,
    body: DecisionIn,
    caller: Judge,
    desk: AtDesk,
    tx: InTx,
    response: Response,
) -> VerificationOut:
    """Approve or reject a verification; the reason is kept and shown to the organisation."""
    decided = await decide_verification(
        desk,
        tx,
        caller,
        verification_id=verification_id,
        approved=body.decision == "approve",
        reason=body.reason,
    )
    set_etag(response, decided.version)
    return VerificationOut.model_validate(decided)
