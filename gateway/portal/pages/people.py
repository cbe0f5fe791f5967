"""People of one's organisation: listed masked, added, given roles, helped back in, let go."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.addresses import pager, with_query
from gateway.portal.components import Cell, Column, Link, SummaryRow, Table, Tag
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.naming import role_titles
from gateway.portal.pages.organisation import ADMINISTRATORS, refused_form, sent_etag, trail
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts
from gateway.portal.visits import Visit

_NEW = ("login", "name", "roles", "member_no", "phone", "email")
_DATA = ("name", "phone", "email", "status")
_ROLES = ("roles", "member_no")
_LIST = "/organisation/people"


async def show_people(visit: Visit) -> Response:
    asked = visit.request.query_params
    q, role, cursor = asked.get("q", ""), asked.get("role", ""), asked.get("cursor")
    answer, titles = await asyncio.gather(
        visit.api.get("/v1/people", {"q": q or None, "role": role or None, "cursor": cursor}),
        role_titles(visit),
    )
    items = answer.body["items"]
    everyone = Link(visit.texts.gettext("Everyone"), with_query(visit.request.url, role=None))
    context = {
        "q": q,
        "tabs": [
            Link(everyone.text, everyone.href, current=not role),
            *(
                Link(title, with_query(visit.request.url, role=name), current=name == role)
                for name, title in titles.items()
            ),
        ],
        "people": _table(visit, items, titles) if items else None,
        "pager": pager(visit.request.url, answer, shown=len(items)),
    }
    title = visit.texts.gettext("People")
    return visit.render("people/list.html", context, title=title, breadcrumb=trail(visit))


async def show_new_person(visit: Visit) -> Response:
    return await _new_form(visit, form_state(_NEW))


async def add_person(visit: Visit) -> Response:
    form = form_state(_NEW, visit.form)
    sent = {
        "login": form.value("login"),
        "name": form.value("name"),
        "roles": form.chosen("roles"),
        **{name: form.value(name) or None for name in ("member_no", "phone", "email")},
    }
    try:
        answer = await visit.api.post("/v1/people", sent)
    except ApiProblemError as refusal:
        return await _new_form(visit, refused_form(form, refusal), status=422)
    return _code_page(visit, form.value("name"), answer.body)


async def show_person(visit: Visit) -> Response:
    answer = await visit.api.get(_path(visit))
    return await _person_page(visit, form_state_of(_ROLES, answer.body), answer.body)


async def set_roles(visit: Visit) -> Response:
    form = form_state(_ROLES, visit.form)
    sent = {"roles": form.chosen("roles"), "member_no": form.value("member_no") or None}
    try:
        await visit.api.put(f"{_path(visit)}/membership", sent)
    except ApiProblemError as refusal:
        refused = refused_form(form, refusal)
        person = (await visit.api.get(_path(visit))).body
        return await _person_page(visit, refused, person, status=422)
    return visit.redirect(visit.request.url.path, notice=visit.texts.gettext("Saved."))


async def show_data(visit: Visit) -> Response:
    answer = await visit.api.get(_path(visit))
    return _data_form(visit, form_state_of(_DATA, answer.body), answer.etag)


async def change_data(visit: Visit) -> Response:
    form, etag = form_state(_DATA, visit.form), sent_etag(visit)
    sent = {
        "name": form.value("name"),
        "phone": form.value("phone") or None,
        "email": form.value("email") or None,
        "status": form.value("status"),
    }
    try:
        await visit.api.patch(_path(visit), sent, etag=etag)
    except ApiProblemError as refusal:
        return _data_form(visit, refused_form(form, refusal), etag, status=422)
    return visit.redirect(_page(visit), notice=visit.texts.gettext("Saved."))


async def renew_code(visit: Visit) -> Response:
    person = (await visit.api.get(_path(visit))).body
    answer = await visit.api.post(f"{_path(visit)}/activation")
    return _code_page(visit, person["name"], {**answer.body, "login": person["login"]})


async def show_leaving(visit: Visit) -> Response:
    person = (await visit.api.get(_path(visit))).body
    return _leaving_page(visit, FormState(), person)


async def end_membership(visit: Visit) -> Response:
    try:
        await visit.api.delete(f"{_path(visit)}/membership")
    except ApiProblemError as refusal:
        refused = refused_form(FormState(), refusal)
        person = (await visit.api.get(_path(visit))).body
        return _leaving_page(visit, refused, person, status=422)
    return visit.redirect(_LIST, notice=visit.texts.gettext("The person has left."))


async def role_options(visit: Visit) -> list[Option]:
    """Return the roles that one may give, as choices of a form."""
    answer = await visit.api.get("/v1/people/roles")
    return [Option(one["name"], one["title"]) for one in answer.body["items"]]


def people_link(visit: Visit) -> Link:
    """Return the way to the list of people."""
    return Link(visit.texts.gettext("People"), _LIST)


def _path(visit: Visit) -> str:
    return f"/v1/people/{visit.request.path_params['person_id']}"


def _page(visit: Visit) -> str:
    return f"{_LIST}/{visit.request.path_params['person_id']}"


def _status_tag(status: str, texts: Texts) -> Tag:
    if status == "active":
        return Tag(texts.gettext("Active"), "good")
    return Tag(texts.gettext("Blocked"), "bad")


def _table(visit: Visit, items: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> Table:
    gettext = visit.texts.gettext
    rows = [
        [
            Cell(one["name"], href=f"{_LIST}/{one['id']}", sub=one["login"]),
            Cell(", ".join(titles.get(role, role) for role in one["roles"])),
            Cell(one["member_no"] or "—"),
            Cell(one["phone"] or "—", sub=one["email"] or ""),
            Cell(tag=_status_tag(one["status"], visit.texts)),
        ]
        for one in items
    ]
    heads = (
        gettext("Full name"),
        gettext("Roles"),
        gettext("Number"),
        gettext("Telephone, e-mail"),
        gettext("State"),
    )
    caption = gettext("People of the organisation")
    return Table(caption, [Column(head) for head in heads], rows, caption_hidden=True)


async def _new_form(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    context = {"form": form, "roles": await role_options(visit)}
    title = visit.texts.gettext("Add a person")
    way = trail(visit, people_link(visit))
    return visit.render("people/new.html", context, title=title, breadcrumb=way, status=status)


async def _person_page(
    visit: Visit, form: FormState, person: Mapping[str, Any], *, status: int = 200
) -> Response:
    gettext = visit.texts.gettext
    context = {
        "form": form,
        "person": person,
        "page_path": _page(visit),
        "roles": await role_options(visit),
        "state": _status_tag(person["status"], visit.texts),
        "ended": person["membership"] == "ended",
        "rows": [
            SummaryRow(gettext("Account name"), person["login"]),
            SummaryRow(gettext("Telephone"), person["phone"] or "", f"{_page(visit)}/data"),
            SummaryRow(gettext("E-mail"), person["email"] or "", f"{_page(visit)}/data"),
        ],
    }
    way = trail(visit, people_link(visit))
    return visit.render(
        "people/person.html", context, title=person["name"], breadcrumb=way, status=status
    )


def _data_form(visit: Visit, form: FormState, etag: str | None, *, status: int = 200) -> Response:
    gettext = visit.texts.gettext
    context = {
        "form": form,
        "etag": etag or "",
        "action": visit.request.url.path,
        "states": [
            Option("active", gettext("Active"), gettext("May sign in")),
            Option("blocked", gettext("Blocked"), gettext("May not sign in anywhere")),
        ],
    }
    way = trail(visit, people_link(visit))
    title = gettext("Change the account")
    return visit.render("people/data.html", context, title=title, breadcrumb=way, status=status)


def _code_page(visit: Visit, name: str, told: Mapping[str, Any]) -> Response:
    """Show a new code in the answer to the form itself: it is kept nowhere."""
    context = {"name": name, "told": told}
    title = visit.texts.gettext("Hand over the activation code")
    way = trail(visit, people_link(visit))
    return visit.render("people/code.html", context, title=title, breadcrumb=way, status=201)


def _leaving_page(
    visit: Visit, form: FormState, person: Mapping[str, Any], *, status: int = 200
) -> Response:
    context = {"form": form, "person": person, "page_path": _page(visit)}
    title = visit.texts.gettext("End the membership?")
    way = trail(visit, people_link(visit))
    return visit.render("people/leaving.html", context, title=title, breadcrumb=way, status=status)


_ONE = _LIST + "/{person_id:uuid}"

PAGES = (
    Page(_LIST, show_people, "people", ADMINISTRATORS),
    Page(f"{_LIST}/new", show_new_person, "new_person", ADMINISTRATORS),
    Page(f"{_LIST}/new", add_person, "new_person_sent", ADMINISTRATORS, ("POST",)),
    Page(_ONE, show_person, "person", ADMINISTRATORS),
    Page(_ONE, set_roles, "person_sent", ADMINISTRATORS, ("POST",)),
    Page(f"{_ONE}/data", show_data, "person_data", ADMINISTRATORS),
    Page(f"{_ONE}/data", change_data, "person_data_sent", ADMINISTRATORS, ("POST",)),
    Page(f"{_ONE}/activation", renew_code, "person_activation", ADMINISTRATORS, ("POST",)),
    Page(f"{_ONE}/leaving", show_leaving, "person_leaving", ADMINISTRATORS),
    Page(f"{_ONE}/leaving", end_membership, "person_left", ADMINISTRATORS, ("POST",)),
)
