"""Mutual choice as the office sees it: who applied where, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.addresses import pager
from gateway.portal.catalogue_names import major_name
from gateway.portal.components import Cell, Column, Table
from gateway.portal.internship_words import CHOICE_STATES, tag_of
from gateway.portal.pages.batches import api_path, batch_trail
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_PAGE = 50


async def list_choices(visit: Visit) -> Response:
    say = visit.texts.gettext
    asked = {"limit": _PAGE, "cursor": visit.request.query_params.get("cursor")}
    batch, found, offered = await asyncio.gather(
        visit.api.get(api_path(visit)),
        visit.api.get(f"{api_path(visit)}/choices", asked),
        visit.api.get(f"{api_path(visit)}/posts", {"limit": 200}),
    )
    titles = {one["post_id"]: one["title"] for one in offered.body["items"]}
    items: Sequence[Body] = found.body["items"]
    context = {
        "tabs": [],
        "items": _table(visit, items, titles),
        "pager": pager(visit.request.url, found, shown=len(items)),
        "lead": say("Enterprises interview and offer; the student confirms."),
    }
    return visit.render(
        "appeals/list.html",
        context,
        title=say("Applications of the students"),
        breadcrumb=batch_trail(visit, batch.body),
    )


def _table(visit: Visit, items: Sequence[Body], titles: Mapping[str, str]) -> Table | None:
    if not items:
        return None
    say, texts = visit.texts.gettext, visit.texts
    rows = [
        [
            Cell(
                one["student_name"],
                href=f"/school/students/{one['student_id']}",
                sub=major_name(one["major_code"]),
            ),
            Cell(titles.get(one["post_id"], say("Post")), href=f"/posts/{one['post_id']}"),
            Cell(texts.moment(one["interview_at"]) if one["interview_at"] else "—"),
            Cell("—" if one["rank"] is None else texts.number(one["rank"])),
            Cell(tag=tag_of(CHOICE_STATES, one["state"], texts)),
        ]
        for one in items
    ]
    columns = [
        Column(say("Student")),
        Column(say("Post")),
        Column(say("Interview")),
        Column(say("Rank of the enterprise"), numeric=True),
        Column(say("State")),
    ]
    return Table(say("Applications of the students"), columns, rows, caption_hidden=True)


PAGES = (Page("/school/batches/{batch_id}/choices", list_choices, "batch_choices", OFFICE),)
