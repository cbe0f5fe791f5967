"""Competency standards: what a post asks of a person, unit by unit, edition by edition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.addresses import pager
from gateway.portal.catalogue_names import occupation_name
from gateway.portal.components import Cell, Column, Link, Table, Tag
from gateway.portal.forms import form_state_of
from gateway.portal.labour_words import named, read_if_there
from gateway.portal.routing import Page
from gateway.portal.standard_words import CHANGES, EVIDENCE, STATES, WRITERS
from gateway.portal.translation import Texts
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_PAGE = 50


async def list_standards(visit: Visit) -> Response:
    query = visit.request.query_params
    asked = {"q": query.get("q") or None, "limit": _PAGE, "cursor": query.get("cursor")}
    found = await visit.api.get("/v1/competency-standards", asked)
    items: Sequence[Body] = found.body["items"]
    title = visit.texts.gettext("Competency standards")
    context = {
        "form": form_state_of(("q",), {"q": query.get("q", "")}),
        "table": standard_table(visit, items),
        "pager": pager(visit.request.url, found, shown=len(items)),
        "may_write": WRITERS.allows(visit.caller),
    }
    trail = [Link(visit.texts.gettext("Labour market"), "/labour")]
    return visit.render("labour/standards.html", context, title=title, breadcrumb=trail)


def standard_table(visit: Visit, standards: Sequence[Body]) -> Table | None:
    """Return published standards as their list and the common search list them."""
    if not standards:
        return None
    texts, say = visit.texts, visit.texts.gettext
    rows = [
        [
            Cell(one["name"], href=f"/labour/standards/{one['standard_id']}", sub=one["org_name"]),
            Cell(_occupations(texts, one["occupation_codes"])),
            Cell(one["edition"]),
            Cell(texts.number(one["units_total"])),
            Cell(texts.date(one["published_at"]) if one["published_at"] else "—"),
        ]
        for one in standards
    ]
    columns = [
        Column(say("Standard")),
        Column(say("Occupations")),
        Column(say("Edition")),
        Column(say("Units"), numeric=True),
        Column(say("Published on")),
    ]
    return Table(say("Competency standards"), columns, rows, caption_hidden=True)


async def show_standard(visit: Visit) -> Response:
    standard_id = str(visit.request.path_params["standard_id"])
    texts, say = visit.texts, visit.texts.gettext
    path = f"/v1/competency-standards/{standard_id}"
    whole = (await visit.api.get(path)).body
    names = [one["edition"] for one in whole["editions"]]
    asked = visit.request.query_params.get("edition") or (whole["current"] or {}).get("edition")
    # Its writer sees a standard that has no published edition yet.
    answer = await visit.api.get(f"{path}@{asked or names[0]}")
    told: Body = answer.body
    here = f"/labour/standards/{standard_id}/editions"
    before = _before(names, told["edition"])
    diff = None
    if before is not None:
        pair = {"before": before, "after": told["edition"]}
        diff = await read_if_there(visit, f"{path}/diff", pair)
    context = {
        "told": told,
        "own": WRITERS.allows(visit.caller) and _is_own(visit, told),
        "seen": answer.etag or "",
        "edition_page": f"{here}/{told['edition']}",
        "next_page": f"{here}/new",
        "state": Tag(named(texts, STATES, told["state"])),
        "occupations": _occupations(texts, told["occupation_codes"]),
        "units": _unit_table(texts, told["units"]),
        "changes": _change_table(texts, diff) if diff else None,
        "editions": [
            Link(one, f"/labour/standards/{standard_id}?edition={one}", one == told["edition"])
            for one in names
        ],
    }
    trail = [
        Link(say("Labour market"), "/labour"),
        Link(say("Competency standards"), "/labour/standards"),
    ]
    return visit.render("labour/standard.html", context, title=told["name"], breadcrumb=trail)


def _is_own(visit: Visit, told: Body) -> bool:
    return visit.caller is not None and told["org_id"] == visit.caller.acting_org_id


def _before(editions: Sequence[str], edition: str) -> str | None:
    """Return the edition that came before; editions are listed newest first."""
    place = editions.index(edition) + 1
    return editions[place] if place < len(editions) else None


def _occupations(texts: Texts, codes: Sequence[str]) -> str:
    return texts.gettext("; ").join(f"{occupation_name(code)} {code}" for code in codes)


def _unit_table(texts: Texts, units: Sequence[Body]) -> Table:
    say = texts.gettext
    rows = [
        [
            Cell(one["name"], sub=one["code"]),
            Cell(texts.number(one["level"])),
            Cell(say("; ").join(one["can_do"])),
            Cell(say("; ").join(named(texts, EVIDENCE, kind) for kind in one["evidence"])),
        ]
        for one in units
    ]
    columns = [
        Column(say("Unit")),
        Column(say("Level, 1 to 5"), numeric=True),
        Column(say("What somebody can do")),
        Column(say("How it is shown")),
    ]
    return Table(say("Units"), columns, rows)


def _change_table(texts: Texts, diff: Body) -> Table | None:
    say = texts.gettext
    rows = [
        [
            Cell((one["after"] or one["before"])["name"], sub=one["code"]),
            Cell(named(texts, CHANGES, one["change"])),
            Cell("—" if one["before"] is None else texts.number(one["before"]["level"])),
            Cell("—" if one["after"] is None else texts.number(one["after"]["level"])),
        ]
        for one in diff["units"]
    ]
    if not rows:
        return None
    columns = [
        Column(say("Unit")),
        Column(say("Change")),
        Column(say("Level before"), numeric=True),
        Column(say("Level now"), numeric=True),
    ]
    caption = say("Changed since edition %(edition)s") % {"edition": diff["before"]}
    return Table(caption, columns, rows)


PAGES = (
    Page("/labour/standards", list_standards, "labour_standards", PUBLIC),
    Page("/labour/standards/{standard_id}", show_standard, "labour_standard", PUBLIC),
)
