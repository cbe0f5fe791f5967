"""Which courses teach and which posts ask for a standard's units, and what of it they cover."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.components import Cell, CellForm, Column, Link, Table
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.labour_words import named
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.standard_words import LINK_KINDS, LINKERS
from gateway.portal.translation import Texts
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_LEVELS = range(1, 6)
_REFUSED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, 422})


async def show_links(visit: Visit) -> Response:
    return await _page(visit, form_state(("key", "name")))


async def keep_link(visit: Visit) -> Response:
    form = form_state(("key", "name"), visit.form)
    edition = (await visit.api.get(_api(visit))).body
    units = [
        {"unit": unit["code"], "level": level}
        for unit in edition["units"]
        if (level := str(visit.form.get(f"unit-{unit['code']}", "")))
    ]
    if not form.value("key"):
        said = visit.texts.gettext("Write the code of the course or the number of the post")
        return await _page(visit, form.with_error(said, "key"))
    path = f"{_api(visit)}/links/{_kind(visit)}/{quote(form.value('key'), safe='')}"
    try:
        await visit.api.put(path, {"name": form.value("name"), "units": units})
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _page(visit, form.refused(refusal.problem))
    return visit.redirect(visit.request.url.path, notice=visit.texts.gettext("Kept."))


async def remove_link(visit: Visit) -> Response:
    key = quote(str(visit.form.get("key", "")), safe="")
    await visit.api.delete(f"{_api(visit)}/links/{_kind(visit)}/{key}")
    here = visit.request.url.path.rpartition("/")[0]
    return visit.redirect(here, notice=visit.texts.gettext("Taken away."))


async def _page(visit: Visit, form: FormState) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    edition, links, coverage = await asyncio.gather(
        visit.api.get(_api(visit)),
        visit.api.get(f"{_api(visit)}/links"),
        visit.api.get(f"{_api(visit)}/coverage"),
    )
    told: Body = edition.body
    standard_id = str(visit.request.path_params["standard_id"])
    may_link = LINKERS.allows(visit.caller) and told["state"] == "published"
    context = {
        "form": form,
        "told": told,
        "links": _link_table(visit, links.body["items"]),
        "coverage": _coverage_table(texts, coverage.body["units"]),
        "finding": _finding(texts, coverage.body),
        "may_link": may_link,
        "kind": _kind(visit) if may_link else None,
        "levels": [Option(str(level), str(level)) for level in _LEVELS],
        "action": f"/labour/standards/{standard_id}/editions/{told['edition']}/links",
    }
    trail = [
        Link(say("Labour market"), "/labour"),
        Link(say("Competency standards"), "/labour/standards"),
        Link(told["name"], f"/labour/standards/{standard_id}?edition={told['edition']}"),
    ]
    return visit.render(
        "labour/standard_links.html",
        context,
        title=say("Courses and posts of the standard"),
        breadcrumb=trail,
        status=422 if form.errors else 200,
    )


def _finding(texts: Texts, coverage: Body) -> str:
    """Return what all linked courses together cover, in a sentence."""
    if not coverage["courses"]:
        return texts.gettext("No course is linked to this edition yet.")
    facts = {
        "courses": texts.number(len(coverage["courses"])),
        "whole": texts.number(coverage["units_whole"]),
        "part": texts.number(coverage["units_part"]),
        "units": texts.number(len(coverage["units"])),
    }
    return (
        texts.gettext(
            "The %(courses)s linked courses reach the level of %(whole)s of %(units)s units, and "
            "begin %(part)s more."
        )
        % facts
    )


def _link_table(visit: Visit, links: Sequence[Body]) -> Table | None:
    if not links:
        return None
    texts, say = visit.texts, visit.texts.gettext
    own = visit.caller.acting_org_id if visit.caller else None
    path = visit.request.url.path
    rows = [
        [
            Cell(
                one["name"],
                sub=one["key"],
                href=f"/posts/{one['key']}" if one["kind"] == "post" else None,
            ),
            Cell(named(texts, LINK_KINDS, one["kind"])),
            Cell(one["org_name"]),
            Cell(say("; ").join(_unit(texts, unit) for unit in one["units"])),
            Cell(
                form=CellForm(
                    f"{path}/remove", say("Take out"), one["name"], (("key", one["key"]),)
                )
                if own is not None and one["org_id"] == own
                else None
            ),
        ]
        for one in links
    ]
    heads = (say("Course or post"), say("Kind"), say("Body"), say("Units"), say("Action"))
    return Table(say("Linked"), [Column(head) for head in heads], rows)


def _unit(texts: Texts, unit: Body) -> str:
    return texts.gettext("%(unit)s to level %(level)s") % unit


def _coverage_table(texts: Texts, units: Sequence[Body]) -> Table:
    say = texts.gettext
    rows = [
        [
            Cell(one["name"], sub=one["code"]),
            Cell(texts.number(one["level_needed"])),
            Cell(texts.number(one["level_reached"]) if one["level_reached"] else "—"),
            Cell(say("; ").join(one["courses"]) or "—"),
        ]
        for one in units
    ]
    columns = [
        Column(say("Unit")),
        Column(say("Level needed"), numeric=True),
        Column(say("Level reached"), numeric=True),
        Column(say("Courses")),
    ]
    return Table(say("What the linked courses cover"), columns, rows)


def _kind(visit: Visit) -> str:
    """Return what the caller links: a school its courses, an enterprise its posts."""
    acting = visit.caller.acting if visit.caller else None
    return "course" if acting is not None and acting.org_kind == "school" else "post"


def _api(visit: Visit) -> str:
    params = visit.request.path_params
    return f"/v1/competency-standards/{params['standard_id']}@{params['edition']}"


_LINKS = "/labour/standards/{standard_id}/editions/{edition}/links"

PAGES = (
    Page(_LINKS, show_links, "standard_links", PUBLIC),
    Page(_LINKS, keep_link, "standard_link_kept", LINKERS, ("POST",)),
    Page(f"{_LINKS}/remove", remove_link, "standard_link_removed", LINKERS, ("POST",)),
)
