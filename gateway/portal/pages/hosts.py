"""A school's register of hosts: found, proposed, decided; and the public list of them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE, PUBLIC
from gateway.portal.addresses import pager
from gateway.portal.catalogue_names import region_path
from gateway.portal.components import Cell, CellForm, Column, Link, Table
from gateway.portal.forms import FormState, form_state
from gateway.portal.internship_words import HOST_STATES, tag_of
from gateway.portal.naming import organisation_names
from gateway.portal.pages.rosters import office_link
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_PAGE = 50
_FOUND_MAX = 20
_REFUSED = frozenset({404, 409, 422})


async def list_hosts(visit: Visit) -> Response:
    say, query = visit.texts.gettext, visit.request.query_params
    state = query.get("state")
    state = state if state in HOST_STATES else None
    asked = {"state": state, "limit": _PAGE, "cursor": query.get("cursor")}
    found = await visit.api.get("/v1/hosts", asked)
    path = visit.request.url.path
    assert visit.caller is not None, "the page is for signed-in people"
    context = {
        "tabs": [
            Link(say("All"), path, current=state is None),
            *(
                Link(say(text), f"{path}?state={each}", current=each == state)
                for each, (text, _tone) in HOST_STATES.items()
            ),
        ],
        "hosts": _table(visit, found.body["items"]),
        "pager": pager(visit.request.url, found, shown=len(found.body["items"])),
        "public": f"/hosts?school={visit.caller.acting_org_id}",
    }
    trail = [office_link(visit)]
    title = say("Register of hosts")
    return visit.render("hosts/list.html", context, title=title, breadcrumb=trail)


def _table(visit: Visit, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say, texts = visit.texts.gettext, visit.texts
    rows = [
        [
            Cell(
                one["enterprise_name"],
                href=f"/school/hosts/{one['id']}",
                sub=one["enterprise_uscc"] or "",
            ),
            Cell(tag=tag_of(HOST_STATES, one["state"], texts)),
            Cell(texts.date(one["inspected_on"]) if one["inspected_on"] else "—"),
            Cell(texts.date(one["decided_on"]) if one["decided_on"] else "—"),
            Cell(say("Kept") if one["has_report"] else "—"),
        ]
        for one in items
    ]
    heads = (
        say("Enterprise"),
        say("State"),
        say("Inspected on"),
        say("Decided on"),
        say("Written report"),
    )
    return Table(
        say("Register of hosts"), [Column(head) for head in heads], rows, caption_hidden=True
    )


async def find_enterprise(visit: Visit) -> Response:
    return await _new_page(visit, FormState(("q",), {"q": visit.request.query_params.get("q", "")}))


async def propose_host(visit: Visit) -> Response:
    told = {"enterprise_id": str(visit.form.get("enterprise_id", ""))}
    try:
        host = await visit.api.post("/v1/hosts", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        form = form_state(("q",), visit.form).refused(refusal.problem)
        return await _new_page(visit, form, status=refusal.problem.status)
    notice = visit.texts.gettext("Added. Next: inspect the site and upload the written report.")
    return visit.redirect(f"/school/hosts/{host.body['id']}", notice=notice)


async def _new_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    say, words = visit.texts.gettext, form.value("q").strip()
    items: Sequence[Body] = ()
    if words:
        asked = {"q": words, "kind": "enterprise", "limit": _FOUND_MAX}
        items = (await visit.api.get("/v1/organisations", asked)).body["items"]
    context = {"form": form, "sought": words, "found": _found(visit, items, words)}
    trail = [office_link(visit), Link(say("Register of hosts"), "/school/hosts")]
    return visit.render(
        "hosts/new.html", context, title=say("Add a host"), breadcrumb=trail, status=status
    )


def _found(visit: Visit, items: Sequence[Body], words: str) -> Table | None:
    if not items:
        return None
    say = visit.texts.gettext
    rows = [
        [
            Cell(one["name"], sub=one["uscc"] or ""),
            Cell(region_path(one["region_code"]) if one["region_code"] else "—"),
            Cell(say("Verified") if one["verified"] else say("Not verified")),
            Cell(
                form=CellForm(
                    "/school/hosts/new",
                    say("Add"),
                    one["name"],
                    (("enterprise_id", one["id"]), ("q", words)),
                )
            ),
        ]
        for one in items
    ]
    heads = (say("Enterprise"), say("Place"), say("Credit code"), say("Action"))
    return Table(say("Enterprises found"), [Column(head) for head in heads], rows)


async def list_public_hosts(visit: Visit) -> Response:
    query, say = visit.request.query_params, visit.texts.gettext
    school = query.get("school") or None
    asked = {"school_id": school, "limit": _PAGE, "cursor": query.get("cursor")}
    found = await visit.api.get("/v1/hosts/public", asked)
    items: Sequence[Body] = found.body["items"]
    # Names of schools are looked up for people who are signed in; a visitor came from one school.
    names = (
        await organisation_names(visit, (one["school_id"] for one in items)) if visit.caller else {}
    )
    context = {
        "hosts": _public_table(visit, items, names),
        "pager": pager(visit.request.url, found, shown=len(items)),
    }
    return visit.render("hosts/public.html", context, title=say("Public register of hosts"))


def _public_table(visit: Visit, items: Sequence[Body], schools: Mapping[str, str]) -> Table | None:
    if not items:
        return None
    say, texts = visit.texts.gettext, visit.texts
    rows = [
        [
            Cell(one["enterprise_name"], sub=schools.get(one["school_id"], "")),
            Cell(texts.date(one["inspected_on"]) if one["inspected_on"] else "—"),
            Cell(texts.date(one["decided_on"]) if one["decided_on"] else "—"),
            Cell(
                say("Publication of the school") if one["public_url"] else "—",
                href=one["public_url"],
            ),
        ]
        for one in items
    ]
    heads = (say("Enterprise"), say("Inspected on"), say("Decided on"), say("Published at"))
    return Table(
        say("Public register of hosts"), [Column(head) for head in heads], rows, caption_hidden=True
    )


PAGES = (
    Page("/hosts", list_public_hosts, "public_hosts", PUBLIC),
    Page("/school/hosts", list_hosts, "hosts", OFFICE),
    Page("/school/hosts/new", find_enterprise, "new_host", OFFICE),
    Page("/school/hosts/new", propose_host, "new_host_sent", OFFICE, ("POST",)),
)
