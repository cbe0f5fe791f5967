"""For developers: a quick start, the reference of the API, and the catalogue of errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.components import Cell, Column, Link, Table
from gateway.portal.reference import read_group, read_groups
from gateway.portal.routing import Page
from gateway.portal.snippets import SCHOOL_STEPS, SNIPPETS
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

_GROUPS: Mapping[str, str] = {
    "batches": marked("Batches"),
    "clients": marked("API clients"),
    "consents": marked("Consents"),
    "hosts": marked("Register of hosts"),
    "jobs": marked("Jobs"),
    "oauth": marked("OAuth 2"),
    "organisations": marked("Organisations and sites"),
    "people": marked("People and roles"),
    "placements": marked("Placements"),
    "posts": marked("Posts"),
    "reference": marked("Policies, catalogues and errors"),
    "sessions": marked("Signing in"),
    "students": marked("Students"),
    "verifications": marked("Verification of organisations"),
    "wishes": marked("Wishes"),
}
_PARTS: Mapping[str, str] = {
    "shared": marked("Everywhere"),
    "accounts": marked("Accounts"),
    "internships": marked("Internships"),
    "forecasting": marked("Forecasting"),
    "credits": marked("Credits"),
    "exchange": marked("Exchange"),
    "matching": marked("Clearing and files"),
    "gateway": marked("Gateway and pages"),
    "operation": marked("Running the platform (command line)"),
}


async def show_developers(visit: Visit) -> Response:
    document = await _document(visit)
    here = visit.portal.settings.origin
    steps = [
        (step, _operation_href(visit, document, step.method, step.path)) for step in SCHOOL_STEPS
    ]
    context = {
        "snippets": [
            (one, one.curl.format(url=here), one.python.format(url=here)) for one in SNIPPETS
        ],
        "steps": [(step, href) for step, href in steps if href is not None],
    }
    title = visit.texts.gettext("For developers")
    return visit.render("developers/start.html", context, title=title)


async def show_reference(visit: Visit) -> Response:
    groups = read_groups(await _document(visit))
    context = {
        "groups": [
            (group_title(name, visit.texts), _group_href(visit, name), operations)
            for name, operations in groups.items()
        ]
    }
    title = visit.texts.gettext("API reference")
    trail = _trail(visit)
    return visit.render("developers/reference.html", context, title=title, breadcrumb=trail)


async def show_group(visit: Visit) -> Response:
    name = str(visit.request.path_params["group"])
    group = read_group(await _document(visit), name)
    if group is None:
        raise HTTPException(404)
    title = group_title(name, visit.texts)
    reference = Link(visit.texts.gettext("API reference"), "/developers/reference")
    return visit.render(
        "developers/group.html",
        {"group": group, "shapes": frozenset(one.name for one in group.shapes)},
        title=title,
        breadcrumb=[*_trail(visit), reference],
    )


async def show_problems(visit: Visit) -> Response:
    answer = await visit.api.get("/v1/problems")
    known = answer.body["items"]
    parts = [part for part in _PARTS if any(one["part"] == part for one in known)]
    context = {
        "tables": [
            (visit.texts.gettext(_PARTS[part]), _problem_table(visit, part, known))
            for part in parts
        ]
    }
    title = visit.texts.gettext("Errors and how to mend them")
    trail = _trail(visit)
    return visit.render("developers/problems.html", context, title=title, breadcrumb=trail)


async def show_problem(visit: Visit) -> Response:
    answer = await visit.api.get(f"/v1/problems/{visit.request.path_params['code']}")
    problem = answer.body
    part = _PARTS[problem["part"]]
    context = {"problem": problem, "part": visit.texts.gettext(part)}
    errors = Link(visit.texts.gettext("Errors and how to mend them"), "/problems")
    trail = [*_trail(visit), errors]
    title = problem["title"]
    return visit.render("developers/problem.html", context, title=title, breadcrumb=trail)


def group_title(name: str, texts: Texts) -> str:
    """Return the name of a group of operations in the reader's language."""
    return texts.gettext(_GROUPS[name]) if name in _GROUPS else name


async def _document(visit: Visit) -> Mapping[str, Any]:
    return (await visit.api.get("/openapi.json")).body


def _trail(visit: Visit) -> list[Link]:
    return [Link(visit.texts.gettext("For developers"), "/developers")]


def _group_href(visit: Visit, name: str) -> str:
    return str(visit.request.app.url_path_for("developers_group", group=name))


def _operation_href(
    visit: Visit, document: Mapping[str, Any], method: str, path: str
) -> str | None:
    for name, operations in read_groups(document).items():
        for operation in operations:
            if (operation.method, operation.path) == (method, path):
                return f"{_group_href(visit, name)}#{operation.id}"
    return None


def _problem_table(visit: Visit, part: str, known: list[Mapping[str, Any]]) -> Table:
    gettext = visit.texts.gettext
    rows = [
        [
            Cell(one["code"], href=f"/problems/{one['code']}"),
            Cell(str(one["status"])),
            Cell(one["title"], sub=one["mend"]),
        ]
        for one in known
        if one["part"] == part
    ]
    columns = [
        Column(gettext("Code")),
        Column(gettext("Status"), numeric=True),
        Column(gettext("Meaning")),
    ]
    return Table(gettext(_PARTS[part]), columns, rows, caption_hidden=True)


PAGES = (
    Page("/developers", show_developers, "developers", PUBLIC),
    Page("/developers/reference", show_reference, "developers_reference", PUBLIC),
    Page("/developers/reference/{group}", show_group, "developers_group", PUBLIC),
    Page("/problems", show_problems, "problems", PUBLIC),
    Page("/problems/{code}", show_problem, "problem", PUBLIC),
)
