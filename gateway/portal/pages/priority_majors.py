"""Majors with reasons to come first in enrolment and funds, and the projects that are reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC, members_of
from gateway.portal.catalogue_names import major_name, region_name
from gateway.portal.components import Cell, CellForm, Column, Link, Table
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.labour_words import named
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

KEEPERS = members_of("school", roles=frozenset({"school_admin"}))
_FIELDS = ("major_code", "kind", "title", "partner", "from_on", "to_on", "evidence_url")
_KINDS: Mapping[str, str] = {
    "integrated_development": marked("Integrated development with industry"),
    "joint_training": marked("Joint training of school and enterprise"),
    "order_class": marked("Order class"),
    "apprenticeship": marked("Apprenticeship"),
    "agreement": marked("Agreement with an enterprise"),
}
_REFUSED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, 422})


async def list_priorities(visit: Visit) -> Response:
    say = visit.texts.gettext
    form = form_state(("region",))
    region = visit.request.query_params.get("region", "").strip()
    told: Body | None = None
    if region:
        form = FormState(("region",), {"region": region})
        try:
            told = (await visit.api.get("/v1/priority-majors", {"region": region})).body
        except ApiProblemError as refusal:
            if refusal.problem.status not in {HTTPStatus.NOT_FOUND, 422}:
                raise
            form = form.refused(refusal.problem)
    title = say("Majors with reasons for priority")
    context = {
        "form": form,
        "told": told,
        "note": told["note"][visit.language] if told else "",
        "table": _priority_table(visit, told["items"], region) if told else None,
        "may_keep": KEEPERS.allows(visit.caller),
    }
    return visit.render(
        "labour/priority_majors.html",
        context,
        title=title,
        breadcrumb=_trail(visit),
        status=422 if form.errors else 200,
    )


async def show_projects(visit: Visit) -> Response:
    return await _projects(visit, form_state(_FIELDS))


async def add_project(visit: Visit) -> Response:
    form = form_state(_FIELDS, visit.form)
    told: dict[str, Any] = {name: form.value(name) for name in _FIELDS}
    told |= {name: told[name] or None for name in ("to_on", "evidence_url")}
    try:
        await visit.api.post("/v1/majors/projects", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in {*_REFUSED, HTTPStatus.NOT_FOUND}:
            raise
        return await _projects(visit, form.refused(refusal.problem))
    return visit.redirect("/labour/projects", notice=visit.texts.gettext("Kept."))


async def remove_project(visit: Visit) -> Response:
    await visit.api.delete(f"/v1/majors/projects/{visit.request.path_params['project_id']}")
    return visit.redirect("/labour/projects", notice=visit.texts.gettext("Taken away."))


async def _projects(visit: Visit, form: FormState) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    items: Sequence[Body] = (await visit.api.get("/v1/majors/projects")).body["items"]
    context = {
        "form": form,
        "table": _project_table(texts, items) if items else None,
        "kinds": [Option(code, say(word)) for code, word in _KINDS.items()],
    }
    title = say("What your majors do with industry")
    trail = [
        *_trail(visit),
        Link(say("Majors with reasons for priority"), "/labour/priority-majors"),
    ]
    return visit.render(
        "labour/projects.html",
        context,
        title=title,
        breadcrumb=trail,
        status=422 if form.errors else 200,
    )


def _trail(visit: Visit) -> list[Link]:
    say = visit.texts.gettext
    return [Link(say("Labour market"), "/labour"), Link(say("Majors"), "/labour/majors")]


def _priority_table(visit: Visit, items: Sequence[Body], region: str) -> Table | None:
    if not items:
        return None
    texts, say = visit.texts, visit.texts.gettext
    rows = [
        [
            Cell(
                one["major_name"], href=f"/labour/majors/{one['major_code']}", sub=one["major_code"]
            ),
            Cell(one["school_name"], sub=region_name(one["region_code"])),
            Cell(say("; ").join(each[visit.language] for each in one["reasons"])),
            Cell(
                say("; ").join(f"{each['title']} ({each['partner']})" for each in one["projects"])
            ),
        ]
        for one in items
    ]
    heads = (say("Major"), say("School"), say("Reasons"), say("Projects"))
    said = texts.ngettext(
        "%(count)s major of %(place)s has a reason",
        "%(count)s majors of %(place)s have a reason",
        len(items),
    )
    place = {"count": texts.number(len(items)), "place": region_name(region)}
    return Table(said % place, [Column(head) for head in heads], rows)


def _project_table(texts: Texts, items: Sequence[Body]) -> Table:
    say = texts.gettext
    rows = [
        [
            Cell(one["title"], sub=one["partner"]),
            Cell(major_name(one["major_code"]), sub=one["major_code"]),
            Cell(named(texts, _KINDS, one["kind"])),
            Cell(
                texts.date(one["from_on"]),
                sub=say("until %(day)s") % {"day": texts.date(one["to_on"])}
                if one["to_on"]
                else "",
            ),
            Cell(
                form=CellForm(f"/labour/projects/{one['id']}/remove", say("Take out"), one["title"])
            ),
        ]
        for one in items
    ]
    heads = (say("Project"), say("Major"), say("Kind"), say("Since"), say("Action"))
    return Table(say("Projects of your school"), [Column(head) for head in heads], rows)


PAGES = (
    Page("/labour/priority-majors", list_priorities, "priority_majors", PUBLIC),
    Page("/labour/projects", show_projects, "major_projects", KEEPERS),
    Page("/labour/projects", add_project, "major_project_made", KEEPERS, ("POST",)),
    Page(
        "/labour/projects/{project_id}/remove",
        remove_project,
        "major_project_removed",
        KEEPERS,
        ("POST",),
    ),
)
