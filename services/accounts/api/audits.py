"""The audit log over HTTP: read by whom it concerns, verified by the operator."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response, Security

from services.accounts.api.access import own_org
from services.accounts.contract.audit import AuditEntryOut, ChainOut
from services.accounts.domain.audit import Entry
from services.accounts.flows.verify_audit import verify_audit
from services.accounts.store import audits
from shared.http.caller import Caller, caller_with_scopes
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx
from shared.http.service import new_router
from shared.kernel.errors import ForbiddenError

router = new_router("audit")

Reader = Annotated[Caller, Security(caller_with_scopes, scopes=["audit:read"])]


@router.get("/audit")
async def list_audit(
    caller: Reader,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    org_id: Annotated[UUID | None, Query(description="the operator names any")] = None,
    action: Annotated[
        str | None, Query(max_length=80, description="or the beginning of one")
    ] = None,
) -> Page[AuditEntryOut]:
    """List what was done by or to one's organisation, newest first; the operator sees all."""
    everything = caller.is_platform and org_id is None
    rows = await audits.list_newest(
        tx,
        org_id=None if everything else own_org(caller, org_id),
        action=action,
        before=int(paging.after[0]) if paging.after else None,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda each: (each.seq,), request=request, response=response
    )
    return Page(items=[_show(each) for each in shown], next=following)


@router.get("/audit/verify")
async def verify_chain(caller: Reader, tx: InTx) -> ChainOut:
    """Follow the whole chain and say whether every entry is as it was written."""
    if not caller.is_platform:
        raise ForbiddenError(needs="operator")
    report = await verify_audit(tx)
    return ChainOut(
        whole=report.broken is None,
        entries=report.entries,
        head=report.head.hash.hex(),
        broken_at=report.broken.seq if report.broken else None,
        reason=report.broken.reason if report.broken else None,
    )


def _show(entry: Entry) -> AuditEntryOut:
    return AuditEntryOut(
        seq=entry.seq,
        id=entry.id,
        at=entry.at,
        actor_id=entry.actor_id,
        actor_kind=entry.actor_kind,
        org_id=entry.org_id,
        action=entry.action,
        object_kind=entry.object_kind,
        object_id=entry.object_id,
        object_org_id=entry.object_org_id,
        facts=dict(entry.facts),
        prev_hash=entry.prev_hash.hex(),
        hash=entry.hash.hex(),
    )
