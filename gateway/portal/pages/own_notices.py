"""An organisation's own notices by state, who fits them, and the department's work list."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import BOARD, REGISTRARS
from gateway.portal.addresses import pager, with_query
from gateway.portal.catalogue_names import region_name
from gateway.portal.components import Cell, Column, Link, Table
from gateway.portal.exchange_words import (
    STATES,
    Kinds,
    kind_name,
    notice_tag,
    read_kinds,
    side_name,
)
from gateway.portal.match_view import matches_of
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_TABS = ("published", "submitted", "draft", "closed")
_PAGE = 20
_TITLES_MAX = 200
_FITTING = 6


async def list_own(visit: Visit) -> Response:
    query, say = visit.request.query_params, visit.texts.gettext
    state = query.get("state")
    personal = query.get("personalised") != "false"
    asked = {"mine": True, "state": state, "limit": _PAGE, "cursor": query.get("cursor")}
    open_ones = {"mine": True, "state": "published", "limit": _TITLES_MAX}
    fitting = {"personalised": personal, "limit": _FITTING}
    kinds, found, published, matched = await asyncio.gather(
        read_kinds(visit),
        visit.api.get("/v1/notices", asked),
        visit.api.get("/v1/notices", open_ones),
        visit.api.get("/v1/notice-recommendations", fitting),
    )
    items = found.body["items"]
    titles = {one["id"]: one["title"] for one in published.body["items"]}
    address = visit.request.url
    context = {
        "tabs": [
            Link(say("All"), "/exchange/mine", current=state is None),
            *(
                Link(say(STATES[name][0]), f"/exchange/mine?state={name}", current=name == state)
                for name in _TABS
            ),
        ],
        "notices": _own_table(visit, items, kinds) if items else None,
        "pager": pager(address, found, shown=len(items)),
        "personal": personal,
        "ways": [
            Link(
                say("By what fits my notices"),
                with_query(address, personalised=None) + "#fitting",
                current=personal,
            ),
            Link(
                say("The newest first, the same for everyone"),
                with_query(address, personalised="false") + "#fitting",
                current=not personal,
            ),
        ],
        "matches": matches_of(matched.body, kinds, visit.texts, titles=titles),
        "considered": matched.body["considered"],
    }
    trail = [Link(say("Exchange"), "/exchange")]
    return visit.render("exchange/mine.html", context, title=say("My notices"), breadcrumb=trail)


async def list_registrations(visit: Visit) -> Response:
    say, cursor = visit.texts.gettext, visit.request.query_params.get("cursor")
    kinds, found = await asyncio.gather(
        read_kinds(visit), visit.api.get("/v1/notice-registrations", {"cursor": cursor})
    )
    items = found.body["items"]
    context = {
        "notices": _waiting_table(visit, items, kinds) if items else None,
        "pager": pager(visit.request.url, found, shown=len(items)),
    }
    trail = [Link(say("Exchange"), "/exchange")]
    title = say("Notices to register")
    return visit.render("exchange/registrations.html", context, title=title, breadcrumb=trail)


def _own_table(visit: Visit, notices: Sequence[Body], kinds: Kinds) -> Table:
    say, texts = visit.texts.gettext, visit.texts
    rows = [
        [
            Cell(one["title"], href=f"/exchange/notices/{one['id']}"),
            Cell(side_name(one["side"], texts), sub=kind_name(kinds, one["kind"], texts)),
            Cell(region_name(one["region_code"])),
            Cell(texts.date(one["published_at"]) if one["published_at"] else "—"),
            Cell(texts.date(one["closes_on"]) if one["closes_on"] else say("No closing day")),
            Cell(tag=notice_tag(one["state"], texts)),
        ]
        for one in notices
    ]
    heads = (
        say("Notice"),
        say("Kind"),
        say("Place"),
        say("Published"),
        say("Answer until"),
        say("State"),
    )
    caption = say("My notices")
    return Table(caption, [Column(head) for head in heads], rows, caption_hidden=True)


def _waiting_table(visit: Visit, notices: Sequence[Body], kinds: Kinds) -> Table:
    say, texts = visit.texts.gettext, visit.texts
    rows = [
        [
            Cell(
                one["title"],
                href=f"/exchange/notices/{one['id']}",
                sub=one["organisation"]["name"],
            ),
            Cell(side_name(one["side"], texts), sub=kind_name(kinds, one["kind"], texts)),
            Cell(region_name(one["region_code"])),
            Cell(texts.moment(one["submitted_at"])),
        ]
        for one in notices
    ]
    heads = (say("Notice"), say("Kind"), say("Place"), say("Submitted"))
    caption = say("Notices that wait, the longest waiting first")
    return Table(caption, [Column(head) for head in heads], rows, caption_hidden=True)


PAGES = (
    Page("/exchange/mine", list_own, "own_notices", BOARD),
    Page("/exchange/registrations", list_registrations, "notice_registrations", REGISTRARS),
)
