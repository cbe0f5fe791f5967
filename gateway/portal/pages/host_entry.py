"""One entry of the register of hosts: the eight items, the report, the decision, the removal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.api_client import Answer
from gateway.portal.components import Link, Tag, Task
from gateway.portal.forms import FormState, Option, form_state, form_state_of, sent_file
from gateway.portal.internship_words import HOST_ITEMS, HOST_STATES, tag_of
from gateway.portal.pages.rosters import office_link
from gateway.portal.problems import ApiProblemError, FieldFault, Problem
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_VISITED = ("inspected_on", "inspectors")
_INSPECTION = (*_VISITED, *(f"{item}.{part}" for item in HOST_ITEMS for part in ("ok", "note")))
_DECISION = ("decided_on", "decision_note", "public_url", "new_host")
_REFUSED = frozenset({409, 412, 413, 422})


async def show_host(visit: Visit) -> Response:
    return await _host_page(visit, FormState(("file", "reason")))


async def ask_inspection(visit: Visit) -> Response:
    answer = await visit.api.get(_path(visit))
    return _inspection_page(visit, answer, _inspected(answer.body))


async def send_inspection(visit: Visit) -> Response:
    form = form_state(_INSPECTION, visit.form)
    for item, label in HOST_ITEMS.items():
        for part in ("ok", "note"):
            if not form.value(f"{item}.{part}"):
                said = visit.texts.gettext("Fill in: %(field)s")
                named = {"field": visit.texts.gettext(label)}
                form = form.with_error(said % named, f"{item}.{part}")
    if form.errors:
        return _inspection_page(visit, await visit.api.get(_path(visit)), form, status=422)
    told = {
        "inspected_on": form.value("inspected_on") or None,
        "inspectors": form.value("inspectors"),
        "items": {
            item: {
                "satisfied": form.value(f"{item}.ok") == "true",
                "note": form.value(f"{item}.note"),
            }
            for item in HOST_ITEMS
        },
    }
    try:
        await visit.api.put(f"{_path(visit)}/inspection", told, etag=_seen(visit))
    except ApiProblemError as refusal:
        form = form.refused(_in_form(refusal))
        answer = await visit.api.get(_path(visit))
        return _inspection_page(visit, answer, form, status=refusal.problem.status)
    notice = visit.texts.gettext("The inspection is kept. Next: the written report.")
    return visit.redirect(_here(visit), notice=notice)


async def send_report(visit: Visit) -> Response:
    form, upload = FormState(("file", "reason")), await sent_file(visit.form, "file")
    if upload is None:
        said = visit.texts.gettext("Choose a file")
        return await _host_page(visit, form.with_error(said, "file"), status=422)
    try:
        await visit.api.put_file(f"{_path(visit)}/report", upload, etag=_seen(visit))
    except ApiProblemError as refusal:
        return await _refused(visit, refusal)
    return visit.redirect(_here(visit), notice=visit.texts.gettext("The report is kept."))


async def download_report(visit: Visit) -> Response:
    answer = await visit.api.get(f"{_path(visit)}/report")
    headers = {"Content-Disposition": 'attachment; filename="inspection-report"'}
    return Response(answer.content, media_type="application/octet-stream", headers=headers)


async def ask_decision(visit: Visit) -> Response:
    answer = await visit.api.get(_path(visit))
    new = "true" if answer.body["inspected_on"] else "false"
    shown = form_state_of(_DECISION, {**answer.body, "new_host": new})
    return _decision_page(visit, answer, shown)


async def send_decision(visit: Visit) -> Response:
    form = form_state(_DECISION, visit.form)
    told = {
        "decided_on": form.value("decided_on") or None,
        "decision_note": form.value("decision_note") or None,
        "public_url": form.value("public_url"),
        "new_host": form.value("new_host") != "false",
    }
    try:
        await visit.api.post_seen(f"{_path(visit)}/approve", told, key=visit.key, etag=_seen(visit))
    except ApiProblemError as refusal:
        form = form.refused(_in_form(refusal))
        answer = await visit.api.get(_path(visit))
        return _decision_page(visit, answer, form, status=refusal.problem.status)
    notice = visit.texts.gettext("The host is on the public register. Its posts may enter batches.")
    return visit.redirect(_here(visit), notice=notice)


async def remove_host(visit: Visit) -> Response:
    told = {"reason": str(visit.form.get("reason", "")).strip()}
    try:
        await visit.api.post_seen(f"{_path(visit)}/remove", told, key=visit.key, etag=_seen(visit))
    except ApiProblemError as refusal:
        return await _refused(visit, refusal)
    notice = visit.texts.gettext("The host has left the register.")
    return visit.redirect(_here(visit), notice=notice)


def _path(visit: Visit) -> str:
    return f"/v1/hosts/{visit.request.path_params['host_id']}"


def _here(visit: Visit) -> str:
    return f"/school/hosts/{visit.request.path_params['host_id']}"


def _seen(visit: Visit) -> str:
    return str(visit.form.get("_seen", ""))


def _in_form(refusal: ApiProblemError) -> Problem:
    """Return a refusal whose pointers are those of the form: `/items/x/satisfied` is `x.ok`."""
    problem = refusal.problem
    if problem.status not in _REFUSED:
        raise refusal
    faults = tuple(_in_field(fault) for fault in problem.faults)
    return Problem(problem.status, problem.code, problem.title, problem.detail, faults)


def _in_field(fault: FieldFault) -> FieldFault:
    pointer = (fault.pointer or "").removeprefix("/items").replace("/satisfied", "/ok")
    return FieldFault(fault.text, fault.code, pointer or None)


async def _refused(visit: Visit, refusal: ApiProblemError) -> Response:
    if refusal.problem.status not in _REFUSED:
        raise refusal
    form = form_state(("file", "reason"), visit.form).refused(refusal.problem)
    return await _host_page(visit, form, status=refusal.problem.status)


def _inspected(host: Body) -> FormState:
    items: Body = host["inspection"] or {}
    told: dict[str, Any] = {name: host[name] for name in _VISITED}
    for item, found in items.items():
        told[f"{item}.ok"] = found["satisfied"]
        told[f"{item}.note"] = found["note"]
    return form_state_of(_INSPECTION, told)


def _trail(visit: Visit, host: Body | None = None) -> list[Link]:
    say = visit.texts.gettext
    trail = [office_link(visit), Link(say("Register of hosts"), "/school/hosts")]
    return trail if host is None else [*trail, Link(host["enterprise_name"], _here(visit))]


async def _host_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    answer = await visit.api.get(_path(visit))
    host: Body = answer.body
    say = visit.texts.gettext
    items: Body = host["inspection"] or {}
    context = {
        "form": form,
        "host": host,
        "seen": answer.etag or "",
        "here": _here(visit),
        "state": tag_of(HOST_STATES, host["state"], visit.texts),
        "tasks": _tasks(visit, host) if host["state"] != "removed" else [],
        "items": [
            (say(label), items[item]["satisfied"], items[item]["note"])
            for item, label in HOST_ITEMS.items()
            if item in items
        ],
    }
    return visit.render(
        "hosts/host.html",
        context,
        title=host["enterprise_name"],
        breadcrumb=_trail(visit),
        status=status,
    )


def _tasks(visit: Visit, host: Body) -> list[Task]:
    say = visit.texts.gettext
    done, todo = Tag(say("Done"), "good"), Tag(say("To do"), "warn")
    approved = host["state"] == "approved"
    return [
        Task(
            say("Inspect the site: eight items"),
            done if host["inspected_on"] else todo,
            f"{_here(visit)}/inspection",
        ),
        Task(say("Upload the written report"), done if host["has_report"] else todo, "#report"),
        Task(
            say("Decide, and publish the register"),
            done if approved else todo,
            f"{_here(visit)}/decision",
        ),
    ]


def _inspection_page(
    visit: Visit, answer: Answer, form: FormState, *, status: int = 200
) -> Response:
    say = visit.texts.gettext
    context = {
        "form": form,
        "seen": answer.etag or "",
        "path": f"{_here(visit)}/inspection",
        "items": [(item, say(label)) for item, label in HOST_ITEMS.items()],
        "yes_no": [Option("true", say("Meets it")), Option("false", say("Does not"))],
    }
    return visit.render(
        "hosts/inspection.html",
        context,
        title=say("Inspection of the site"),
        breadcrumb=_trail(visit, answer.body),
        status=status,
    )


def _decision_page(visit: Visit, answer: Answer, form: FormState, *, status: int = 200) -> Response:
    say = visit.texts.gettext
    kinds = [
        Option("true", say("A new host"), say("Inspection and report must be complete")),
        Option("false", say("A host of earlier years"), say("Approved without a new visit")),
    ]
    context = {
        "form": form,
        "seen": answer.etag or "",
        "path": f"{_here(visit)}/decision",
        "kinds": kinds,
    }
    return visit.render(
        "hosts/decision.html",
        context,
        title=say("Decision on the host"),
        breadcrumb=_trail(visit, answer.body),
        status=status,
    )


_ONE = "/school/hosts/{host_id}"

PAGES = (
    Page(_ONE, show_host, "host", OFFICE),
    Page(f"{_ONE}/inspection", ask_inspection, "inspection", OFFICE),
    Page(f"{_ONE}/inspection", send_inspection, "inspection_sent", OFFICE, ("POST",)),
    Page(f"{_ONE}/report", download_report, "host_report", OFFICE),
    Page(f"{_ONE}/report", send_report, "host_report_sent", OFFICE, ("POST",)),
    Page(f"{_ONE}/decision", ask_decision, "host_decision", OFFICE),
    Page(f"{_ONE}/decision", send_decision, "host_decision_sent", OFFICE, ("POST",)),
    Page(f"{_ONE}/remove", remove_host, "host_removed", OFFICE, ("POST",)),
)
