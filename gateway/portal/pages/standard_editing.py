"""Writing a competency standard: its draft with units and levels, its editions, its publishing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from gateway.portal.addresses import pager
from gateway.portal.catalogue_names import occupation_name
from gateway.portal.components import Cell, Column, Link, Table, Tag
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.labour_words import named
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.row_forms import Group, row_count, sent_rows, with_rows
from gateway.portal.standard_words import EVIDENCE, STATES, WRITERS
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_PAGE = 50
_LEVELS = range(1, 6)
_FIELDS = ("edition", "occupation_codes", "note")
_NAMED = ("name", "industry_code")
_UNITS = Group("units", ("code", "name", "level", "can_do", "evidence"), frozenset({"evidence"}))
_REFUSED = frozenset(
    {HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, 422}
)


async def list_own(visit: Visit) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    asked = {"limit": _PAGE, "cursor": visit.request.query_params.get("cursor")}
    found = await visit.api.get("/v1/competency-standards/mine", asked)
    rows = [
        [
            Cell(one["name"], href=_page(one["standard_id"], one["edition"])),
            Cell(one["edition"]),
            Cell(tag=Tag(named(texts, STATES, one["state"]))),
            Cell(texts.number(one["units_total"])),
        ]
        for one in found.body["items"]
    ]
    columns = [
        Column(say("Standard")),
        Column(say("Edition")),
        Column(say("State")),
        Column(say("Units"), numeric=True),
    ]
    title = say("Standards of your organisation")
    context = {
        "table": Table(title, columns, rows, caption_hidden=True) if rows else None,
        "pager": pager(visit.request.url, found, shown=len(rows)),
    }
    return visit.render("labour/standards_own.html", context, title=title, breadcrumb=_trail(visit))


async def show_new(visit: Visit) -> Response:
    form = with_rows(form_state_of((*_NAMED, *_FIELDS), {"edition": "1.0"}), _UNITS, [])
    return _form(visit, form)


async def found_standard(visit: Visit) -> Response:
    form, told = _sent(visit, (*_NAMED, *_FIELDS))
    told |= {"name": form.value("name"), "industry_code": form.value("industry_code") or None}
    try:
        made = await visit.api.post("/v1/competency-standards", told, key=visit.key)
    except ApiProblemError as refusal:
        return _refused(visit, form, refusal)
    return _kept(visit, made.body)


async def show_next(visit: Visit) -> Response:
    """Offer the next edition, filled with the one that holds now."""
    whole = (await visit.api.get(f"/v1/competency-standards/{_standard(visit)}")).body
    newest = whole["editions"][0]["edition"]
    held = whole["current"] or await _edition(visit, newest)
    major, _, minor = newest.partition(".")
    told = {**_shown(held), "edition": f"{major}.{int(minor) + 1}", "note": ""}
    return _form(visit, with_rows(form_state_of(_FIELDS, told), _UNITS, _rows(held["units"])))


async def draft_next(visit: Visit) -> Response:
    form, told = _sent(visit, _FIELDS)
    path = f"/v1/competency-standards/{_standard(visit)}/editions"
    try:
        made = await visit.api.post(path, told, key=visit.key)
    except ApiProblemError as refusal:
        return _refused(visit, form, refusal)
    return _kept(visit, made.body)


async def show_edit(visit: Visit) -> Response:
    answer = await visit.api.get(_api(visit))
    held: Body = answer.body
    form = with_rows(form_state_of(_FIELDS, _shown(held)), _UNITS, _rows(held["units"]))
    return _form(visit, form, seen=answer.etag or "")


async def change_draft(visit: Visit) -> Response:
    form, told = _sent(visit, _FIELDS)
    seen = str(visit.form.get("seen", ""))
    try:
        changed = await visit.api.put(_api(visit), told, etag=seen or None)
    except ApiProblemError as refusal:
        return _refused(visit, form, refusal, seen=seen)
    return _kept(visit, changed.body)


async def publish(visit: Visit) -> Response:
    return await _decide(visit, "publish", None, visit.texts.gettext("The edition is public now."))


async def withdraw(visit: Visit) -> Response:
    told = {"reason": str(visit.form.get("reason", ""))}
    return await _decide(visit, "withdraw", told, visit.texts.gettext("The edition is withdrawn."))


async def _decide(visit: Visit, verb: str, told: Body | None, done: str) -> Response:
    page = _page(_standard(visit), str(visit.request.path_params["edition"]))
    seen = str(visit.form.get("seen", "")) or None
    try:
        await visit.api.post_seen(f"{_api(visit)}/{verb}", told, key=visit.key, etag=seen)
    except ApiProblemError as refusal:
        problem = refusal.problem
        if problem.status not in _REFUSED:
            raise
        parts = (problem.title, problem.detail, *(fault.text for fault in problem.faults))
        return visit.redirect(page, notice=" ".join(one for one in parts if one), tone="warn")
    return visit.redirect(page, notice=done)


def _sent(visit: Visit, fields: Sequence[str]) -> tuple[FormState, dict[str, Any]]:
    form = form_state(fields, visit.form)
    rows = sent_rows(_UNITS, visit.form)
    codes = [
        line.split()[0] for line in form.value("occupation_codes").splitlines() if line.strip()
    ]
    told = {
        "edition": form.value("edition"),
        "occupation_codes": codes,
        "note": form.value("note"),
        "units": [{**row, "can_do": _lines(row["can_do"])} for row in rows],
    }
    return with_rows(form, _UNITS, rows), told


def _lines(words: str | list[str]) -> list[str]:
    return [line.strip() for line in str(words).splitlines() if line.strip()]


def _shown(edition: Body) -> dict[str, Any]:
    """Return an edition as its form shows it: a line for each occupation, with its name."""
    codes = edition["occupation_codes"]
    lines = "\n".join(f"{code} {occupation_name(code)}" for code in codes)
    return {**edition, "occupation_codes": lines}


def _rows(units: Sequence[Body]) -> list[dict[str, Any]]:
    return [{**unit, "can_do": "\n".join(unit["can_do"])} for unit in units]


def _kept(visit: Visit, edition: Body) -> Response:
    page = _page(edition["standard_id"], edition["edition"])
    if visit.form.get("more"):
        page = f"/labour/standards/{edition['standard_id']}/editions/{edition['edition']}/edit"
    return visit.redirect(page, notice=visit.texts.gettext("The draft is kept."))


def _refused(
    visit: Visit, form: FormState, refusal: ApiProblemError, *, seen: str = ""
) -> Response:
    if refusal.problem.status not in _REFUSED:
        raise refusal
    return _form(visit, form.refused(refusal.problem), seen=seen)


def _form(visit: Visit, form: FormState, *, seen: str = "") -> Response:
    say = visit.texts.gettext
    params = visit.request.path_params
    if "standard_id" not in params:
        title = say("Write a competency standard")
    elif "edition" in params:
        title = say("Change the draft")
    else:
        title = say("Write the next edition")
    context = {
        "form": form,
        "named": "name" in form.fields,
        "rows": range(row_count(form, _UNITS)),
        "levels": [Option(str(level), _level(visit, level)) for level in _LEVELS],
        "evidence": [Option(code, say(word)) for code, word in EVIDENCE.items()],
        "seen": seen,
        "action": visit.request.url.path,
    }
    return visit.render(
        "labour/standard_form.html",
        context,
        title=title,
        breadcrumb=_trail(visit),
        status=422 if form.errors else 200,
    )


def _level(visit: Visit, level: int) -> str:
    """Return a level with its name of the national qualifications: 1 is 五级, 5 is 一级."""
    names = (
        visit.texts.gettext("beginner"),
        visit.texts.gettext("intermediate"),
        visit.texts.gettext("senior"),
        visit.texts.gettext("technician"),
        visit.texts.gettext("senior technician"),
    )
    return f"{level} · {names[level - 1]}"


async def _edition(visit: Visit, edition: str) -> Body:
    return (await visit.api.get(f"/v1/competency-standards/{_standard(visit)}@{edition}")).body


def _standard(visit: Visit) -> str:
    return str(visit.request.path_params["standard_id"])


def _api(visit: Visit) -> str:
    return f"/v1/competency-standards/{_standard(visit)}@{visit.request.path_params['edition']}"


def _page(standard_id: str, edition: str) -> str:
    return f"/labour/standards/{standard_id}?edition={edition}"


def _trail(visit: Visit) -> list[Link]:
    say = visit.texts.gettext
    return [
        Link(say("Labour market"), "/labour"),
        Link(say("Competency standards"), "/labour/standards"),
    ]


_ALL = "/labour/standards"
_NEXT = f"{_ALL}/{{standard_id}}/editions/new"
_ONE = f"{_ALL}/{{standard_id}}/editions/{{edition}}"

PAGES = (
    Page(f"{_ALL}/own", list_own, "standards_own", WRITERS),
    Page(f"{_ALL}/new", show_new, "standard_new", WRITERS),
    Page(f"{_ALL}/new", found_standard, "standard_made", WRITERS, ("POST",)),
    Page(_NEXT, show_next, "edition_new", WRITERS),
    Page(_NEXT, draft_next, "edition_made", WRITERS, ("POST",)),
    Page(f"{_ONE}/edit", show_edit, "edition_edit", WRITERS),
    Page(f"{_ONE}/edit", change_draft, "edition_changed", WRITERS, ("POST",)),
    Page(f"{_ONE}/publish", publish, "edition_publish", WRITERS, ("POST",)),
    Page(f"{_ONE}/withdraw", withdraw, "edition_withdraw", WRITERS, ("POST",)),
)
