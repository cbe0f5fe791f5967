"""One's own organisation: what is known of it, its sites, and what its administrator keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import Access
from gateway.portal.components import Cell, Column, Link, Table, Tag, Task
from gateway.portal.forms import FormState, form_state, form_state_of
from gateway.portal.naming import kind_title
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts
from gateway.portal.visits import Visit

ADMINISTRATORS = Access(
    roles=frozenset(
        {"operator", "enterprise_admin", "school_admin", "authority_admin", "organisation_admin"}
    )
)
# What a form shows beside its fields; anything else is a page.
REFUSED = frozenset({400, 403, 409, 412, 422})

_SITE = ("name", "address", "region_code")
_DETAILS = ("name", "region_code", "industry_code")


async def show_organisation(visit: Visit) -> Response:
    path = own_path(visit)
    own, sites = await asyncio.gather(visit.api.get(path), visit.api.get(f"{path}/sites"))
    body = own.body
    context = {
        "own": body,
        "kind": kind_title(body["kind"], visit.texts),
        "verified": verified_tag(body, visit.texts),
        "tasks": _tasks(visit, body, len(sites.body["items"])),
    }
    return visit.render("organisation/organisation.html", context, title=body["name"])


async def show_details(visit: Visit) -> Response:
    own = await visit.api.get(own_path(visit))
    return _details_form(visit, form_state_of(_DETAILS, own.body), own.etag)


async def change_details(visit: Visit) -> Response:
    form, etag = form_state(_DETAILS, visit.form), sent_etag(visit)
    told = {name: form.value(name) or None for name in _DETAILS}
    own = (await visit.api.get(own_path(visit))).body
    changed = {name: value for name, value in told.items() if value != own[name]}
    try:
        await visit.api.patch(own_path(visit), changed, etag=etag)
    except ApiProblemError as refusal:
        return _details_form(visit, refused_form(form, refusal), etag, status=422)
    return visit.redirect("/organisation", notice=visit.texts.gettext("Saved."))


async def show_sites(visit: Visit) -> Response:
    answer = await visit.api.get(f"{own_path(visit)}/sites")
    gettext = visit.texts.gettext
    rows = [
        [
            Cell(one["name"], href=f"/organisation/sites/{one['id']}"),
            Cell(one["address"]),
            Cell(one["region_code"] or "—"),
        ]
        for one in answer.body["items"]
    ]
    heads = (gettext("Site"), gettext("Address"), gettext("Region code"))
    title = gettext("Sites")
    table = Table(title, [Column(head) for head in heads], rows, caption_hidden=True)
    context = {"sites": table if rows else None}
    return visit.render("organisation/sites.html", context, title=title, breadcrumb=trail(visit))


async def show_new_site(visit: Visit) -> Response:
    return _site_form(visit, form_state(_SITE), _new_site(visit))


async def add_site(visit: Visit) -> Response:
    form = form_state(_SITE, visit.form)
    try:
        await visit.api.post(f"{own_path(visit)}/sites", _site(form), key=visit.key)
    except ApiProblemError as refusal:
        return _site_form(visit, refused_form(form, refusal), _new_site(visit), status=422)
    return visit.redirect("/organisation/sites", notice=visit.texts.gettext("The site is added."))


async def show_site(visit: Visit) -> Response:
    answer = await visit.api.get(_site_path(visit))
    return _site_form(visit, form_state_of(_SITE, answer.body), (answer.body["name"], answer.etag))


async def change_site(visit: Visit) -> Response:
    form, etag = form_state(_SITE, visit.form), sent_etag(visit)
    try:
        await visit.api.put(_site_path(visit), _site(form), etag=etag)
    except ApiProblemError as refusal:
        heading = (form.value("name"), etag)
        return _site_form(visit, refused_form(form, refusal), heading, status=422)
    return visit.redirect("/organisation/sites", notice=visit.texts.gettext("Saved."))


def own_path(visit: Visit) -> str:
    """Return the API's address of the organisation that the person acts for."""
    assert visit.caller is not None, "the page is for signed-in people"
    return f"/v1/organisations/{visit.caller.acting_org_id}"


def sent_etag(visit: Visit) -> str | None:
    """Return the version that a form was filled from."""
    told = visit.form.get("_etag")
    return told if isinstance(told, str) and told else None


def refused_form(form: FormState, refusal: ApiProblemError) -> FormState:
    """Return the form with the API's faults; what is no fault of the form is raised again."""
    if refusal.problem.status not in REFUSED:
        raise refusal
    return form.refused(refusal.problem)


def trail(visit: Visit, *more: Link) -> Sequence[Link]:
    """Return the way from the organisation's page to one below it."""
    return [Link(visit.texts.gettext("Organisation"), "/organisation"), *more]


def verified_tag(organisation: Mapping[str, Any], texts: Texts) -> Tag:
    """Return whether an organisation has been verified."""
    if organisation["verified"]:
        return Tag(texts.gettext("Verified"), "good")
    return Tag(texts.gettext("Not verified"), "warn")


def _tasks(visit: Visit, own: Mapping[str, Any], sites: int) -> Sequence[Task]:
    gettext, texts = visit.texts.gettext, visit.texts
    counted = texts.ngettext("%(count)s site", "%(count)s sites", sites) % {"count": sites}
    return [
        Task(
            gettext("Verification"),
            verified_tag(own, texts),
            "/organisation/verification",
            gettext("Who we are, checked by a reviewer"),
        ),
        Task(
            gettext("Sites"),
            Tag(counted, "info" if sites else "neutral"),
            "/organisation/sites",
            gettext("Where work is done, under one credit code"),
        ),
        Task(
            gettext("People"),
            Tag(gettext("Accounts and roles")),
            "/organisation/people",
            gettext("Who may do what; new accounts one by one or many at once"),
        ),
        Task(
            gettext("API clients"),
            Tag(gettext("Programs")),
            "/organisation/clients",
            gettext("Programs that act for the organisation, and apps that people may allow"),
        ),
    ]


def _details_form(
    visit: Visit, form: FormState, etag: str | None, *, status: int = 200
) -> Response:
    title = visit.texts.gettext("Change the organisation's data")
    context = {"form": form, "etag": etag or ""}
    return visit.render(
        "organisation/details.html", context, title=title, breadcrumb=trail(visit), status=status
    )


def _new_site(visit: Visit) -> tuple[str, str | None]:
    return visit.texts.gettext("Add a site"), None


def _site_form(
    visit: Visit, form: FormState, heading: tuple[str, str | None], *, status: int = 200
) -> Response:
    title, etag = heading
    context = {"form": form, "etag": etag, "action": visit.request.url.path}
    way = trail(visit, Link(visit.texts.gettext("Sites"), "/organisation/sites"))
    return visit.render(
        "organisation/site.html", context, title=title, breadcrumb=way, status=status
    )


def _site_path(visit: Visit) -> str:
    return f"{own_path(visit)}/sites/{visit.request.path_params['site_id']}"


def _site(form: FormState) -> dict[str, str | None]:
    return {
        "name": form.value("name"),
        "address": form.value("address"),
        "region_code": form.value("region_code") or None,
    }


PAGES = (
    Page("/organisation", show_organisation, "organisation", ADMINISTRATORS),
    Page("/organisation/details", show_details, "details", ADMINISTRATORS),
    Page("/organisation/details", change_details, "details_sent", ADMINISTRATORS, ("POST",)),
    Page("/organisation/sites", show_sites, "sites", ADMINISTRATORS),
    Page("/organisation/sites/new", show_new_site, "new_site", ADMINISTRATORS),
    Page("/organisation/sites/new", add_site, "new_site_sent", ADMINISTRATORS, ("POST",)),
    Page("/organisation/sites/{site_id}", show_site, "site", ADMINISTRATORS),
    Page("/organisation/sites/{site_id}", change_site, "site_sent", ADMINISTRATORS, ("POST",)),
)
