"""API clients of one's organisation: registered, their secret shown once, revoked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.addresses import pager
from gateway.portal.components import Cell, Column, Link, Table, Tag
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.pages.organisation import ADMINISTRATORS, refused_form, trail
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

_NEW = ("kind", "name", "scopes", "redirect_uris", "public")
_LIST = "/organisation/clients"
_KINDS: Mapping[str, str] = {
    "machine": marked("Program of the organisation"),
    "app": marked("App that people allow"),
}


async def show_clients(visit: Visit) -> Response:
    cursor = visit.request.query_params.get("cursor")
    answer = await visit.api.get("/v1/clients", {"cursor": cursor})
    items = answer.body["items"]
    context = {
        "clients": _table(visit, items) if items else None,
        "pager": pager(visit.request.url, answer, shown=len(items)),
    }
    title = visit.texts.gettext("API clients")
    return visit.render("clients/list.html", context, title=title, breadcrumb=trail(visit))


async def show_kind(visit: Visit) -> Response:
    kind = visit.request.query_params.get("kind", "")
    if kind in _KINDS:
        return await _form(visit, FormState(_NEW, {"kind": kind}))
    title = visit.texts.gettext("Register an API client")
    way = trail(visit, _clients_link(visit))
    return visit.render(
        "clients/kind.html", {"options": _kind_options(visit)}, title=title, breadcrumb=way
    )


async def register_client(visit: Visit) -> Response:
    form = form_state(_NEW, visit.form)
    sent = {
        "kind": form.value("kind"),
        "name": form.value("name"),
        "scopes": form.chosen("scopes"),
        "redirect_uris": form.value("redirect_uris").split(),
        "public": form.value("public") == "true",
    }
    try:
        answer = await visit.api.post("/v1/clients", sent)
    except ApiProblemError as refusal:
        return await _form(visit, refused_form(form, refusal), status=422)
    return _secret_page(visit, answer.body)


async def show_client(visit: Visit) -> Response:
    client = (await visit.api.get(_path(visit))).body
    words = await _scopes(visit)
    kind = _KINDS[client["kind"]]
    context = {
        "client": client,
        "kind": visit.texts.gettext(kind),
        "state": _state_tag(client, visit.texts),
        "scopes": [(name, words[name]["text"]) for name in client["scopes"]],
        "action": f"{visit.request.url.path}/revocation",
    }
    way = trail(visit, _clients_link(visit))
    return visit.render("clients/client.html", context, title=client["name"], breadcrumb=way)


async def revoke_client(visit: Visit) -> Response:
    await visit.api.delete(_path(visit))
    return visit.redirect(_LIST, notice=visit.texts.gettext("The client is revoked."))


def _path(visit: Visit) -> str:
    return f"/v1/clients/{visit.request.path_params['client_id']}"


def _clients_link(visit: Visit) -> Link:
    return Link(visit.texts.gettext("API clients"), _LIST)


async def _scopes(visit: Visit) -> dict[str, Mapping[str, Any]]:
    answer = await visit.api.get("/v1/clients/scopes")
    return {one["name"]: one for one in answer.body["items"]}


def _kind_options(visit: Visit) -> Sequence[Option]:
    gettext = visit.texts.gettext
    hints = {
        "machine": gettext("Acts in the organisation's own name, such as your HR system"),
        "app": gettext("Acts for people who allow it, such as a mobile app for students"),
    }
    return [Option(name, gettext(title), hints[name]) for name, title in _KINDS.items()]


async def _form(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    kind = form.value("kind")
    known = await _scopes(visit)
    context = {
        "form": form,
        "kind": kind,
        "scopes": [Option(name, one["text"], name) for name, one in known.items() if one.get(kind)],
    }
    title = visit.texts.gettext("Register an API client")
    way = trail(visit, _clients_link(visit))
    return visit.render("clients/new.html", context, title=title, breadcrumb=way, status=status)


def _secret_page(visit: Visit, client: Mapping[str, Any]) -> Response:
    """Show the secret in the answer to the form itself: it is kept nowhere."""
    title = visit.texts.gettext("The client is registered")
    way = trail(visit, _clients_link(visit))
    return visit.render(
        "clients/secret.html", {"client": client}, title=title, breadcrumb=way, status=201
    )


def _state_tag(client: Mapping[str, Any], texts: Texts) -> Tag:
    if client["revoked_at"]:
        return Tag(texts.gettext("Revoked"))
    return Tag(texts.gettext("In use"), "good")


def _table(visit: Visit, items: Sequence[Mapping[str, Any]]) -> Table:
    gettext = visit.texts.gettext
    kinds = {name: gettext(text) for name, text in _KINDS.items()}
    rows = [
        [
            Cell(one["name"], href=f"{_LIST}/{one['id']}"),
            Cell(kinds[one["kind"]]),
            Cell(visit.texts.number(len(one["scopes"]))),
            Cell(f"····{one['last_four']}" if one["last_four"] else "—"),
            Cell(visit.texts.date(one["created_at"])),
            Cell(tag=_state_tag(one, visit.texts)),
        ]
        for one in items
    ]
    columns = [
        Column(gettext("Name")),
        Column(gettext("Kind")),
        Column(gettext("Scopes"), numeric=True),
        Column(gettext("Secret")),
        Column(gettext("Registered on")),
        Column(gettext("State")),
    ]
    return Table(gettext("API clients"), columns, rows, caption_hidden=True)


_ONE = _LIST + "/{client_id:uuid}"

PAGES = (
    Page(_LIST, show_clients, "clients", ADMINISTRATORS),
    Page(f"{_LIST}/new", show_kind, "new_client", ADMINISTRATORS),
    Page(f"{_LIST}/new", register_client, "new_client_sent", ADMINISTRATORS, ("POST",)),
    Page(_ONE, show_client, "client", ADMINISTRATORS),
    Page(f"{_ONE}/revocation", revoke_client, "client_revoked", ADMINISTRATORS, ("POST",)),
)
