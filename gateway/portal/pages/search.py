"""One entry for every search: internship posts, and what is offered and needed beside them."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.addresses import with_query
from gateway.portal.api_client import Answer
from gateway.portal.exchange_words import read_kinds
from gateway.portal.pages.exchange import notice_table
from gateway.portal.pages.posts import post_table
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

_SHOWN = 5
_WORDS_MAX = 100


async def search_all(visit: Visit) -> Response:
    """Show the first of each; a search without words shows the newest."""
    words = visit.request.query_params.get("q", "").strip()[:_WORDS_MAX]
    posts, notices, kinds, listed = await asyncio.gather(
        _found(visit, "/v1/posts", words),
        _found(visit, "/v1/notices", words),
        read_kinds(visit),
        visit.portal.shortages.in_force(visit.api),
    )
    (found_posts, post_count), (found_notices, notice_count) = posts, notices
    items, address = found_notices.body["items"], visit.request.url
    context = {
        "words": words,
        "posts": post_table(visit, found_posts.body["items"], listed, total=post_count),
        "post_count": post_count,
        "posts_href": with_query(address.replace(path="/posts"), q=words or None),
        "notices": notice_table(visit, items, kinds, total=notice_count) if items else None,
        "notice_count": notice_count,
        "notices_href": with_query(address.replace(path="/exchange"), q=words or None),
    }
    title = visit.texts.gettext("Search everything")
    return visit.render("search/search.html", context, title=title)


async def _found(visit: Visit, path: str, words: str) -> tuple[Answer, int]:
    found, counted = await asyncio.gather(
        visit.api.get(path, {"q": words, "limit": _SHOWN}),
        visit.api.get(f"{path}/facets", {"q": words}),
    )
    return found, counted.body["found"]


PAGES = (Page("/search", search_all, "search", PUBLIC),)
