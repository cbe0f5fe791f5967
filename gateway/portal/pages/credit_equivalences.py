"""What counts as which course: declared by the school, learnt from decisions, read from peers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal.addresses import pager
from gateway.portal.components import Cell, Column, Table
from gateway.portal.credit_words import CREDIT_OFFICE, CREDIT_STAFF, OUTCOME_KINDS, credits_of
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.labour_words import named
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.kernel.clock import china_day, utc_now

Body = Mapping[str, Any]

_FIELDS = ("kind", "titles", "together", "course_ids", "valid_from", "valid_to")
_REFUSED = frozenset({409, 422})
_PAGE = 50
_ALL = 200


async def list_equivalences(visit: Visit) -> Response:
    usual = {"together": "all", "valid_from": china_day(utc_now()).isoformat()}
    return await _page(visit, form_state_of(_FIELDS, usual))


async def send_equivalence(visit: Visit) -> Response:
    form, say = form_state(_FIELDS, visit.form), visit.texts.gettext
    titles = [line.strip() for line in form.value("titles").splitlines() if line.strip()]
    chosen = frozenset(one for one in form.chosen("course_ids") if one)
    for name, given in (("kind", form.value("kind")), ("titles", titles), ("course_ids", chosen)):
        if not given:
            form = form.with_error(say("This is needed."), name)
    if form.errors:
        return await _page(visit, form)
    listed = (await visit.api.get("/v1/courses", {"limit": _ALL})).body["items"]
    outcomes = [{"title": title, "kind": form.value("kind")} for title in titles]
    courses = [
        {name: one[name] for name in ("title", "code", "credits_hundredths")}
        for one in listed
        if one["id"] in chosen
    ]
    told = {
        "outcomes": _tree(form.value("together"), outcomes),
        "courses": _tree("all", courses),
        "valid_from": form.value("valid_from"),
        "valid_to": form.value("valid_to") or None,
    }
    try:
        await visit.api.post("/v1/credit-equivalences", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _page(visit, form.refused(refusal.problem))
    return visit.redirect("/credits/equivalences", notice=say("Declared: peers read it too."))


def _tree(together: str, leaves: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the leaves as the API's tree; one leaf stands by itself."""
    return leaves[0] if len(leaves) == 1 else {together or "all": leaves}


async def _page(visit: Visit, form: FormState) -> Response:
    texts, say, query = visit.texts, visit.texts.gettext, visit.request.query_params
    asked = {"limit": _PAGE, "cursor": query.get("cursor")}
    found, courses = await asyncio.gather(
        visit.api.get("/v1/credit-equivalences", asked),
        visit.api.get("/v1/courses", {"limit": _ALL}),
    )
    acting = visit.caller.acting if visit.caller else None
    own = acting.org_id if acting else None
    rows = [
        [
            Cell(
                _leaves(visit, one["outcomes"]),
                sub=named(texts, OUTCOME_KINDS, one["outcome_kind"]),
            ),
            Cell(_leaves(visit, one["courses"])),
            Cell(credits_of(texts, one["credits_hundredths"])),
            Cell(
                say("Declared") if one["source"] == "declared" else say("Learnt from decisions"),
                sub=say("This school") if one["school_id"] == own else say("A peer"),
            ),
            Cell(texts.date(one["valid_from"])),
        ]
        for one in found.body["items"]
    ]
    columns = [
        Column(say("Learning outcome")),
        Column(say("Counts as")),
        Column(say("Credits"), numeric=True),
        Column(say("Source")),
        Column(say("Since")),
    ]
    title = say("What counts as which course")
    context = {
        "form": form,
        "table": Table(title, columns, rows, caption_hidden=True) if rows else None,
        "pager": pager(visit.request.url, found, shown=len(rows)),
        "kinds": [Option(key, say(words)) for key, words in OUTCOME_KINDS.items()],
        "together": [
            Option("all", say("All of these together")),
            Option("any", say("Any one of these")),
        ],
        "courses": [
            Option(one["id"], f"{one['code']} {one['title']}") for one in courses.body["items"]
        ],
        "may_write": CREDIT_OFFICE.allows(visit.caller),
    }
    return visit.render(
        "credits/equivalences.html", context, title=title, status=422 if form.errors else 200
    )


def _leaves(visit: Visit, tree: Body) -> str:
    """Return a tree of outcomes or courses in words."""
    say = visit.texts.gettext
    for kind, joined in (("all", say(" and ")), ("any", say(" or "))):
        if kind in tree:
            return joined.join(_leaves(visit, part) for part in tree[kind])
    return str(tree.get("title", ""))


PAGES = (
    Page("/credits/equivalences", list_equivalences, "credit_equivalences", CREDIT_STAFF),
    Page(
        "/credits/equivalences",
        send_equivalence,
        "credit_equivalence_send",
        CREDIT_OFFICE,
        ("POST",),
    ),
)
