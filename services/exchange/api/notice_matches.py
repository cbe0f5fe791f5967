"""Matches of notices and recommendations over HTTP: computed and shown, never decided."""

from __future__ import annotations

from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import Depends, Query, Request

from services.exchange.api.desks import ToAccounts
from services.exchange.api.notice_shapes import brief_of
from services.exchange.contract.notices import MatchReasonOut, NoticeMatchesOut, NoticeMatchOut
from services.exchange.domain.match_reasons import reason_text
from services.exchange.domain.notice_match import MATCHES_MAX, Match, Matches
from services.exchange.engine.likeness import TermFound
from services.exchange.flows.match_notices import (
    list_newest_notices,
    match_notice,
    recommend_notices,
)
from services.exchange.store.notice_market import KnownNotices
from shared.http.caller import AnyCaller, SignedIn
from shared.http.route import InTx
from shared.http.service import new_router
from shared.kernel.clock import china_day

router = new_router("notices")

Limit = Annotated[int, Query(ge=1, le=MATCHES_MAX)]


def known_notices(request: Request) -> KnownNotices:
    """Return the columns that this process keeps."""
    return cast("KnownNotices", request.app.state.known_notices)


Known = Annotated[KnownNotices, Depends(known_notices)]


@router.get("/notices/{notice_id}/matches")
async def match_one_notice(
    notice_id: UUID, caller: AnyCaller, tx: InTx, known: Known, request: Request, limit: Limit = 20
) -> NoticeMatchesOut:
    """Return the best open notices of the other side, each with its reasons."""
    today = china_day(request.app.state.clock())
    found = await match_notice(tx, caller, known, notice_id=notice_id, today=today, limit=limit)
    return _shown(found)


@router.get("/notice-recommendations")
async def recommend_to_organisation(
    caller: SignedIn,
    tx: InTx,
    accounts: ToAccounts,
    known: Known,
    request: Request,
    personalised: Annotated[
        Literal["true", "false"],
        Query(description="false: the newest, with nothing about the caller used (PIPL 24)"),
    ] = "true",
    limit: Limit = 20,
) -> NoticeMatchesOut:
    """Return what answers the organisation's own notices, or is near to what it is and where."""
    today = china_day(request.app.state.clock())
    if personalised == "false" or caller.org_id is None:
        return _shown(await list_newest_notices(tx, today=today, limit=limit))
    found = await recommend_notices(
        tx, accounts, known, org_id=caller.org_id, today=today, limit=limit
    )
    return _shown(found)


def _shown(found: Matches) -> NoticeMatchesOut:
    return NoticeMatchesOut(
        considered=found.considered,
        personalised=found.personalised,
        items=[_match_out(each) for each in found.items],
    )


def _match_out(match: Match) -> NoticeMatchOut:
    found = match.likeness
    return NoticeMatchOut(
        notice=brief_of(match.notice),
        score=found.score if found else 0.0,
        evidence=found.evidence if found else 0.0,
        reasons=[_reason_out(term) for term in found.terms] if found else [],
        for_notice=match.for_notice,
    )


def _reason_out(term: TermFound) -> MatchReasonOut:
    text = reason_text(term.reason)
    return MatchReasonOut.model_validate(
        {
            "term": term.name,
            "value": term.value,
            "weight": term.weight,
            "text_zh": text.zh,
            "text_en": text.en,
        }
    )
