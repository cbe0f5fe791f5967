"""The exchange's board: what is offered and needed, searched by anyone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import BOARD, PUBLIC
from gateway.portal.addresses import pager, with_query
from gateway.portal.catalogue_names import region_name
from gateway.portal.components import Cell, Column, Table
from gateway.portal.exchange_words import (
    Kinds,
    kind_name,
    price_text,
    read_kinds,
    side_name,
)
from gateway.portal.forms import FormState, form_state_of
from gateway.portal.notice_filters import asked_of, chips_of, facets_of
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_PAGE = 20


async def search_notices(visit: Visit) -> Response:
    address, asked = visit.request.url, asked_of(visit.request.query_params)
    cursor = visit.request.query_params.get("cursor")
    title = visit.texts.gettext("Offers and needs of schools and enterprises")
    kinds = await read_kinds(visit)
    context: dict[str, Any] = {
        "asked": asked,
        "form": form_state_of(("q",), asked),
        "chips": chips_of(address, kinds, visit.texts),
        "writes": BOARD.allows(visit.caller),
        "clear": address.path,
        "without_words": with_query(address, q=None),
    }
    try:
        found, counted = await asyncio.gather(
            visit.api.get("/v1/notices", {**asked, "limit": _PAGE, "cursor": cursor}),
            visit.api.get("/v1/notices/facets", asked),
        )
    except ApiProblemError as refusal:
        # What was typed into the address: said where it was typed.
        if refusal.problem.status != 422:
            raise
        form: FormState = context["form"]
        context |= {"facets": [], "notices": None, "form": form.refused(refusal.problem)}
        return visit.render("exchange/board.html", context, title=title, status=422)
    items, total = found.body["items"], counted.body["found"]
    context |= {
        "facets": facets_of(address, counted.body, visit.texts),
        "notices": notice_table(visit, items, kinds, total=total) if items else None,
        "pager": pager(address, found, shown=len(items), total=total),
    }
    return visit.render("exchange/board.html", context, title=title)


def notice_table(visit: Visit, notices: Sequence[Body], kinds: Kinds, *, total: int) -> Table:
    """Return published notices as the board and the common search list them."""
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
            Cell(
                "—" if one["places"] is None else texts.number(one["places"]),
                sub=price_text(one, texts),
            ),
            Cell(texts.date(one["closes_on"]) if one["closes_on"] else say("No closing day")),
        ]
        for one in notices
    ]
    columns = [
        Column(say("Notice")),
        Column(say("Kind")),
        Column(say("Place")),
        Column(say("How many, price")),
        Column(say("Answer until")),
    ]
    caption = texts.ngettext("%(count)s notice found", "%(count)s notices found", total)
    return Table(caption % {"count": texts.number(total)}, columns, rows)


PAGES = (Page("/exchange", search_notices, "exchange", PUBLIC),)
