"""Internships arranged by students: read by the office, decided with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.addresses import pager
from gateway.portal.catalogue_names import region_path
from gateway.portal.components import Cell, Column, Link, Table
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.internship_words import ARRANGEMENT_STATES, tag_of
from gateway.portal.pages.appeals import by_state, state_tabs
from gateway.portal.pages.rosters import office_link
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]

_REFUSED = frozenset({409, 412, 422})


async def list_arrangements(visit: Visit) -> Response:
    say, texts = visit.texts.gettext, visit.texts
    state, found = await by_state(visit, "/v1/self-arrangements", ARRANGEMENT_STATES)
    rows = [
        [
            Cell(
                one["student_name"],
                href=f"/school/self-arranged/{one['id']}",
                sub=one["enrolment_no"],
            ),
            Cell(one["host_name"], sub=one["host_uscc"]),
            Cell(one["post_title"]),
            Cell(tag=tag_of(ARRANGEMENT_STATES, one["state"], texts)),
        ]
        for one in found.body["items"]
    ]
    heads = (say("Student"), say("Enterprise"), say("Post"), say("State"))
    title = say("Arranged by students")
    context = {
        "tabs": state_tabs(visit, ARRANGEMENT_STATES, state),
        "items": Table(title, [Column(head) for head in heads], rows, caption_hidden=True)
        if rows
        else None,
        "pager": pager(visit.request.url, found, shown=len(rows)),
        "lead": say("Student and guardian apply with a host of their own; the school decides."),
    }
    trail = [office_link(visit)]
    return visit.render("appeals/list.html", context, title=title, breadcrumb=trail)


async def show_arrangement(visit: Visit) -> Response:
    return await _arrangement_page(visit, form_state(("approve", "reason")))


async def decide_arrangement(visit: Visit) -> Response:
    form, say = form_state(("approve", "reason"), visit.form), visit.texts.gettext
    verb = {"true": "approve", "false": "refuse"}.get(form.value("approve"))
    if verb is None:
        form = form.with_error(say("Choose one"), "approve")
    if not form.value("reason"):
        form = form.with_error(say("Give the reason; the student reads it"), "reason")
    if form.errors:
        return await _arrangement_page(visit, form, status=422)
    path = f"/v1/self-arrangements/{visit.request.path_params['arrangement_id']}/{verb}"
    try:
        await visit.api.post(path, {"reason": form.value("reason")}, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        refused = form.refused(refusal.problem)
        return await _arrangement_page(visit, refused, status=refusal.problem.status)
    return visit.redirect("/school/self-arranged", notice=say("Decided."))


async def _arrangement_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    say, texts = visit.texts.gettext, visit.texts
    arrangement = await _arrangement(visit)
    batch = (await visit.api.get(f"/v1/batches/{arrangement['batch_id']}")).body
    context = {
        "form": form,
        "arrangement": arrangement,
        "state": tag_of(ARRANGEMENT_STATES, arrangement["state"], texts),
        "facts": arrangement_facts(visit, arrangement),
        "choices": [
            Option("true", say("Approve"), say("It becomes an accepted placement")),
            Option("false", say("Refuse")),
        ],
        "path": visit.request.url.path,
        "batch": Link(batch["name"], f"/school/batches/{batch['id']}"),
    }
    trail = [office_link(visit), Link(say("Arranged by students"), "/school/self-arranged")]
    title = f"{arrangement['student_name']} · {arrangement['host_name']}"
    return visit.render(
        "appeals/arrangement.html", context, title=title, breadcrumb=trail, status=status
    )


async def _arrangement(visit: Visit) -> Body:
    """Find one application in the list: the API gives them page by page."""
    wanted = str(visit.request.path_params["arrangement_id"])
    cursor: str | None = None
    while True:
        asked = {"limit": 200, "cursor": cursor}
        found = await visit.api.get("/v1/self-arrangements", asked)
        items: Sequence[Body] = found.body["items"]
        for one in items:
            if one["id"] == wanted:
                return one
        cursor = found.next_cursor
        if cursor is None:
            raise NotFoundError


def arrangement_facts(visit: Visit, arrangement: Body) -> list[tuple[str, str]]:
    """Return what a student told of host and post."""
    say, texts = visit.texts.gettext, visit.texts
    details: Body = arrangement["details"]
    pay = details.get("pay_fen_month")
    return [
        (say("Enterprise"), f"{arrangement['host_name']} {arrangement['host_uscc']}"),
        (say("Post"), arrangement["post_title"]),
        (say("Place"), f"{region_path(details['region_code'])} {details['address']}"),
        (say("Contact"), details["contact"]),
        (say("Typical tasks"), details["tasks"]),
        (say("Pay a month"), texts.money(pay) if pay is not None else say("Not declared")),
        (say("Mentor"), details.get("mentor") or say("Not given")),
        (say("The guardian signed on"), texts.date(arrangement["guardian_signed_on"])),
    ]


PAGES = (
    Page("/school/self-arranged", list_arrangements, "arrangements", OFFICE),
    Page("/school/self-arranged/{arrangement_id}", show_arrangement, "arrangement", OFFICE),
    Page(
        "/school/self-arranged/{arrangement_id}",
        decide_arrangement,
        "arrangement_sent",
        OFFICE,
        ("POST",),
    ),
)
