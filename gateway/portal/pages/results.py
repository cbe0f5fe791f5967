"""Results of a round: every student of the batch, found, exported, and each one's reasons."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.addresses import pager
from gateway.portal.catalogue_names import major_name
from gateway.portal.components import Cell, Column, Link, Table, Tag
from gateway.portal.explain_view import wishes_of
from gateway.portal.forms import FormState, Option
from gateway.portal.pages.batches import api_path, batch_trail, here
from gateway.portal.pages.rounds import round_of
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.http.downloads import as_file
from shared.kernel.errors import NotFoundError
from shared.sheets import CSV, XLSX

Body = Mapping[str, Any]

_PAGE = 50
_FILTERS = ("placed", "major", "class_name")
MEDIA: Mapping[str, str] = {"csv": CSV, "xlsx": XLSX}


async def list_results(visit: Visit) -> Response:
    query, say = visit.request.query_params, visit.texts.gettext
    asked = {name: query.get(name, "").strip() for name in _FILTERS}
    batch, found = await asyncio.gather(visit.api.get(api_path(visit)), round_of(visit))
    sent = {name: told or None for name, told in asked.items()}
    if sent["placed"] not in {"true", "false"}:
        sent["placed"] = None
    listed = await visit.api.get(
        f"/v1/rounds/{found['id']}/results",
        {**sent, "limit": _PAGE, "cursor": query.get("cursor")},
    )
    items: Sequence[Body] = listed.body["items"]
    context = {
        "form": FormState(_FILTERS, asked),
        "filtered": any(asked.values()),
        "here": here(visit),
        "outcomes": [Option("true", say("Placed")), Option("false", say("No place"))],
        "results": _table(visit, items),
        "pager": pager(visit.request.url, listed, shown=len(items)),
    }
    trail = [*batch_trail(visit, batch.body), _round_link(visit)]
    return visit.render(
        "rounds/results.html", context, title=say("Result of each student"), breadcrumb=trail
    )


def _round_link(visit: Visit) -> Link:
    return Link(visit.texts.gettext("Result of the batch"), f"{here(visit)}/round")


def _table(visit: Visit, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = visit.texts.gettext
    rows = [
        [
            Cell(
                one["name"],
                href=f"{here(visit)}/results/{one['student_id']}",
                sub=one["enrolment_no"],
            ),
            Cell(one["class_name"], sub=major_name(one["major_code"])),
            Cell(one["post_title"] or "—", sub=one["enterprise_name"] or ""),
            Cell(tag=rank_tag(visit, one["placed_rank"]), sub=_of_wishes(visit, one)),
        ]
        for one in items
    ]
    heads = (say("Student"), say("Class"), say("Post"), say("Result"))
    title = say("Result of each student")
    return Table(title, [Column(head) for head in heads], rows, caption_hidden=True)


def rank_tag(visit: Visit, rank: int | None) -> Tag:
    """Return which wish was granted."""
    say = visit.texts.gettext
    if rank is None:
        return Tag(say("No place"), "warn")
    return Tag(say("Wish %(rank)s") % {"rank": rank}, "good" if rank <= 3 else "info")


def _of_wishes(visit: Visit, result: Body) -> str:
    count = result["wishes"]
    said = visit.texts.ngettext("of %(count)s wish", "of %(count)s wishes", count)
    return said % {"count": visit.texts.number(count)}


async def export_results(visit: Visit) -> Response:
    form = str(visit.request.path_params["form"])
    if form not in MEDIA:
        raise NotFoundError
    found = await round_of(visit)
    answer = await visit.api.get(f"/v1/rounds/{found['id']}/results/export", {"format": form})
    return as_file(answer.content, media_type=MEDIA[form], name=f"results.{form}")


async def explain_result(visit: Visit) -> Response:
    student_id = str(visit.request.path_params["student_id"])
    batch, found = await asyncio.gather(visit.api.get(api_path(visit)), round_of(visit))
    student, told = await asyncio.gather(
        visit.api.get(f"/v1/students/{student_id}"),
        visit.api.get(f"/v1/rounds/{found['id']}/explain", {"student": student_id}),
    )
    person: Body = student.body
    context = {
        "person": person,
        "major": major_name(person["major_code"]),
        "told": told.body,
        "rank": rank_tag(visit, told.body["placed_rank"]),
        "wishes": wishes_of(told.body, visit.texts),
    }
    trail = [
        *batch_trail(visit, batch.body),
        _round_link(visit),
        Link(visit.texts.gettext("Result of each student"), f"{here(visit)}/results"),
    ]
    title = visit.texts.gettext("Why: %(name)s") % {"name": person["name"]}
    return visit.render("rounds/explained.html", context, title=title, breadcrumb=trail)


_ALL = "/school/batches/{batch_id}/results"

PAGES = (
    Page(_ALL, list_results, "results", OFFICE),
    Page(f"{_ALL}/export.{{form}}", export_results, "results_export", OFFICE),
    Page(f"{_ALL}/{{student_id}}", explain_result, "explained", OFFICE),
)
