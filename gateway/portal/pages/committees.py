"""Industry teaching-guidance committees: the registry, one committee, and its entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC, members_of
from gateway.portal.catalogue_names import industry_name, region_path
from gateway.portal.components import Cell, Column, Link, Table
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.labour_words import named
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.row_forms import Group, row_count, sent_rows, with_rows
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]

REGISTRARS = members_of(
    "authority",
    "industry_body",
    roles=frozenset({"authority_admin", "analyst", "organisation_admin"}),
)
_API = "/v1/registries/committees"
_FIELDS = ("name", "region_code", "industry_codes", "founded_on", "term_ends_on")
_MEMBERS = Group("members", ("organisation", "role", "name"))
_OUTPUTS = Group("outputs", ("kind", "title", "on", "url"))
_OUTPUT_KINDS: Mapping[str, str] = {
    "labour_information": marked("Labour information"),
    "training_plan": marked("Training plan"),
    "quality_assessment": marked("Assessment of employment quality"),
    "other": marked("Other"),
}
_REFUSED = frozenset(
    {HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, 422}
)


async def list_committees(visit: Visit) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    items: Sequence[Body] = (await visit.api.get(_API)).body["items"]
    rows = [
        [
            Cell(one["name"], href=f"/labour/committees/{one['id']}", sub=one["org_name"]),
            Cell(region_path(one["region_code"])),
            Cell(say("; ").join(industry_name(code) for code in one["industry_codes"])),
            Cell(texts.number(len(one["members"]))),
            Cell(texts.number(len(one["outputs"]))),
        ]
        for one in items
    ]
    columns = [
        Column(say("Committee")),
        Column(say("Place")),
        Column(say("Industries")),
        Column(say("Members"), numeric=True),
        Column(say("Results"), numeric=True),
    ]
    said = texts.ngettext(
        "%(count)s committee is registered", "%(count)s committees are registered", len(items)
    )
    caption = said % {"count": texts.number(len(items))}
    context = {
        "table": Table(caption, columns, rows) if rows else None,
        "may_register": REGISTRARS.allows(visit.caller),
    }
    title = say("Industry teaching-guidance committees")
    trail = [Link(say("Labour market"), "/labour")]
    return visit.render("labour/committees.html", context, title=title, breadcrumb=trail)


async def show_committee(visit: Visit) -> Response:
    told, texts = await _found(visit), visit.texts
    own = visit.caller is not None and told["org_id"] == visit.caller.acting_org_id
    context = {
        "told": told,
        "place": region_path(told["region_code"]),
        "industries": texts.gettext("; ").join(
            industry_name(code) for code in told["industry_codes"]
        ),
        "members": _member_table(texts, told["members"]),
        "outputs": _output_table(texts, told["outputs"]),
        "edit": f"/labour/committees/{told['id']}/edit"
        if own and REGISTRARS.allows(visit.caller)
        else None,
    }
    return visit.render(
        "labour/committee.html", context, title=told["name"], breadcrumb=_trail(visit)
    )


async def show_new(visit: Visit) -> Response:
    return _form(visit, _with_groups(form_state(_FIELDS), [], []))


async def register(visit: Visit) -> Response:
    form, told = _sent(visit)
    try:
        made = await visit.api.post(_API, told, key=visit.key)
    except ApiProblemError as refusal:
        return _refused(visit, form, refusal)
    return _kept(visit, made.body)


async def show_edit(visit: Visit) -> Response:
    told = await _found(visit)
    form = form_state_of(_FIELDS, {**told, "industry_codes": "\n".join(told["industry_codes"])})
    form = _with_groups(form, told["members"], told["outputs"])
    return _form(visit, form, seen=f'"v{told["version"]}"')


async def change(visit: Visit) -> Response:
    form, told = _sent(visit)
    seen = str(visit.form.get("seen", ""))
    path = f"{_API}/{visit.request.path_params['committee_id']}"
    try:
        changed = await visit.api.put(path, told, etag=seen or None)
    except ApiProblemError as refusal:
        return _refused(visit, form, refusal, seen=seen)
    return _kept(visit, changed.body)


async def _found(visit: Visit) -> Body:
    """Return one committee of the registry, which is short enough to be read whole."""
    asked = str(visit.request.path_params["committee_id"])
    items: Sequence[Body] = (await visit.api.get(_API)).body["items"]
    found = next((one for one in items if one["id"] == asked), None)
    if found is None:
        raise NotFoundError(committee_id=asked)
    return found


def _sent(visit: Visit) -> tuple[FormState, dict[str, Any]]:
    form = form_state(_FIELDS, visit.form)
    members, outputs = sent_rows(_MEMBERS, visit.form), sent_rows(_OUTPUTS, visit.form)
    lines = form.value("industry_codes").splitlines()
    told = {
        "name": form.value("name"),
        "region_code": form.value("region_code"),
        "industry_codes": [line.split()[0] for line in lines if line.strip()],
        "founded_on": form.value("founded_on"),
        "term_ends_on": form.value("term_ends_on") or None,
        "members": [{**row, "name": row["name"] or None} for row in members],
        "outputs": [{**row, "url": row["url"] or None} for row in outputs],
    }
    return _with_groups(form, members, outputs), told


def _with_groups(form: FormState, members: Sequence[Body], outputs: Sequence[Body]) -> FormState:
    return with_rows(with_rows(form, _MEMBERS, members), _OUTPUTS, outputs)


def _kept(visit: Visit, told: Body) -> Response:
    page = f"/labour/committees/{told['id']}"
    more = bool(visit.form.get("more"))
    return visit.redirect(f"{page}/edit" if more else page, notice=visit.texts.gettext("Kept."))


def _refused(
    visit: Visit, form: FormState, refusal: ApiProblemError, *, seen: str = ""
) -> Response:
    if refusal.problem.status not in _REFUSED:
        raise refusal
    return _form(visit, form.refused(refusal.problem), seen=seen)


def _form(visit: Visit, form: FormState, *, seen: str = "") -> Response:
    say = visit.texts.gettext
    new = "committee_id" not in visit.request.path_params
    context = {
        "form": form,
        "members": range(row_count(form, _MEMBERS)),
        "outputs": range(row_count(form, _OUTPUTS)),
        "kinds": [Option(code, say(word)) for code, word in _OUTPUT_KINDS.items()],
        "seen": seen,
        "action": visit.request.url.path,
    }
    return visit.render(
        "labour/committee_form.html",
        context,
        title=say("Register a committee") if new else say("Change the committee's entry"),
        breadcrumb=_trail(visit),
        status=422 if form.errors else 200,
    )


def _trail(visit: Visit) -> list[Link]:
    say = visit.texts.gettext
    return [
        Link(say("Labour market"), "/labour"),
        Link(say("Industry teaching-guidance committees"), "/labour/committees"),
    ]


def _member_table(texts: Texts, members: Sequence[Body]) -> Table | None:
    if not members:
        return None
    say = texts.gettext
    rows = [
        [Cell(one["organisation"]), Cell(one["role"]), Cell(one["name"] or "—")] for one in members
    ]
    heads = (say("Body"), say("Role"), say("Person, where named"))
    return Table(say("Members"), [Column(head) for head in heads], rows)


def _output_table(texts: Texts, outputs: Sequence[Body]) -> Table | None:
    if not outputs:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(one["title"], href=one["url"]),
            Cell(named(texts, _OUTPUT_KINDS, one["kind"])),
            Cell(texts.date(one["on"])),
        ]
        for one in outputs
    ]
    heads = (say("Piece of work"), say("Kind"), say("Day"))
    return Table(say("Results"), [Column(head) for head in heads], rows)


_ALL = "/labour/committees"

PAGES = (
    Page(_ALL, list_committees, "committees", PUBLIC),
    Page(f"{_ALL}/new", show_new, "committee_new", REGISTRARS),
    Page(f"{_ALL}/new", register, "committee_made", REGISTRARS, ("POST",)),
    Page(f"{_ALL}/{{committee_id}}", show_committee, "committee", PUBLIC),
    Page(f"{_ALL}/{{committee_id}}/edit", show_edit, "committee_edit", REGISTRARS),
    Page(f"{_ALL}/{{committee_id}}/edit", change, "committee_changed", REGISTRARS, ("POST",)),
)
