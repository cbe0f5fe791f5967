"""Published rounds that anyone may check: the check made again, and one's own lines."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.addresses import pager
from gateway.portal.components import Cell, Column, Link, Stat, Table
from gateway.portal.forms import FormState
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_PAGE = 50
_POSTS = 200
_ID = re.compile(r"[0-9a-f]{32}")
_ZIP = "application/zip"


async def list_rounds(visit: Visit) -> Response:
    query, say = visit.request.query_params, visit.texts.gettext
    asked = {"school": query.get("school") or None, "limit": _PAGE, "cursor": query.get("cursor")}
    found = await visit.api.get("/v1/public-rounds", asked)
    items: Sequence[Body] = found.body["items"]
    context = {
        "rounds": _rounds(visit, items),
        "pager": pager(visit.request.url, found, shown=len(items)),
    }
    return visit.render("rounds/public_list.html", context, title=say("Check a result"))


def _rounds(visit: Visit, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say, texts = visit.texts.gettext, visit.texts
    rows = [
        [
            Cell(one["batch_name"], href=f"/public-rounds/{one['round_id']}"),
            Cell(one["school_name"]),
            Cell(texts.number(one["number"])),
            Cell(texts.date(one["published_at"])),
            Cell(texts.date(one["until"])),
        ]
        for one in items
    ]
    heads = (
        say("Batch"),
        say("School"),
        say("Round"),
        say("Published"),
        say("Can be checked until"),
    )
    return Table(say("Results that anyone may check"), [Column(head) for head in heads], rows)


async def show_round(visit: Visit) -> Response:
    path = f"/v1/public-rounds/{visit.request.path_params['round_id']}"
    found, check = await asyncio.gather(visit.api.get(path), visit.api.get(f"{path}/check"))
    asked = visit.request.query_params.get("id", "").strip().lower()
    form = FormState(("id",), {"id": asked})
    lines, form = await _lines(visit, path, form)
    say = visit.texts.gettext
    context = {
        "round": found.body,
        "check": check.body,
        "figures": _figures(visit, check.body),
        "rules": _rules(visit, found.body["rules"]),
        "posts": _posts(visit, found.body["posts"][:_POSTS]),
        "form": form,
        "asked": asked,
        "lines": _own(visit, lines, found.body["posts"]) if lines else None,
        "path": visit.request.url.path,
    }
    return visit.render(
        "rounds/public.html",
        context,
        title=found.body["batch_name"],
        breadcrumb=[Link(say("Check a result"), "/public-rounds")],
        status=422 if form.errors else 200,
    )


async def _lines(visit: Visit, path: str, form: FormState) -> tuple[Sequence[Body], FormState]:
    asked, say = form.value("id"), visit.texts.gettext
    if not asked:
        return (), form
    if not _ID.fullmatch(asked):
        return (), form.with_error(say("An id has 32 digits and letters from a to f"), "id")
    try:
        return (await visit.api.get(f"{path}/students/{asked}")).body["wishes"], form
    except ApiProblemError as refusal:
        if refusal.problem.status != 404:
            raise
        return (), form.with_error(say("The files of this round have no such id"), "id")


def _figures(visit: Visit, check: Body) -> list[Stat]:
    say, number = visit.texts.gettext, visit.texts.number
    labels = {
        "students": say("Students"),
        "wishes": say("Wishes that competed"),
        "placed": say("Placed"),
        "blocking_pairs": say("Blocking pairs"),
    }
    return [Stat(number(check[name]), label) for name, label in labels.items()]


def _rules(visit: Visit, rules: Body) -> list[str]:
    """Return the rules beyond plain clearing, in words."""
    say = visit.texts.gettext
    said = [
        say("Posts invite, students choose")
        if rules.get("proposes") == "posts"
        else say("Students apply, posts choose (usual)")
    ]
    if rules.get("rounds", 1) > 1:
        said.append(say("%(count)s rounds") % {"count": rules["rounds"]})
    if rules.get("improve"):
        said.append(say("Trade places that only the lottery kept apart"))
    if rules.get("repair"):
        said.append(say("Fill up to the least numbers"))
    if rules.get("host_most"):
        said.append(say("At one host at most %(count)s") % {"count": rules["host_most"]})
    return said


def _posts(visit: Visit, posts: Sequence[Body]) -> Table | None:
    if not posts:
        return None
    say, number = visit.texts.gettext, visit.texts.number
    few = say("Fewer than five")
    rows = [
        [
            Cell(one["title"], href=f"/posts/{one['post_id']}", sub=one["enterprise_name"]),
            Cell(number(one["seats"])),
            Cell(few if one["placed"] is None else number(one["placed"])),
            Cell("—" if one["cutoff_score"] is None else f"{one['cutoff_score']:.4f}"),
        ]
        for one in posts
    ]
    columns = [
        Column(say("Post")),
        Column(say("Seats"), numeric=True),
        Column(say("Placed"), numeric=True),
        Column(say("Last one placed"), numeric=True),
    ]
    return Table(say("Posts of the round"), columns, rows)


def _own(visit: Visit, lines: Sequence[Body], posts: Sequence[Body]) -> Table:
    say, number = visit.texts.gettext, visit.texts.number
    titles = {one["post_id"]: one["title"] for one in posts}
    rows = [
        [
            Cell(number(one["rank"])),
            Cell(titles.get(one["post_id"].partition("/")[0], one["post_id"])),
            Cell(number(one["place_from_below"])),
            Cell(say("Granted") if one["granted"] else "—"),
        ]
        for one in lines
    ]
    columns = [
        Column(say("Wish")),
        Column(say("Post")),
        Column(say("Place from below"), numeric=True),
        Column(say("Result")),
    ]
    return Table(say("The lines of this id"), columns, rows)


async def download_files(visit: Visit) -> Response:
    round_id = visit.request.path_params["round_id"]
    answer = await visit.api.get(f"/v1/public-rounds/{round_id}/files")
    headers = {"Content-Disposition": f'attachment; filename="public-round-{round_id}.zip"'}
    return Response(answer.content, media_type=_ZIP, headers=headers)


PAGES = (
    Page("/public-rounds", list_rounds, "public_rounds", PUBLIC),
    Page("/public-rounds/{round_id}", show_round, "public_round", PUBLIC),
    Page("/public-rounds/{round_id}/files.zip", download_files, "public_files", PUBLIC),
)
