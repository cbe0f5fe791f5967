"""The editor of a draft rulebook: its terms, the order of its rules and limits, what is found."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.components import Link
from gateway.portal.credit_words import CREDIT_OFFICE
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.rule_conditions import credits_written, hundredths, whole
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_NAMED = ("title", "standard_id", "valid_from", "valid_to")
_RATIOS = ("hours_per_credit", "weeks_per_credit")
TERMS = (*_NAMED, *_RATIOS, "step")
PARTS = ("rules", "limits")
# What `step` is where a rulebook does not say: amounts are rounded to half a credit.
_STEP_HUNDREDTHS = 50
_EMPTY: Body = {"rules": [], "limits": [], "hours_per_credit": 16, "weeks_per_credit": 1}
REFUSED = frozenset({409, 412, 422})


async def ask_rulebook(visit: Visit) -> Response:
    return await _new_page(visit, form_state_of(("start", *_NAMED), {"start": "newest"}))


async def send_rulebook(visit: Visit) -> Response:
    form = form_state(("start", *_NAMED), visit.form)
    newest = await _newest(visit)
    content = newest["content"] if newest and form.value("start") == "newest" else _EMPTY
    try:
        told = {**_named_in(form), "content": content}
        made = await visit.api.post("/v1/credit-rulebooks", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in REFUSED:
            raise
        return await _new_page(visit, form.refused(refusal.problem))
    return visit.redirect(f"/credits/rules/{made.body['id']}/edit")


async def show_editor(visit: Visit) -> Response:
    return await _editor_page(visit)


async def send_editor(visit: Visit) -> Response:
    book, _seen = await read_book(visit)
    form = form_state(TERMS, visit.form)
    what, _, where = str(visit.form.get("act") or "").partition(":")
    content: Body = book["content"]
    if what:
        changes: dict[str, Any] = {"content": _rearranged(content, what, where)}
    else:
        ratios = {name: whole(form.value(name)) for name in _RATIOS}
        step = hundredths(form.value("step"))
        changes = {**_named_in(form), "content": {**content, **ratios, "step": step}}
    try:
        await keep_book(visit, book, changes)
    except ApiProblemError as refusal:
        if refusal.problem.status not in REFUSED:
            raise
        return await _editor_page(visit, form.refused(refusal.problem))
    said = visit.texts.gettext("The draft is kept and checked.")
    return visit.redirect(visit.request.url.path, notice=said)


async def read_book(visit: Visit) -> tuple[Body, str]:
    """Return the rulebook of the address and the version of it that is read."""
    answer = await visit.api.get(f"/v1/credit-rulebooks/{visit.request.path_params['book_id']}")
    return answer.body, answer.etag or ""


async def keep_book(visit: Visit, book: Body, changes: Body) -> None:
    """Write a draft with changes, if nobody changed it since the form was opened."""
    told = {name: book[name] for name in (*_NAMED, "content")} | dict(changes)
    seen = str(visit.form.get("seen") or "") or None
    await visit.api.put(f"/v1/credit-rulebooks/{book['id']}", told, etag=seen)


async def check_content(visit: Visit, book: Body, content: Body) -> Body | None:
    """Return what the checker says of content, None while it cannot be read as rules."""
    told = {"content": content, "standard_id": book["standard_id"]}
    try:
        return (await visit.api.post("/v1/credit-rulebooks/check", told)).body
    except ApiProblemError as refusal:
        if refusal.problem.status not in REFUSED:
            raise
        return None


def editor_trail(visit: Visit, book: Body | None = None) -> list[Link]:
    """Return the way back from a page of the editor."""
    say = visit.texts.gettext
    trail = [
        Link(say("Recognition of credits"), "/credits/cases"),
        Link(say("Rulebooks"), "/credits/rules"),
    ]
    return [*trail, Link(book["title"], f"/credits/rules/{book['id']}")] if book else trail


async def standard_options(visit: Visit) -> list[Option]:
    """Return the common standards in force that a rulebook may stand under."""
    found = await visit.api.get("/v1/credit-standards", {"state": "in_force", "limit": 200})
    own = Option("", visit.texts.gettext("None: the school's own rules only"))
    title = f"title_{visit.language}"
    return [
        own,
        *(
            Option(one["id"], f"{one[title]} · {one['alliance_name']}")
            for one in found.body["items"]
        ),
    ]


async def _newest(visit: Visit) -> Body | None:
    items: Sequence[Body] = (await visit.api.get("/v1/credit-rulebooks")).body["items"]
    return max(items, key=lambda one: one["number"], default=None)


def _named_in(form: FormState) -> dict[str, Any]:
    return {
        "title": form.value("title"),
        "valid_from": form.value("valid_from"),
        "valid_to": form.value("valid_to") or None,
        "standard_id": form.value("standard_id") or None,
    }


def _rearranged(content: Body, what: str, where: str) -> Body:
    """Return the content with one rule or limit moved up, moved down or taken out."""
    part, _, told = where.partition(":")
    index = whole(told)
    entries: list[Any] = list(content.get(part, [])) if part in PARTS else []
    if not isinstance(index, int) or not 0 <= index < len(entries):
        return content
    one = entries.pop(index)
    if what in {"up", "down"}:
        entries.insert(max(index - 1, 0) if what == "up" else index + 1, one)
    return {**content, part: entries}


async def _new_page(visit: Visit, form: FormState) -> Response:
    newest, standards = await asyncio.gather(_newest(visit), standard_options(visit))
    say = visit.texts.gettext
    starts = [Option("empty", say("Without rules"))]
    if newest:
        said = say("With the rules of version %(number)s") % {"number": newest["number"]}
        starts.insert(0, Option("newest", said))
    context = {"form": form, "starts": starts, "standards": standards}
    return visit.render(
        "credits/rulebook_new.html",
        context,
        title=say("A new draft of the rulebook"),
        breadcrumb=editor_trail(visit),
        status=422 if form.errors else 200,
    )


async def _editor_page(visit: Visit, form: FormState | None = None) -> Response:
    book, seen = await read_book(visit)
    content: Body = book["content"]
    told = {**content, **book, "step": credits_written(content.get("step", _STEP_HUNDREDTHS))}
    found, standards = await asyncio.gather(
        check_content(visit, book, content), standard_options(visit)
    )
    words = {one["id"]: one["words"] for one in found["words"]} if found else {}
    context = {
        "form": form or form_state_of(TERMS, told),
        "book": book,
        "seen": seen,
        "standards": standards,
        "rules": _entries(visit, content, "rules", words),
        "limits": _entries(visit, content, "limits", words),
        "findings": finding_lines(visit, found),
        "here": visit.request.url.path,
    }
    return visit.render(
        "credits/rulebook_editor.html",
        context,
        title=visit.texts.gettext("Edit the draft"),
        breadcrumb=editor_trail(visit, book),
        status=422 if form else 200,
    )


def finding_lines(visit: Visit, found: Body | None) -> list[tuple[str, str, Sequence[str]]]:
    """Return what the checker found: how grave, in words, about which rules."""
    findings: Sequence[Body] = found["findings"] if found else ()
    return [(one["level"], one["words"][visit.language], one["rule_ids"]) for one in findings]


def _entries(
    visit: Visit, content: Body, part: str, words: Mapping[str, Mapping[str, str]]
) -> list[dict[str, str]]:
    """Return the rules or limits as lines: what each is called and says."""
    listed: Sequence[Body] = content.get(part, [])
    return [
        {
            "title": one["title"][visit.language],
            "id": one["id"],
            "words": words.get(one["id"], {}).get(visit.language, ""),
        }
        for one in listed
    ]


PAGES = (
    Page("/credits/rules/new", ask_rulebook, "credit_rulebook_new", CREDIT_OFFICE),
    Page("/credits/rules/new", send_rulebook, "credit_rulebook_send", CREDIT_OFFICE, ("POST",)),
    Page("/credits/rules/{book_id}/edit", show_editor, "credit_rulebook_edit", CREDIT_OFFICE),
    Page(
        "/credits/rules/{book_id}/edit",
        send_editor,
        "credit_rulebook_save",
        CREDIT_OFFICE,
        ("POST",),
    ),
)
