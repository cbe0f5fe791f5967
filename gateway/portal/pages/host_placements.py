"""Students placed at the enterprise: only those who accepted and agreed to be shown to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import HR
from gateway.portal.addresses import pager
from gateway.portal.catalogue_names import major_name
from gateway.portal.components import Cell, Column, Link, Table, Tag, Tone
from gateway.portal.naming import organisation_names
from gateway.portal.routing import Page
from gateway.portal.translation import marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_PAGE = 50
STATES: Mapping[str, tuple[str, Tone]] = {
    "accepted": (marked("Accepted"), "info"),
    "started": (marked("Under way"), "good"),
    "assessed": (marked("Assessed"), "neutral"),
    "ended": (marked("Ended"), "neutral"),
}


async def show_placements(visit: Visit) -> Response:
    say, query = visit.texts.gettext, visit.request.query_params
    state = query.get("state")
    state = state if state in STATES else None
    asked = {"state": state, "limit": _PAGE, "cursor": query.get("cursor")}
    found = await visit.api.get("/v1/placements/hosted", asked)
    items: Sequence[Body] = found.body["items"]
    names = await organisation_names(visit, (one["school_id"] for one in items))
    path = visit.request.url.path
    context = {
        "tabs": [
            Link(say("All"), path, current=state is None),
            *(
                Link(say(text), f"{path}?state={each}", current=each == state)
                for each, (text, _tone) in STATES.items()
            ),
        ],
        "placements": _table(visit, items, names),
        "pager": pager(visit.request.url, found, shown=len(items)),
    }
    trail = [Link(say("My enterprise"), "/enterprise")]
    title = say("Placed students")
    return visit.render("enterprise/placements.html", context, title=title, breadcrumb=trail)


def _table(visit: Visit, items: Sequence[Body], names: Mapping[str, str]) -> Table | None:
    if not items:
        return None
    say, texts = visit.texts.gettext, visit.texts
    rows = [
        [
            Cell(
                one["student_name"],
                href=f"/enterprise/placements/{one['id']}",
                sub=one["enrolment_no_masked"],
            ),
            Cell(names.get(one["school_id"], "—"), sub=major_name(one["major_code"])),
            Cell(one["post_title"], href=f"/posts/{one['post_id']}" if one["post_id"] else None),
            Cell(texts.date(one["start_on"]), sub=texts.date(one["end_on"])),
            Cell(one["teacher"] or say("Not named yet")),
            Cell(one["mentor"] or say("Not named yet")),
            Cell(tag=_tag(visit, one["state"])),
        ]
        for one in items
    ]
    heads = (
        say("Student"),
        say("School"),
        say("Post"),
        say("First and last day"),
        say("Teacher"),
        say("Mentor"),
        say("State"),
    )
    return Table(
        say("Placed students"), [Column(head) for head in heads], rows, caption_hidden=True
    )


def _tag(visit: Visit, state: str) -> Tag:
    text, tone = STATES.get(state, (state, "neutral"))
    return Tag(visit.texts.gettext(text), tone)


PAGES = (Page("/enterprise/placements", show_placements, "host_placements", HR),)
