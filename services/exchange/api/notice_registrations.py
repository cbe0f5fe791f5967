"""Registration over HTTP: what waits in a department's region, and its decision."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response

from services.exchange.api.desks import AtRegistryDesk
from services.exchange.api.notice_shapes import brief_of, notice_out
from services.exchange.contract.notices import NoticeBrief, NoticeOut, RegistrationIn
from services.exchange.domain.notice import Step
from services.exchange.flows.register_notices import decide_on_notice, list_waiting
from services.exchange.store.notice_search import submitted_key
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag

router = new_router("notices")
_DECISIONS = {"register": Step.REGISTERED, "return": Step.RETURNED}


@router.get("/notice-registrations")
async def list_notice_registrations(
    desk: AtRegistryDesk, paging: Paging, request: Request, response: Response
) -> Page[NoticeBrief]:
    """Return what waits for registration in the department's region, the oldest first."""
    rows = await list_waiting(desk, after=paging.after, limit=paging.limit)
    shown, following = cut_page(
        rows, asked=paging, key=submitted_key, request=request, response=response
    )
    return Page(items=[brief_of(notice) for notice in shown], next=following)


@router.post("/notices/{notice_id}/registrations", dependencies=[Keyed])
async def register_notice(
    notice_id: UUID,
    body: RegistrationIn,
    desk: AtRegistryDesk,
    seen: SeenVersion,
    response: Response,
) -> NoticeOut:
    """Register the version that was seen, which publishes it, or return it with a reason."""
    notice = await decide_on_notice(
        desk, notice_id, decision=_DECISIONS[body.decision], reason=body.reason, seen=seen
    )
    set_etag(response, notice.version)
    return notice_out(notice, own=False)
