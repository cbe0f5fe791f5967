"""Alliances' members and common standards over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.credits.api.callers import AllianceKeeper, RuleKeeper, alliance_of, school_of
from services.credits.api.shallow import shallow_router
from services.credits.contract.standards import (
    AllianceMemberIn,
    AllianceMemberOut,
    CreditStandardIn,
    CreditStandardOut,
    CreditStandardPatch,
    CreditStandardState,
    MembershipEndIn,
    SignedStandardOut,
    StandardSignatureIn,
    StandardSignatureOut,
)
from services.credits.flows import keep_standards
from services.credits.store.rows import Row, page_rows
from services.credits.store.tables_rules import credit_standards
from shared.db.session import Tx
from shared.http.caller import SignedIn
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.versions import SeenVersion, set_etag
from shared.kernel.clock import china_day

router = shallow_router("credit-standards")


@router.post("/credit-standards/members", status_code=201, dependencies=[Keyed])
async def add_alliance_member(
    body: AllianceMemberIn, caller: AllianceKeeper, tx: InTx, request: Request, response: Response
) -> AllianceMemberOut:
    """Let an organisation belong to the caller's alliance for a period."""
    made = await keep_standards.add_member(
        tx,
        caller,
        alliance_of(caller),
        member_id=body.member_id,
        from_on=body.from_on,
        until_on=body.until_on,
        organisations=request.app.state.organisations,
    )
    set_etag(response, made["version"])
    return AllianceMemberOut.model_validate(made)


@router.post("/credit-standards/members/{membership_id}/end", dependencies=[Keyed])
async def end_alliance_membership(
    membership_id: UUID,
    body: MembershipEndIn,
    caller: AllianceKeeper,
    seen: SeenVersion,
    tx: InTx,
    response: Response,
) -> AllianceMemberOut:
    """Let a membership end on a day."""
    ended = await keep_standards.end_membership(
        tx, caller, alliance_of(caller), row_id=membership_id, until_on=body.until_on, seen=seen
    )
    set_etag(response, ended["version"])
    return AllianceMemberOut.model_validate(ended)


@router.get("/credit-standards/members")
async def list_alliance_members(
    _caller: SignedIn, tx: InTx, alliance_id: Annotated[UUID, Query()]
) -> list[AllianceMemberOut]:
    """Return an alliance's memberships, past ones too."""
    rows = await keep_standards.list_members(tx, alliance_id)
    return [AllianceMemberOut.model_validate(row) for row in rows]


@router.post("/credit-standards", status_code=201, dependencies=[Keyed])
async def draft_credit_standard(
    body: CreditStandardIn, caller: AllianceKeeper, tx: InTx, request: Request, response: Response
) -> CreditStandardOut:
    """Write the next version of a common standard as a draft."""
    made = await keep_standards.draft_standard(
        tx,
        caller,
        alliance_of(caller),
        values=body.model_dump(),
        organisations=request.app.state.organisations,
    )
    response.headers["Location"] = f"/v1/credit-standards/{made['id']}"
    set_etag(response, made["version"])
    return CreditStandardOut.model_validate(made)


@router.get("/credit-standards")
async def list_credit_standards(
    _caller: SignedIn,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    alliance_id: Annotated[UUID | None, Query()] = None,
    state: CreditStandardState | None = None,
) -> Page[CreditStandardOut]:
    """Return standards, the newest first; drafts only to their own alliance."""
    table = credit_standards.c
    exact = {table.alliance_id: alliance_id, table.state: state}
    where = [column == value for column, value in exact.items() if value is not None]
    rows = await page_rows(tx, credit_standards, *where, after=paging.after, limit=paging.limit)
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[CreditStandardOut.model_validate(row) for row in shown], next=following)


@router.get("/credit-standards/{standard_id}")
async def read_credit_standard(
    standard_id: UUID, _caller: SignedIn, tx: InTx, request: Request, response: Response
) -> SignedStandardOut:
    """Return a version with its signatures and who has not signed yet."""
    standard = await keep_standards.load_standard(tx, standard_id)
    set_etag(response, standard["version"])
    return await _signed(tx, standard, request)


async def _signed(tx: Tx, standard: Row, request: Request) -> SignedStandardOut:
    signatures = await keep_standards.list_signatures(tx, standard["id"])
    today = china_day(request.app.state.clock())
    members = await keep_standards.list_members(tx, standard["alliance_id"], on=today)
    signed = {row["member_id"] for row in signatures}
    return SignedStandardOut.model_validate(
        {
            **standard,
            "signed_text": keep_standards.signed_text(standard),
            "signatures": signatures,
            "missing": [row["member_name"] for row in members if row["member_id"] not in signed],
        }
    )


@router.patch("/credit-standards/{standard_id}")
async def patch_credit_standard(
    standard_id: UUID,
    body: CreditStandardPatch,
    caller: AllianceKeeper,
    seen: SeenVersion,
    tx: InTx,
    response: Response,
) -> CreditStandardOut:
    """Change a draft."""
    standard = await keep_standards.load_own_standard(
        tx, alliance_of(caller), standard_id, seen=seen
    )
    changes = body.model_dump(exclude_none=True)
    changed = await keep_standards.change_standard(tx, caller, standard, changes)
    set_etag(response, changed["version"])
    return CreditStandardOut.model_validate(changed)


@router.post("/credit-standards/{standard_id}/proposal", dependencies=[Keyed])
async def propose_credit_standard(
    standard_id: UUID, caller: AllianceKeeper, seen: SeenVersion, tx: InTx, response: Response
) -> CreditStandardOut:
    """Lay a draft before the members to be signed: its text stands from now on."""
    standard = await keep_standards.load_own_standard(
        tx, alliance_of(caller), standard_id, seen=seen
    )
    proposed = await keep_standards.propose_standard(tx, caller, standard)
    set_etag(response, proposed["version"])
    return CreditStandardOut.model_validate(proposed)


@router.post("/credit-standards/{standard_id}/signatures", status_code=201, dependencies=[Keyed])
async def sign_credit_standard(
    standard_id: UUID, body: StandardSignatureIn, caller: RuleKeeper, tx: InTx, request: Request
) -> StandardSignatureOut:
    """Sign a version for the caller's school: a named person orders it, the school's key signs."""
    school_of(caller)
    standard = await keep_standards.load_standard(tx, standard_id)
    signature = await keep_standards.sign_standard(
        tx,
        caller,
        standard,
        digest=body.digest,
        issuing=request.app.state.issuing,
        organisations=request.app.state.organisations,
        now=request.app.state.clock(),
    )
    return StandardSignatureOut.model_validate(signature)


@router.post("/credit-standards/{standard_id}/entry-into-force", dependencies=[Keyed])
async def put_credit_standard_in_force(
    standard_id: UUID,
    caller: AllianceKeeper,
    seen: SeenVersion,
    tx: InTx,
    request: Request,
    response: Response,
) -> CreditStandardOut:
    """Let a version that every member has signed take effect."""
    standard = await keep_standards.load_own_standard(
        tx, alliance_of(caller), standard_id, seen=seen
    )
    now = request.app.state.clock()
    changed = await keep_standards.put_in_force(tx, caller, standard, now=now)
    set_etag(response, changed["version"])
    return CreditStandardOut.model_validate(changed)
