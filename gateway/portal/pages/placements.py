"""Placements of a school's students: found, exported, brought in from signed papers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE, PLACEMENT_READERS
from gateway.portal.addresses import pager, with_query
from gateway.portal.api_client import Answer
from gateway.portal.catalogue_names import major_name
from gateway.portal.components import Cell, Column, Link, Table, Tag
from gateway.portal.forms import FormState, Option
from gateway.portal.internship_words import ORIGINS, PLACEMENT_STATES, tag_of
from gateway.portal.pages.results import MEDIA
from gateway.portal.placement_papers import NEEDED, PAPERS, missing_papers
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]

_PAGE = 50
_LOOKED_AT = 200
_FILTERS = ("batch", "state", "class_name", "major", "origin", "lacks")


async def list_placements(visit: Visit) -> Response:
    query, say = visit.request.query_params, visit.texts.gettext
    asked = {name: query.get(name, "").strip() for name in _FILTERS}
    sent = {name: told or None for name, told in asked.items()}
    sent["state"] = sent["state"] if sent["state"] in PLACEMENT_STATES else None
    sent["origin"] = sent["origin"] if sent["origin"] in ORIGINS else None
    sent["lacks"] = sent["lacks"] if sent["lacks"] in NEEDED else None
    found, batches = await asyncio.gather(
        visit.api.get("/v1/placements", {**sent, "limit": _PAGE, "cursor": query.get("cursor")}),
        visit.api.get("/v1/batches", {"limit": _LOOKED_AT}),
    )
    items: Sequence[Body] = found.body["items"]
    context = {
        "form": FormState(_FILTERS, asked),
        "filtered": any(asked.values()),
        "batches": [Option(one["id"], one["name"]) for one in batches.body["items"]],
        "states": [Option(name, say(text)) for name, (text, _) in PLACEMENT_STATES.items()],
        "origins": [Option(name, say(text)) for name, text in ORIGINS.items()],
        "papers": [Option(name, say(PAPERS[name])) for name in NEEDED],
        "placements": _table(visit, items),
        "pager": pager(visit.request.url, found, shown=len(items)),
        "exports": _exports(visit),
        "office": OFFICE.allows(visit.caller),
    }
    trail = [Link(say("Internship office"), "/school")] if context["office"] else []
    return visit.render("placements/list.html", context, title=say("Placements"), breadcrumb=trail)


def _exports(visit: Visit) -> list[Link]:
    batch = visit.request.query_params.get("batch") or None
    address = visit.request.url.replace(path="/school/placements/export.xlsx", query="")
    return [
        Link(
            form.upper(),
            with_query(address.replace(path=f"/school/placements/export.{form}"), batch=batch),
        )
        for form in ("xlsx", "csv")
    ]


def _table(visit: Visit, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = visit.texts.gettext
    rows = [
        [
            Cell(
                one["student_name"],
                href=f"/school/placements/{one['id']}",
                sub=f"{one['class_name']} · {one['enrolment_no']}",
            ),
            Cell(major_name(one["major_code"])),
            Cell(one["post_title"], sub=one["enterprise_name"]),
            Cell(visit.texts.date(one["start_on"]), sub=visit.texts.date(one["end_on"])),
            Cell(tag=tag_of(PLACEMENT_STATES, one["state"], visit.texts)),
            _papers(visit, one),
        ]
        for one in items
    ]
    heads = (
        say("Student"),
        say("Major"),
        say("Post"),
        say("First and last day"),
        say("State"),
        say("Papers"),
    )
    return Table(say("Placements"), [Column(head) for head in heads], rows, caption_hidden=True)


def _papers(visit: Visit, placement: Body) -> Cell:
    if placement["state"] != "accepted":
        return Cell("—")
    count = len(missing_papers(placement))
    if not count:
        return Cell(tag=Tag(visit.texts.gettext("None"), "good"))
    said = visit.texts.ngettext("%(count)s missing", "%(count)s missing", count)
    return Cell(tag=Tag(said % {"count": visit.texts.number(count)}, "warn"))


async def export_placements(visit: Visit) -> Response:
    form = str(visit.request.path_params["form"])
    if form not in MEDIA:
        raise NotFoundError
    asked = {"format": form, "batch": visit.request.query_params.get("batch") or None}
    answer: Answer = await visit.api.get("/v1/placements/export", asked)
    headers = {"Content-Disposition": f'attachment; filename="placements.{form}"'}
    return Response(answer.content, media_type=MEDIA[form], headers=headers)


PAGES = (
    Page("/school/placements", list_placements, "placements", PLACEMENT_READERS),
    Page("/school/placements/export.{form}", export_placements, "export", PLACEMENT_READERS),
)
