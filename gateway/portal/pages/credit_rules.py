"""A school's rulebooks in words: versions, what the checker found, what changed, drafts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.components import Cell, Column, Link, Table, Tag, Tone
from gateway.portal.credit_words import CREDIT_OFFICE, CREDIT_STAFF
from gateway.portal.forms import FormState, form_state, form_state_of
from gateway.portal.labour_words import named
from gateway.portal.pages.credit_rule_editor import editor_trail, standard_options
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_FIELDS = ("title", "standard_id", "valid_from", "valid_to", "content")
_REFUSED = frozenset({409, 412, 422})
_STATES: Mapping[str, tuple[str, Tone]] = {
    "draft": (marked("Draft"), "neutral"),
    "in_force": (marked("In force"), "good"),
    "superseded": (marked("Superseded"), "neutral"),
}
_CHANGES: Mapping[str, str] = {
    "added": marked("Added"),
    "removed": marked("Removed"),
    "changed": marked("Changed"),
    "moved": marked("Moved"),
}


async def list_rulebooks(visit: Visit) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    books, standards = await asyncio.gather(
        visit.api.get("/v1/credit-rulebooks"), visit.api.get("/v1/credit-standards")
    )
    rows = [
        [
            Cell(one["title"], href=f"/credits/rules/{one['id']}"),
            Cell(texts.number(one["number"])),
            Cell(tag=_tag(texts, one["state"])),
            Cell(texts.date(one["valid_from"])),
        ]
        for one in books.body["items"]
    ]
    columns = [
        Column(say("Rulebook")),
        Column(say("Version"), numeric=True),
        Column(say("State")),
        Column(say("Valid from")),
    ]
    context = {
        "books": Table(say("Rulebooks"), columns, rows, caption_hidden=True) if rows else None,
        "standards": _standard_table(visit, standards.body["items"]),
        "may_write": CREDIT_OFFICE.allows(visit.caller),
    }
    trail = [Link(say("Recognition of credits"), "/credits/cases")]
    return visit.render("credits/rules.html", context, title=say("Rulebooks"), breadcrumb=trail)


async def show_rulebook(visit: Visit) -> Response:
    return await _book_page(visit)


async def ask_json(visit: Visit) -> Response:
    return await _form_page(visit, form_state_of(_FIELDS, {}), "")


async def edit_json(visit: Visit) -> Response:
    answer = await visit.api.get(f"/v1/credit-rulebooks/{visit.request.path_params['book_id']}")
    told = {**answer.body, "content": _written(answer.body["content"])}
    return await _form_page(visit, form_state_of(_FIELDS, told), answer.etag or "")


async def send_json(visit: Visit) -> Response:
    form = form_state((*_FIELDS, "seen"), visit.form)
    book_id = visit.request.path_params.get("book_id")
    try:
        content = json.loads(form.value("content"))
    except (json.JSONDecodeError, RecursionError):
        said = visit.texts.gettext("The rules are not written as JSON.")
        return await _form_page(visit, form.with_error(said, "content"), form.value("seen"))
    told = {
        "title": form.value("title"),
        "valid_from": form.value("valid_from"),
        "valid_to": form.value("valid_to") or None,
        "standard_id": form.value("standard_id") or None,
        "content": content,
    }
    try:
        if book_id:
            path = f"/v1/credit-rulebooks/{book_id}"
            made = await visit.api.put(path, told, etag=form.value("seen"))
        else:
            made = await visit.api.post("/v1/credit-rulebooks", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _form_page(visit, form.refused(refusal.problem), form.value("seen"))
    return visit.redirect(f"/credits/rules/{made.body['id']}")


async def act_on_rulebook(visit: Visit) -> Response:
    book_id = str(visit.request.path_params["book_id"])
    path, here = f"/v1/credit-rulebooks/{book_id}", f"/credits/rules/{book_id}"
    try:
        if visit.form.get("act") == "simulate":
            answer = await visit.api.post(f"{path}/simulations", {}, key=visit.key)
            return visit.redirect(f"{here}/simulations/{answer.body['job_id']}")
        etag = str(visit.form.get("seen") or "") or None
        await visit.api.post_seen(f"{path}/entry-into-force", None, key=visit.key, etag=etag)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        said = f"{refusal.problem.title} {refusal.problem.detail}".strip()
        return await _book_page(visit, wrong=said)
    return visit.redirect(here, notice=visit.texts.gettext("In force."))


async def _book_page(visit: Visit, *, wrong: str = "") -> Response:
    texts = visit.texts
    path = f"/v1/credit-rulebooks/{visit.request.path_params['book_id']}"
    answer = await visit.api.get(path)
    told: Body = answer.body
    may_write = CREDIT_OFFICE.allows(visit.caller)
    changes, versions = await _changes(visit, told) if may_write else (None, [])
    # What the checker found is the writers' business; everyone else reads the rules in words.
    source = f"{path}/findings" if may_write else "/v1/credit-rules"
    asked = None if may_write else {"on": told["valid_from"]}
    found: Body = (await visit.api.get(source, asked)).body
    context = {
        "told": told,
        "wrong": wrong,
        "seen": answer.etag or "",
        "state": _tag(texts, told["state"]),
        "words": _word_table(texts, found["words"]),
        "findings": [
            (one["level"], one["words"][visit.language], one["rule_ids"])
            for one in found.get("findings", ())
        ],
        "may_take_effect": found.get("may_take_effect", False),
        "changes": changes,
        "versions": versions,
        "may_write": may_write,
    }
    return visit.render(
        "credits/rulebook.html",
        context,
        title=told["title"],
        breadcrumb=editor_trail(visit),
        status=422 if wrong else 200,
    )


async def _changes(visit: Visit, told: Body) -> tuple[Table | None, list[Link]]:
    """Return what changed since another version, the one before at first, and the ways to each."""
    books = (await visit.api.get("/v1/credit-rulebooks")).body["items"]
    others = [one for one in books if one["id"] != told["id"]]
    asked = visit.request.query_params.get("against")
    before = [
        one for one in others if (one["id"] == asked if asked else one["number"] < told["number"])
    ]
    if not before:
        return None, []
    newest = max(before, key=lambda one: one["number"])
    path = f"/v1/credit-rulebooks/{told['id']}/diff"
    diff = await visit.api.get(path, {"against": newest["id"]})
    texts, say = visit.texts, visit.texts.gettext
    rows = [
        [
            Cell(one["id"]),
            Cell(named(texts, _CHANGES, one["change"])),
            Cell(one["before"][visit.language] if one["before"] else "—"),
            Cell(one["after"][visit.language] if one["after"] else "—"),
        ]
        for one in diff.body["changes"]
    ]
    heads = (say("Rule"), say("Change"), say("Before"), say("Now"))
    caption = say("Changed since version %(number)s") % {"number": newest["number"]}
    ways = [
        Link(
            say("Version %(number)s") % {"number": one["number"]},
            f"{visit.request.url.path}?against={one['id']}",
            current=one["id"] == newest["id"],
        )
        for one in others
    ]
    return (Table(caption, [Column(head) for head in heads], rows) if rows else None), ways


async def _form_page(visit: Visit, form: FormState, seen: str) -> Response:
    fields = (await visit.api.get("/v1/credit-rulebooks/fields")).body
    say = visit.texts.gettext
    rows = [
        [
            Cell(one["name"]),
            Cell(one["title"][visit.language], sub=one["unit"]),
            Cell(", ".join(fields["operators"].get(one["type"], ()))),
            Cell(
                say("; ").join(f"{v} {w[visit.language]}" for v, w in one["values"].items()) or "—"
            ),
        ]
        for one in fields["fields"]
    ]
    heads = (say("Field"), say("What it is"), say("Comparisons"), say("Values"))
    context = {
        "form": form,
        "seen": seen,
        "fields": Table(say("What rules may ask"), [Column(head) for head in heads], rows),
        "grants": ", ".join(fields["grants"]),
        "limits": ", ".join(fields["limits"]),
        "standards": await standard_options(visit),
    }
    return visit.render(
        "credits/rulebook_form.html",
        context,
        title=say("Draft of a rulebook as JSON"),
        breadcrumb=editor_trail(visit),
        status=422 if form.errors else 200,
    )


def _tag(texts: Texts, state: str) -> Tag:
    text, tone = _STATES[state]
    return Tag(texts.gettext(text), tone)


def _written(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)


def _word_table(texts: Texts, words: Sequence[Body]) -> Table | None:
    if not words:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(one["id"]),
            Cell(say("Rule") if one["part"] == "rule" else say("Limit")),
            Cell(one["words"][texts.language]),
        ]
        for one in words
    ]
    heads = (say("Id"), say("Part"), say("In words"))
    return Table(say("The rules in words"), [Column(head) for head in heads], rows)


def _standard_table(visit: Visit, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    texts, say = visit.texts, visit.texts.gettext
    rows = [
        [
            Cell(one[f"title_{visit.language}"], sub=one["code"]),
            Cell(one["alliance_name"]),
            Cell(texts.number(one["number"])),
            Cell(texts.date(one["valid_from"])),
            Cell(one["digest"][:16]),
        ]
        for one in items
    ]
    columns = [
        Column(say("Standard")),
        Column(say("Alliance")),
        Column(say("Version"), numeric=True),
        Column(say("Valid from")),
        Column(say("Digest that members sign")),
    ]
    return Table(say("Common standards of alliances"), columns, rows)


_JSON = "/credits/rules/{book_id}/json"

PAGES = (
    Page("/credits/rules", list_rulebooks, "credit_rules", CREDIT_STAFF),
    Page("/credits/rules/new/json", ask_json, "credit_rulebook_new_json", CREDIT_OFFICE),
    Page(
        "/credits/rules/new/json", send_json, "credit_rulebook_json_sent", CREDIT_OFFICE, ("POST",)
    ),
    Page("/credits/rules/{book_id}", show_rulebook, "credit_rulebook", CREDIT_STAFF),
    Page(
        "/credits/rules/{book_id}", act_on_rulebook, "credit_rulebook_act", CREDIT_OFFICE, ("POST",)
    ),
    Page(_JSON, edit_json, "credit_rulebook_json", CREDIT_OFFICE),
    Page(_JSON, send_json, "credit_rulebook_json_save", CREDIT_OFFICE, ("POST",)),
)
