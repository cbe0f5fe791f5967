"""Search over published posts, open to everyone; an enterprise's own list with its drafts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from services.internships.api.post_shapes import brief_of
from services.internships.contract.posts import (
    FacetsOut,
    FacetValueOut,
    KindName,
    LevelName,
    PostBrief,
    PostStateName,
)
from services.internships.domain.post_search import Sought, name_of
from services.internships.store import post_search
from shared.http.caller import AnyCaller, Caller
from shared.http.filters import Industry, Major, Occupation, Region
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx
from shared.http.service import new_router
from shared.kernel.errors import UnauthenticatedError

router = new_router("posts")

_PAY_MAX = 100_000_000


async def sought(
    caller: AnyCaller,
    q: Annotated[str, Query(max_length=100, description="words: title, skills, tasks")] = "",
    region: Region = None,
    industry: Industry = None,
    occupation: Occupation = None,
    major: Major = None,
    kind: KindName | None = None,
    level: Annotated[LevelName | None, Query(description="level of the report")] = None,
    enterprise_id: UUID | None = None,
    pay_fen_month_min: Annotated[int | None, Query(ge=0, le=_PAY_MAX)] = None,
    pay_fen_month_max: Annotated[int | None, Query(ge=0, le=_PAY_MAX)] = None,
    days_week_max: Annotated[float | None, Query(ge=0, le=7)] = None,
    start_from: date | None = None,
    start_until: date | None = None,
    end_until: date | None = None,
    seats_left_min: Annotated[int | None, Query(ge=0, le=100_000)] = None,
    mine: Annotated[
        Literal["true", "false"], Query(description="only posts of one's own enterprise")
    ] = "false",
    state: Annotated[PostStateName, Query(description="drafts are one's own only")] = "published",
) -> Sought:
    """Read the filters of a search."""
    return Sought(
        words=q,
        region=region,
        industry=industry.upper() if industry else None,
        occupation=occupation,
        major=major.upper() if major else None,
        kind=kind,
        level=level,
        org_id=_own(caller) if mine == "true" else enterprise_id,
        state=state,
        pay_fen_month_min=pay_fen_month_min,
        pay_fen_month_max=pay_fen_month_max,
        days_week_max=days_week_max,
        start_from=start_from,
        start_until=start_until,
        end_until=end_until,
        seats_left_min=seats_left_min,
    )


def _own(caller: Caller | None) -> UUID:
    if caller is None or caller.org_id is None:
        raise UnauthenticatedError
    return caller.org_id


AsSought = Annotated[Sought, Depends(sought)]


@router.get("/posts")
async def search_posts(
    wanted: AsSought, tx: InTx, paging: Paging, request: Request, response: Response
) -> Page[PostBrief]:
    """Search posts, the newest first."""
    rows = await post_search.search(tx, wanted, after=paging.after, limit=paging.limit)
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda post: post_search.order_key(wanted, post),
        request=request,
        response=response,
    )
    return Page(items=[brief_of(post) for post in shown], next=following)


@router.get("/posts/facets")
async def count_post_facets(wanted: AsSought, tx: InTx) -> FacetsOut:
    """Count the posts that a search finds by region, industry, occupation, major, pay and more."""
    found, counts = await post_search.count_facets(tx, wanted)
    facets = {
        name: [_value_out(name, value, count) for value, count in counts.get(name, [])]
        for name in FacetsOut.model_fields
        if name != "found"
    }
    return FacetsOut.model_validate({"found": found, **facets})


def _value_out(facet: str, value: str, count: int) -> FacetValueOut:
    name = name_of(facet, value)
    return FacetValueOut(value=value, name_zh=name.zh, name_en=name.en, count=count)
