"""Search over published notices, open to everyone; an organisation's own list; the kinds."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from services.exchange.api.notice_shapes import brief_of
from services.exchange.contract.notices import (
    NoticeBrief,
    NoticeFacetsOut,
    NoticeFacetValueOut,
    NoticeKindName,
    NoticeKindOut,
    NoticeKindsOut,
    NoticeStateName,
    SideName,
)
from services.exchange.domain.notice_kind import KINDS, answering
from services.exchange.domain.notice_search import Sought, name_of
from services.exchange.store import notice_search
from shared.http.caller import AnyCaller, Caller
from shared.http.filters import Industry, Major, Occupation, Region
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx
from shared.http.service import new_router
from shared.kernel.clock import china_day
from shared.kernel.errors import (
    Fault,
    ForbiddenError,
    InvalidInputError,
    Text,
    UnauthenticatedError,
)

router = new_router("notices")


async def sought(
    caller: AnyCaller,
    request: Request,
    q: Annotated[str, Query(max_length=100, description="words: title, skills, text, kind")] = "",
    side: SideName | None = None,
    kind: NoticeKindName | None = None,
    region: Region = None,
    industry: Industry = None,
    occupation: Occupation = None,
    major: Major = None,
    organisation_id: UUID | None = None,
    mine: Annotated[
        Literal["true", "false"], Query(description="only notices of one's own organisation")
    ] = "false",
    state: Annotated[
        NoticeStateName | None, Query(description="other than published: one's own only")
    ] = None,
) -> Sought:
    """Read the filters of a search."""
    own = mine == "true"
    if not own and state not in {None, "published"}:
        said = Text("其他状态只能查看本单位的（mine=true）", "other states need mine=true")
        raise InvalidInputError(faults=[Fault("state_not_public", said, pointer="query:state")])
    return Sought(
        words=q,
        side=side,
        kind=kind,
        region=region,
        industry=industry.upper() if industry else None,
        occupation=occupation,
        major=major.upper() if major else None,
        org_id=_own(caller) if own else organisation_id,
        state=state,
        open_on=None if own else china_day(request.app.state.clock()),
    )


def _own(caller: Caller | None) -> UUID:
    if caller is None:
        raise UnauthenticatedError
    if caller.org_id is None or "notices:write" not in caller.scopes:
        raise ForbiddenError(needs="notices:write")
    return caller.org_id


AsSought = Annotated[Sought, Depends(sought)]


@router.get("/notices")
async def search_notices(
    wanted: AsSought, tx: InTx, paging: Paging, request: Request, response: Response
) -> Page[NoticeBrief]:
    """Search notices that may be answered, the newest first; one's own in every state."""
    rows = await notice_search.search(tx, wanted, after=paging.after, limit=paging.limit)
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda notice: notice_search.order_key(wanted, notice),
        request=request,
        response=response,
    )
    return Page(items=[brief_of(notice) for notice in shown], next=following)


@router.get("/notices/facets")
async def count_notice_facets(wanted: AsSought, tx: InTx) -> NoticeFacetsOut:
    """Count the notices that a search finds by side, kind, region, industry, occupation, major."""
    found, counts = await notice_search.count_facets(tx, wanted)
    facets = {
        name: [_value_out(name, value, count) for value, count in counts.get(name, [])]
        for name in NoticeFacetsOut.model_fields
        if name != "found"
    }
    return NoticeFacetsOut.model_validate({"found": found, **facets})


def _value_out(facet: str, value: str, count: int) -> NoticeFacetValueOut:
    name = name_of(facet, value)
    return NoticeFacetValueOut(value=value, name_zh=name.zh, name_en=name.en, count=count)


@router.get("/notice-kinds")
async def list_notice_kinds() -> NoticeKindsOut:
    """Return every kind of notice with the clauses that order it."""
    return NoticeKindsOut(
        items=[
            NoticeKindOut.model_validate(
                {
                    "kind": kind,
                    "name_zh": told.name.zh,
                    "name_en": told.name.en,
                    "cooperation": told.cooperation,
                    "answers": answering(kind),
                    "clauses": told.clauses,
                }
            )
            for kind, told in KINDS.items()
        ]
    )
