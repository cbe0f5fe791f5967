"""Notices over HTTP: draft, change, submit, close, read, and the history."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from services.exchange.api.desks import AtNoticeDesk, ToAccounts
from services.exchange.api.notice_shapes import notice_out, step_out, terms_of
from services.exchange.contract.notices import NoticeIn, NoticeOut, NoticePatch, NoticeStepsOut
from services.exchange.domain.notice import Notice
from services.exchange.flows.keep_notices import (
    change_notice,
    close_notice,
    draft_notice,
    submit_notice,
)
from services.exchange.flows.read_notices import find_inside, find_notice, is_own
from services.exchange.store import notice_steps
from shared.http.caller import AnyCaller, Caller, SignedIn
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag

router = new_router("notices")


def _answer(caller: Caller | None, notice: Notice, response: Response) -> NoticeOut:
    set_etag(response, notice.version)
    return notice_out(notice, own=is_own(caller, notice))


@router.post("/notices", status_code=201, dependencies=[Keyed])
async def create_notice(body: NoticeIn, desk: AtNoticeDesk, response: Response) -> NoticeOut:
    """Keep a new notice as a draft; submit it where asked."""
    notice = await draft_notice(desk, terms_of(body), submit=body.submit)
    response.headers["Location"] = f"/v1/notices/{notice.id}"
    return _answer(desk.caller, notice, response)


@router.get("/notices/{notice_id}")
async def read_notice(
    notice_id: UUID, caller: AnyCaller, tx: InTx, accounts: ToAccounts, response: Response
) -> NoticeOut:
    """Return one notice: what is or was published to anyone, the rest to its organisation.

    A department also reads what waits for registration in its region.
    """
    notice = await find_notice(tx, caller, accounts, notice_id=notice_id)
    return _answer(caller, notice, response)


@router.patch("/notices/{notice_id}")
async def patch_notice(
    notice_id: UUID, body: NoticePatch, desk: AtNoticeDesk, seen: SeenVersion, response: Response
) -> NoticeOut:
    """Change a notice; where the place asks for it, what was registered is registered again."""
    told = body.model_dump(exclude_unset=True)
    notice = await change_notice(desk, notice_id, told, seen=seen)
    return _answer(desk.caller, notice, response)


@router.post("/notices/{notice_id}/submit", dependencies=[Keyed])
async def submit_draft_notice(notice_id: UUID, desk: AtNoticeDesk, response: Response) -> NoticeOut:
    """Submit a draft: where no clause asks for registration, it is published at once."""
    return _answer(desk.caller, await submit_notice(desk, notice_id), response)


@router.post("/notices/{notice_id}/close", dependencies=[Keyed])
async def close_own_notice(notice_id: UUID, desk: AtNoticeDesk, response: Response) -> NoticeOut:
    """Close a notice: it is found and answered no more."""
    return _answer(desk.caller, await close_notice(desk, notice_id), response)


@router.get("/notices/{notice_id}/steps")
async def list_notice_steps(
    notice_id: UUID, caller: SignedIn, tx: InTx, accounts: ToAccounts
) -> NoticeStepsOut:
    """Return a notice's history to its organisation and to the departments of its region."""
    notice = await find_inside(tx, caller, accounts, notice_id=notice_id)
    rows = await notice_steps.list_of(tx, notice.id)
    return NoticeStepsOut(items=[step_out(row) for row in rows])
