"""What an alliance keeps: drafts of its common standard, and its members with their periods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal.components import Cell, CellForm, Column, Table
from gateway.portal.credit_words import CREDIT_ALLIANCE, OUTCOME_KINDS
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.pages.credit_standards import USE_SCOPES, standards_link
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.rule_conditions import whole
from gateway.portal.visits import Visit
from shared.kernel.clock import china_day, utc_now

Body = Mapping[str, Any]

_NAMED = ("code", "title_zh", "title_en", "valid_from", "valid_to")
_RATIOS = ("hours_low", "hours_high", "weeks_low", "weeks_high")
_FIELDS = (*_NAMED, *_RATIOS, "kinds", "in_hours", "in_weeks", "use_scope", "text")
_MEMBER = ("member_id", "from_on", "until_on")
_REFUSED = frozenset({403, 404, 409, 412, 422})
# The form's field for each place of the content that the API names.
_PLACES: Mapping[str, str] = {
    "content.kinds": "kinds",
    "content.units": "in_hours",
    "content.use_scope": "use_scope",
    "content.hours_per_credit": "hours_low",
    "content.weeks_per_credit": "weeks_low",
}


async def ask_standard(visit: Visit) -> Response:
    usual = {"hours_low": 16, "hours_high": 18, "weeks_low": 1, "weeks_high": 2}
    return await _form_page(visit, form_state_of(_FIELDS, {**usual, "use_scope": "level"}), "")


async def edit_standard(visit: Visit) -> Response:
    answer = await visit.api.get(_path(visit))
    told: Body = answer.body
    content = told["content"]
    units: Mapping[str, str] = content.get("units", {})
    shown = {
        **told,
        **content,
        **dict(zip(_RATIOS[:2], content["hours_per_credit"], strict=True)),
        **dict(zip(_RATIOS[2:], content["weeks_per_credit"], strict=True)),
        "in_hours": [kind for kind, by in units.items() if by == "hours"],
        "in_weeks": [kind for kind, by in units.items() if by == "weeks"],
    }
    return await _form_page(visit, form_state_of(_FIELDS, shown), answer.etag or "")


async def send_standard(visit: Visit) -> Response:
    form = form_state(_FIELDS, visit.form)
    told = {name: form.value(name) or None for name in _NAMED} | {"content": _content(form)}
    seen = str(visit.form.get("seen") or "")
    try:
        if "standard_id" in visit.request.path_params:
            kept = {name: told[name] for name in ("title_zh", "title_en", "content", "valid_from")}
            made = await visit.api.patch(_path(visit), kept, etag=seen)
        else:
            made = await visit.api.post("/v1/credit-standards", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _form_page(visit, _refused(form, refusal), seen)
    return visit.redirect(f"/credits/standards/{made.body['id']}")


async def list_members(visit: Visit) -> Response:
    today = china_day(utc_now()).isoformat()
    return await _member_page(visit, form_state_of(_MEMBER, {"from_on": today}))


async def send_member(visit: Visit) -> Response:
    form = form_state(_MEMBER, visit.form)
    ended = str(visit.form.get("end") or "")
    try:
        if ended:
            told = {"until_on": china_day(utc_now()).isoformat()}
            path = f"/v1/credit-standards/members/{ended}/end"
            etag = str(visit.form.get("seen") or "")
            await visit.api.post_seen(path, told, key=visit.key, etag=etag)
        else:
            told = {name: form.value(name) or None for name in _MEMBER}
            await visit.api.post("/v1/credit-standards/members", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _member_page(visit, form.refused(refusal.problem))
    return visit.redirect("/credits/standards/members", notice=visit.texts.gettext("Kept."))


def _path(visit: Visit) -> str:
    return f"/v1/credit-standards/{visit.request.path_params['standard_id']}"


def _content(form: FormState) -> dict[str, Any]:
    """Return the terms as the API takes them."""
    hours = dict.fromkeys(_chosen(form, "in_hours"), "hours")
    weeks = dict.fromkeys(_chosen(form, "in_weeks"), "weeks")
    low_hours, high_hours, low_weeks, high_weeks = (whole(form.value(name)) for name in _RATIOS)
    return {
        "kinds": _chosen(form, "kinds"),
        "units": hours | weeks,
        "hours_per_credit": [low_hours, high_hours],
        "weeks_per_credit": [low_weeks, high_weeks],
        "use_scope": form.value("use_scope"),
        "text": form.value("text"),
    }


def _chosen(form: FormState, name: str) -> list[str]:
    return [one for one in form.chosen(name) if one]


def _refused(form: FormState, refusal: ApiProblemError) -> FormState:
    """Return the form with its faults at the fields that they are about."""
    for fault in refusal.problem.faults:
        name = fault.field_name or ""
        name = _PLACES.get(name, name)
        form = form.with_error(fault.text, name if name in _FIELDS else None)
    return form if form.errors else form.refused(refusal.problem)


async def _form_page(visit: Visit, form: FormState, seen: str) -> Response:
    say = visit.texts.gettext
    context = {
        "form": form,
        "seen": seen,
        "new": "standard_id" not in visit.request.path_params,
        "kinds": [Option(key, say(words)) for key, words in OUTCOME_KINDS.items()],
        "scopes": [Option(key, say(words)) for key, words in USE_SCOPES.items()],
    }
    return visit.render(
        "credits/standard_form.html",
        context,
        title=say("Draft of a common standard"),
        breadcrumb=[standards_link(visit)],
        status=422 if form.errors else 200,
    )


async def _member_page(visit: Visit, form: FormState) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    acting = visit.caller.acting if visit.caller else None
    assert acting is not None, "the page opens for an alliance only"
    asked = {"alliance_id": acting.org_id}
    rows = [
        [
            Cell(one["member_name"]),
            Cell(texts.date(one["from_on"])),
            Cell(
                texts.date(one["until_on"]) if one["until_on"] else "—",
                form=None if one["until_on"] else _ending(visit, one),
            ),
        ]
        for one in (await visit.api.get("/v1/credit-standards/members", asked)).body
    ]
    query = visit.request.query_params.get("q", "")
    found: list[Body] = []
    if query:
        wanted = {"q": query, "kind": "school", "limit": 20}
        found = (await visit.api.get("/v1/organisations", wanted)).body["items"]
    heads = (say("Member"), say("From"), say("Until"))
    title = say("Members of the alliance")
    context = {
        "form": form,
        "table": Table(title, [Column(head) for head in heads], rows, caption_hidden=True)
        if rows
        else None,
        "query": query,
        "found": [Option(one["id"], one["name"]) for one in found],
    }
    return visit.render(
        "credits/standard_members.html",
        context,
        title=title,
        breadcrumb=[standards_link(visit)],
        status=422 if form.errors else 200,
    )


def _ending(visit: Visit, one: Body) -> CellForm:
    fields = (("end", one["id"]), ("seen", f'"v{one["version"]}"'))
    label = visit.texts.gettext("End today")
    return CellForm("/credits/standards/members", label, one["member_name"], fields)


_EDIT = "/credits/standards/{standard_id}/edit"

PAGES = (
    Page("/credits/standards/new", ask_standard, "credit_standard_new", CREDIT_ALLIANCE),
    Page(
        "/credits/standards/new", send_standard, "credit_standard_send", CREDIT_ALLIANCE, ("POST",)
    ),
    Page("/credits/standards/members", list_members, "credit_standard_members", CREDIT_ALLIANCE),
    Page(
        "/credits/standards/members",
        send_member,
        "credit_standard_member_send",
        CREDIT_ALLIANCE,
        ("POST",),
    ),
    Page(_EDIT, edit_standard, "credit_standard_edit", CREDIT_ALLIANCE),
    Page(_EDIT, send_standard, "credit_standard_save", CREDIT_ALLIANCE, ("POST",)),
)
