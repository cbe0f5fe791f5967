"""What recognition rests on at a school: learners, courses, programmes, graded internships."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.addresses import pager
from gateway.portal.components import Cell, Column, Link, Table, Tag
from gateway.portal.credit_words import (
    CREDIT_OFFICE,
    CREDIT_STAFF,
    credits_of,
    stage_words,
)
from gateway.portal.labour_words import named
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_PAGE = 50
_ALL = 200
COURSE_KINDS: Mapping[str, str] = {
    "required": marked("Required course"),
    "elective": marked("Elective course"),
    "public": marked("Public course"),
    "practice": marked("Practice"),
    "internship": marked("Internship"),
}
_DEMANDS: Mapping[str, str] = {
    "practice.vocational_share": marked("Share of practical hours"),
    "practice.applied_ug_total": marked("Years of practice in all"),
    "practice.applied_ug_enterprise": marked("Years of practice at an enterprise"),
}
_COVERED: Mapping[str, str] = {
    "whole": marked("Covered"),
    "part": marked("Covered in part"),
    "none": marked("Not covered"),
}


async def list_learners(visit: Visit) -> Response:
    say, query = visit.texts.gettext, visit.request.query_params

    def row(one: Body) -> list[Cell]:
        return [
            Cell(one["name"], sub=one["enrolment_no"]),
            Cell(one["class_name"]),
            Cell(one["programme_code"]),
        ]

    asked = {"class_name": query.get("class_name") or None}
    heads = (say("Student"), say("Class"), say("Programme"))
    search = ("class_name", say("Class"))
    return await _list_page(
        visit,
        "/v1/credit-learners",
        row,
        asked=asked,
        heads=heads,
        title=say("Learners"),
        by=search,
    )


async def list_courses(visit: Visit) -> Response:
    texts, say, query = visit.texts, visit.texts.gettext, visit.request.query_params

    def row(one: Body) -> list[Cell]:
        return [
            Cell(one["title"], sub=one["code"]),
            Cell(named(texts, COURSE_KINDS, one["kind"])),
            Cell(credits_of(texts, one["credits_hundredths"])),
            Cell(_length(texts, one)),
            Cell(say("; ").join(one["competencies"]) or "—"),
        ]

    asked = {"q": query.get("q") or None}
    heads = (say("Course"), say("Kind"), say("Credits"), say("Length"), say("Competencies"))
    search = ("q", say("Title or code"))
    return await _list_page(
        visit, "/v1/courses", row, asked=asked, heads=heads, title=say("Courses"), by=search
    )


async def list_programmes(visit: Visit) -> Response:
    texts, say = visit.texts, visit.texts.gettext

    def row(one: Body) -> list[Cell]:
        return [
            Cell(one["title"], href=f"/credits/programmes/{one['id']}", sub=one["code"]),
            Cell(one["major_code"]),
            Cell(stage_words(texts, one["stage"])),
            Cell(credits_of(texts, one["credits_hundredths"])),
        ]

    heads = (say("Programme"), say("Major"), say("Stage"), say("Credits"))
    title = say("Programmes")
    return await _list_page(visit, "/v1/programmes", row, asked={}, heads=heads, title=title)


async def list_grades(visit: Visit) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    names = {
        one["id"]: one
        for one in (await visit.api.get("/v1/credit-learners", {"limit": _ALL})).body["items"]
    }

    def row(one: Body) -> list[Cell]:
        student = names.get(one["learner_id"], {})
        return [
            Cell(student.get("name", "—"), sub=student.get("class_name", "")),
            Cell(one["title"], sub=one["course_code"]),
            Cell(one["grade"]),
            Cell(credits_of(texts, one["credits_hundredths"])),
            Cell(texts.date(one["completed_on"]), sub=one["term"]),
            Cell(say("Posted") if one["transaction_id"] else say("No credits")),
        ]

    heads = (
        say("Student"),
        say("Course"),
        say("Grade"),
        say("Credits"),
        say("Completed on"),
        say("Account"),
    )
    title = say("Graded internships")
    return await _list_page(visit, "/v1/graded-courses", row, asked={}, heads=heads, title=title)


async def show_programme(visit: Visit) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    programme_id = str(visit.request.path_params["programme_id"])
    # The API lists current versions; a school has tens of programmes, not thousands.
    listed = (await visit.api.get("/v1/programmes", {"limit": _ALL})).body["items"]
    told: Body = next((one for one in listed if one["id"] == programme_id), {})
    checked = (await visit.api.get(f"/v1/programmes/{programme_id}/practice-time")).body
    codes: Sequence[str] = told.get("course_codes", [])
    asked = visit.request.query_params.get("standard") or ""
    context = {
        "facts": _facts(texts, told),
        "practice": _practice_table(texts, checked),
        "pack": f"{checked['pack']} {checked['version']}",
        "courses": await _course_table(visit, codes),
        "standards": await _standard_ways(visit, asked),
        "coverage": await _coverage(visit, asked, codes) if asked else None,
    }
    title = _practice_finding(texts, told.get("title", ""), checked["findings"])
    trail = [Link(say("Programmes"), "/credits/programmes")]
    return visit.render("credits/programme.html", context, title=title, breadcrumb=trail)


async def _list_page(
    visit: Visit,
    path: str,
    row: Callable[[Body], list[Cell]],
    *,
    asked: Mapping[str, str | None],
    heads: Sequence[str],
    title: str,
    by: tuple[str, str] | None = None,
) -> Response:
    query = visit.request.query_params
    found = await visit.api.get(path, {**asked, "limit": _PAGE, "cursor": query.get("cursor")})
    rows = [row(one) for one in found.body["items"]]
    numeric = visit.texts.gettext("Credits")
    columns = [Column(head, numeric=head == numeric) for head in heads]
    context = {
        "table": Table(title, columns, rows, caption_hidden=True) if rows else None,
        "pager": pager(visit.request.url, found, shown=len(rows)),
        "search": by,
        "query": query.get(by[0], "") if by else "",
        "path": visit.request.url.path,
        "may_import": CREDIT_OFFICE.allows(visit.caller),
    }
    return visit.render("credits/catalogue.html", context, title=title)


def _length(texts: Texts, one: Body) -> str:
    say = texts.gettext
    told = [
        say("%(hours)s hours") % {"hours": one["hours"]} if one["hours"] else "",
        say("%(weeks)s weeks") % {"weeks": one["weeks"]} if one["weeks"] else "",
    ]
    return say("; ").join(part for part in told if part) or "—"


def _facts(texts: Texts, told: Body) -> list[tuple[str, str]]:
    say = texts.gettext
    if not told:
        return []
    named_parts = (
        (say("Hours in all"), "hours_total"),
        (say("Practical hours"), "hours_practice"),
        (say("Weeks of practice"), "weeks_practice"),
        (say("Weeks at an enterprise"), "weeks_enterprise"),
    )
    return [
        (say("Code"), told["code"]),
        (say("Major"), told["major_code"]),
        (say("Stage"), stage_words(texts, told["stage"])),
        (say("Credits"), credits_of(texts, told["credits_hundredths"])),
        *((label, "—" if told[name] is None else str(told[name])) for label, name in named_parts),
    ]


def _practice_finding(texts: Texts, title: str, findings: Sequence[Body]) -> str:
    """Return what the check says of the programme in one line."""
    say = texts.gettext
    passed = [one["passed"] for one in findings]
    if False in passed:
        return say("%(title)s: too little practice") % {"title": title}
    if True in passed:
        return say("%(title)s: practice as asked") % {"title": title}
    return say("%(title)s: practice not checked") % {"title": title}


def _practice_table(texts: Texts, checked: Body) -> Table:
    say = texts.gettext
    tags = {
        True: Tag(say("As asked"), "good"),
        False: Tag(say("Too little"), "bad"),
        None: Tag(say("Not checked")),
    }
    rows = [
        [
            Cell(named(texts, _DEMANDS, one["key"]), sub=one["clause"] or ""),
            Cell(tag=tags[one["passed"]]),
            Cell(one["words"][texts.language]),
        ]
        for one in checked["findings"]
    ]
    heads = (say("Demand"), say("Finding"), say("Why"))
    return Table(say("Practice against the policy pack"), [Column(head) for head in heads], rows)


async def _course_table(visit: Visit, codes: Sequence[str]) -> Table | None:
    texts, say = visit.texts, visit.texts.gettext
    listed = (await visit.api.get("/v1/courses", {"limit": _ALL})).body["items"]
    by_code = {one["code"]: one for one in listed}
    rows = [
        [
            Cell(by_code[code]["title"] if code in by_code else say("Not imported"), sub=code),
            Cell(
                named(texts, COURSE_KINDS, by_code[code]["kind"]) if code in by_code else "—",
            ),
            Cell(credits_of(texts, by_code.get(code, {}).get("credits_hundredths"))),
        ]
        for code in codes
    ]
    columns = [Column(say("Course")), Column(say("Kind")), Column(say("Credits"), numeric=True)]
    return Table(say("Courses of the programme"), columns, rows) if rows else None


async def _standard_ways(visit: Visit, asked: str) -> list[Link]:
    """Return the competency standards that the programme may be held against."""
    listed = (await visit.api.get("/v1/competency-standards", {"limit": _PAGE})).body["items"]
    path = visit.request.url.path
    keys = [(f"{one['standard_id']}@{one['edition']}", one["name"]) for one in listed]
    return [Link(name, f"{path}?standard={key}", current=key == asked) for key, name in keys]


async def _coverage(visit: Visit, asked: str, codes: Sequence[str]) -> Body | None:
    """Return the matrix of courses and units of a standard, with the share that is covered."""
    acting = visit.caller.acting if visit.caller else None
    if not codes or acting is None:
        return None
    wanted = {"course": list(codes), "school_id": acting.org_id}
    told = (await visit.api.get(f"/v1/competency-standards/{asked}/coverage", wanted)).body
    texts, say = visit.texts, visit.texts.gettext
    rows = [
        [
            Cell(one["name"], sub=one["code"]),
            Cell(say("; ").join(one["courses"]) or "—"),
            Cell(f"{one['level_reached']} / {one['level_needed']}"),
            Cell(texts.number(round(one["hours"]))),
            Cell(named(texts, _COVERED, one["covered"])),
        ]
        for one in told["units"]
    ]
    columns = [
        Column(say("Unit of the standard")),
        Column(say("Courses")),
        Column(say("Level reached / needed"), numeric=True),
        Column(say("Hours"), numeric=True),
        Column(say("Coverage")),
    ]
    share = texts.percent(told["share_whole"], 0)
    caption = say("The courses cover %(share)s of the standard's units wholly") % {"share": share}
    return {"table": Table(caption, columns, rows), "unlinked": told["courses_unknown"]}


PAGES = (
    Page("/credits/learners", list_learners, "credit_learners", CREDIT_OFFICE),
    Page("/credits/courses", list_courses, "credit_courses", CREDIT_STAFF),
    Page("/credits/programmes", list_programmes, "credit_programmes", CREDIT_STAFF),
    Page("/credits/programmes/{programme_id}", show_programme, "credit_programme", CREDIT_STAFF),
    Page("/credits/grades", list_grades, "credit_grades", CREDIT_OFFICE),
)
