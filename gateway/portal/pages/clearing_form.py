"""How a batch is cleared: the office chooses in plain words, each choice with what it costs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.api_client import Answer
from gateway.portal.clearing_lines import (
    LineError,
    lines_of,
    read_least,
    read_regions,
    read_reserves,
    show_least,
    show_regions,
    show_reserves,
)
from gateway.portal.components import Cell, Column, Table
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.pages.batches import api_path, batch_trail, here
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_POSTS = 200
_REFUSED = frozenset({409, 412, 422})
_SWITCHES = ("improve", "host_most_hard", "repair")
_NUMBERS = ("rounds", "public_days")
_LINES = ("reserves", "least", "regions", "together")
_FIELDS = ("proposes", "host_most", *_SWITCHES, *_NUMBERS, *_LINES)


async def ask_rules(visit: Visit) -> Response:
    rules, posts = await _read(visit)
    told = {
        **rules.body,
        "reserves": show_reserves(rules.body, posts),
        "least": show_least(rules.body, posts),
        "regions": show_regions(rules.body),
        "together": "\n".join("、".join(group) for group in rules.body["together"]),
    }
    return await _page(visit, form_state_of(_FIELDS, told), rules, posts)


async def send_rules(visit: Visit) -> Response:
    rules, posts = await _read(visit)
    form = form_state(_FIELDS, visit.form)
    told, form = _told(visit, form, posts)
    if form.errors:
        return await _page(visit, form, rules, posts, status=422)
    try:
        seen = str(visit.form.get("_seen", ""))
        await visit.api.put(f"{api_path(visit)}/clearing", told, etag=seen)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        refused = form.refused(refusal.problem)
        return await _page(visit, refused, rules, posts, status=refusal.problem.status)
    return visit.redirect(here(visit), notice=visit.texts.gettext("Saved."))


async def _read(visit: Visit) -> tuple[Answer, Sequence[Body]]:
    rules, posts = await asyncio.gather(
        visit.api.get(f"{api_path(visit)}/clearing"),
        visit.api.get(f"{api_path(visit)}/posts", {"limit": _POSTS}),
    )
    return rules, posts.body["items"]


def _told(visit: Visit, form: FormState, posts: Sequence[Body]) -> tuple[dict[str, Any], FormState]:
    """Return the form as the API takes it, and the form with what cannot be read."""
    say = visit.texts.gettext
    told: dict[str, Any] = {name: form.value(name) == "true" for name in _SWITCHES}
    told["proposes"] = form.value("proposes") or "students"
    told["together"] = lines_of(form.value("together"))
    for name in (*_NUMBERS, "host_most"):
        value = form.value(name)
        if value and not value.isdecimal():
            form = form.with_error(say("Give a number"), name)
        elif value or name == "host_most":
            told[name] = int(value) if value else None
    readers: Mapping[str, Callable[[str], list[dict[str, Any]]]] = {
        "reserves": lambda text: read_reserves(text, posts),
        "least": lambda text: read_least(text, posts),
        "regions": read_regions,
    }
    for name, read in readers.items():
        try:
            told[name] = read(form.value(name))
        except LineError as error:
            said = say("This line cannot be read: %(line)s") % {"line": str(error)}
            form = form.with_error(said, name)
    return told, form


async def _page(
    visit: Visit, form: FormState, rules: Answer, posts: Sequence[Body], *, status: int = 200
) -> Response:
    say = visit.texts.gettext
    batch = (await visit.api.get(api_path(visit))).body
    context = {
        "form": form,
        "path": visit.request.url.path,
        "seen": rules.etag or "",
        "free": batch["state"] == "draft",
        "posts": _posts(visit, posts),
        "proposers": [
            Option(
                "students",
                say("Students apply, posts choose (usual)"),
                say("The best stable result for students; nobody gains by other wishes"),
            ),
            Option(
                "posts",
                say("Posts invite, students choose"),
                say("The best stable result for posts; the same students are placed"),
            ),
        ],
    }
    return visit.render(
        "batches/clearing.html",
        context,
        title=say("How the wishes are cleared"),
        breadcrumb=batch_trail(visit, batch),
        status=status,
    )


def _posts(visit: Visit, posts: Sequence[Body]) -> Table | None:
    if not posts:
        return None
    say, number = visit.texts.gettext, visit.texts.number
    rows = [
        [
            Cell(str(at)),
            Cell(post["title"], sub=post["enterprise_name"]),
            Cell(number(post["seats"])),
        ]
        for at, post in enumerate(posts, start=1)
    ]
    columns = [
        Column(say("Number")),
        Column(say("Post")),
        Column(say("Seats"), numeric=True),
    ]
    return Table(say("Posts and their numbers"), columns, rows)


_ONE = "/school/batches/{batch_id}/clearing"

PAGES = (
    Page(_ONE, ask_rules, "clearing", OFFICE),
    Page(_ONE, send_rules, "clearing_sent", OFFICE, ("POST",)),
)
