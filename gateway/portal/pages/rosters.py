"""Students and training plans of a school: found, looked at, corrected."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.addresses import pager
from gateway.portal.catalogue_names import major_name, region_path
from gateway.portal.components import Cell, Column, Link, Table, Tag
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.post_words import KINDS, word
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_PAGE = 50
_FILTERS = ("q", "major", "class_name", "grade_year", "state")
_ENTRY = ("class_name", "class_teacher", "region_code", "skills", "state")
_REFUSED = frozenset({409, 412, 422})


async def list_students(visit: Visit) -> Response:
    say, query = visit.texts.gettext, visit.request.query_params
    asked = {name: query.get(name, "").strip() for name in _FILTERS}
    sent = {name: told or None for name, told in asked.items()}
    form = FormState(_FILTERS, asked)
    if asked["grade_year"] and not asked["grade_year"].isdecimal():
        form = form.with_error(say("Give a year such as 2024"), "grade_year")
        sent["grade_year"] = None
    found = await visit.api.get(
        "/v1/students", {**sent, "limit": _PAGE, "cursor": query.get("cursor")}
    )
    context = {
        "form": form,
        "states": [Option("enrolled", say("Enrolled")), Option("left", say("Left"))],
        "filtered": any(asked.values()),
        "students": _student_table(visit, found.body["items"]),
        "pager": pager(visit.request.url, found, shown=len(found.body["items"])),
    }
    trail = [office_link(visit)]
    return visit.render("school/students.html", context, title=say("Students"), breadcrumb=trail)


def office_link(visit: Visit) -> Link:
    """Return the way back to the work list."""
    return Link(visit.texts.gettext("Internship office"), "/school")


def _student_table(visit: Visit, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = visit.texts.gettext
    rows = [
        [
            Cell(one["name"], href=f"/school/students/{one['id']}", sub=one["enrolment_no"]),
            Cell(one["class_name"], sub=one["class_teacher"] or ""),
            Cell(major_name(one["major_code"]), sub=one["major_code"]),
            Cell(str(one["grade_year"])),
            Cell(_place(one["region_code"]) or "—"),
            Cell(tag=_state(visit, one["state"])),
        ]
        for one in items
    ]
    heads = (
        say("Student"),
        say("Class and teacher"),
        say("Major"),
        say("Entered in"),
        say("Home region"),
        say("State"),
    )
    return Table(say("Students"), [Column(head) for head in heads], rows, caption_hidden=True)


def _place(code: str | None) -> str:
    return region_path(code) if code else ""


def _state(visit: Visit, state: str) -> Tag:
    say = visit.texts.gettext
    return Tag(say("Enrolled"), "good") if state == "enrolled" else Tag(say("Left"), "neutral")


async def show_student(visit: Visit) -> Response:
    answer = await visit.api.get(_path(visit))
    return _student_page(visit, answer.body, _shown(answer.body), seen=answer.etag or "")


async def correct_student(visit: Visit) -> Response:
    form = form_state(_ENTRY, visit.form)
    told: dict[str, Any] = {
        "class_name": form.value("class_name"),
        "class_teacher": form.value("class_teacher") or None,
        "region_code": form.value("region_code") or None,
        "skills": [one for one in re.split(r"[,，、;；\n]\s*", form.value("skills")) if one],
        "state": form.value("state") or "enrolled",
    }
    seen = str(visit.form.get("_seen", ""))
    try:
        await visit.api.patch(_path(visit), told, etag=seen)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        answer = await visit.api.get(_path(visit))
        refused = form.refused(refusal.problem)
        return _student_page(
            visit, answer.body, refused, seen=answer.etag or "", status=refusal.problem.status
        )
    here = f"/school/students/{visit.request.path_params['student_id']}"
    return visit.redirect(here, notice=visit.texts.gettext("Saved."))


def _path(visit: Visit) -> str:
    return f"/v1/students/{visit.request.path_params['student_id']}"


def _shown(student: Body) -> FormState:
    skills = visit_skills(student["skills"])
    return form_state_of(_ENTRY, {**student, "skills": skills})


def visit_skills(skills: Sequence[str]) -> str:
    """Return skills as one field holds them.

    >>> visit_skills(["数控", "AutoCAD"])
    '数控、AutoCAD'
    """
    return "、".join(skills)


def _student_page(
    visit: Visit, student: Body, form: FormState, *, seen: str, status: int = 200
) -> Response:
    say = visit.texts.gettext
    context = {
        "form": form,
        "seen": seen,
        "states": [Option("enrolled", say("Enrolled")), Option("left", say("Left"))],
        "facts": [
            (say("Enrolment number"), student["enrolment_no"]),
            (say("Major"), f"{major_name(student['major_code'])} {student['major_code']}"),
            (say("Entered in"), str(student["grade_year"])),
            (say("Term"), student["term"]),
            (say("Date of birth"), student["birth_masked"] or say("Not given")),
            (say("Home region"), _place(student["region_code"]) or say("Not given")),
        ],
        "path": visit.request.url.path,
    }
    trail = [office_link(visit), Link(say("Students"), "/school/students")]
    return visit.render(
        "school/student.html", context, title=student["name"], breadcrumb=trail, status=status
    )


async def list_plans(visit: Visit) -> Response:
    say = visit.texts.gettext
    asked = {"limit": _PAGE, "cursor": visit.request.query_params.get("cursor")}
    found = await visit.api.get("/v1/plans", asked)
    context = {
        "plans": _plan_table(visit, found.body["items"]),
        "pager": pager(visit.request.url, found, shown=len(found.body["items"])),
    }
    trail = [office_link(visit)]
    return visit.render("school/plans.html", context, title=say("Training plans"), breadcrumb=trail)


def _plan_table(visit: Visit, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say, texts = visit.texts.gettext, visit.texts
    rows = [
        [
            Cell(one["name"], sub=one["code"]),
            Cell(major_name(one["major_code"])),
            Cell(word(KINDS, one["kind"], visit.texts)),
            Cell(one["term"]),
            Cell(texts.number(one["weeks"])),
            Cell("—" if one["credits"] is None else f"{float(one['credits']):g}"),
        ]
        for one in items
    ]
    columns = [
        Column(say("Plan")),
        Column(say("Major")),
        Column(say("Kind")),
        Column(say("Term")),
        Column(say("Weeks"), numeric=True),
        Column(say("Credits"), numeric=True),
    ]
    return Table(say("Training plans"), columns, rows, caption_hidden=True)


PAGES = (
    Page("/school/students", list_students, "students", OFFICE),
    Page("/school/students/{student_id}", show_student, "school_student", OFFICE),
    Page("/school/students/{student_id}", correct_student, "student_sent", OFFICE, ("POST",)),
    Page("/school/plans", list_plans, "plans", OFFICE),
)
