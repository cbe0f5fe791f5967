"""One placement: where it stands, its papers, what still stops it, and its next step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE, PLACEMENT_READERS
from gateway.portal.catalogue_names import major_name
from gateway.portal.components import Link, Tag, Task
from gateway.portal.forms import FormError, FormState, Option, form_state
from gateway.portal.internship_words import ORIGINS, PLACEMENT_STATES, days_of, tag_of
from gateway.portal.pages.posts import rules_of
from gateway.portal.payment_view import payments_of
from gateway.portal.placement_papers import NEEDED, PAPERS, has_paper
from gateway.portal.post_words import word
from gateway.portal.problems import ApiProblemError
from gateway.portal.report_view import ReportView, report_view
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]

_REFUSED = frozenset({409, 412, 422})
GRADES = ("优秀", "良好", "合格", "不合格")
_ASSESSMENT = (
    "hours",
    "grade",
    "competencies",
    "school_assessor",
    "enterprise_assessor",
    "remarks",
)


async def show_placement(visit: Visit) -> Response:
    return await _placement_page(visit, FormState(("reason",)))


async def start_placement(visit: Visit) -> Response:
    return await _act(visit, "start", None, visit.texts.gettext("The internship has started."))


async def end_placement(visit: Visit) -> Response:
    reason = str(visit.form.get("reason", "")).strip() or None
    said = visit.texts.gettext("The internship has ended.")
    return await _act(visit, "end", {"reason": reason}, said)


async def cancel_placement(visit: Visit) -> Response:
    reason = str(visit.form.get("reason", "")).strip()
    said = visit.texts.gettext("The placement is taken back.")
    return await _act(visit, "cancel", {"reason": reason}, said)


async def _act(visit: Visit, verb: str, told: Body | None, said: str) -> Response:
    try:
        await visit.api.post(f"{api_path(visit)}/{verb}", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        form = _refused(form_state(("reason",), visit.form), refusal)
        return await _placement_page(visit, form, status=refusal.problem.status)
    return visit.redirect(here(visit), notice=said)


def _refused(form: FormState, refusal: ApiProblemError) -> FormState:
    """Return the refusal; every rule that stops the start leads to its finding."""
    faults = refusal.problem.faults
    if refusal.problem.code != "placement_blocked" or not faults:
        return form.refused(refusal.problem)
    errors = tuple(FormError(fault.text, f"rule.{fault.code}") for fault in faults)
    return FormState(form.fields, form.values, errors)


async def ask_release(visit: Visit) -> Response:
    return await _release_page(visit, form_state(("reason",)))


async def release_finding(visit: Visit) -> Response:
    form = form_state(("reason",), visit.form)
    told = {"rule": str(visit.request.path_params["rule"]), "reason": form.value("reason")}
    try:
        await visit.api.post(f"{api_path(visit)}/releases", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        refused = form.refused(refusal.problem)
        return await _release_page(visit, refused, status=refusal.problem.status)
    notice = visit.texts.gettext("Released. Your name and reason are kept with the report.")
    return visit.redirect(here(visit), notice=notice)


async def ask_assessment(visit: Visit) -> Response:
    return await _assessment_page(visit, form_state(_ASSESSMENT))


async def send_assessment(visit: Visit) -> Response:
    form, say = form_state(_ASSESSMENT, visit.form), visit.texts.gettext
    if not form.value("hours").isdecimal():
        form = form.with_error(say("Give a whole number of hours"), "hours")
    if form.value("grade") not in GRADES:
        form = form.with_error(say("Choose one"), "grade")
    if form.errors:
        return await _assessment_page(visit, form, status=422)
    told = {
        "hours": int(form.value("hours")),
        "grade": form.value("grade"),
        "competencies": [one for one in form.value("competencies").splitlines() if one.strip()],
        "school_assessor": form.value("school_assessor"),
        "enterprise_assessor": form.value("enterprise_assessor"),
        "remarks": form.value("remarks") or None,
    }
    try:
        await visit.api.post(f"{api_path(visit)}/assess", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        refused = form.refused(refusal.problem)
        return await _assessment_page(visit, refused, status=refusal.problem.status)
    return visit.redirect(here(visit), notice=say("The assessment is kept."))


def api_path(visit: Visit) -> str:
    """Return the placement of this page in the API."""
    return f"/v1/placements/{visit.request.path_params['placement_id']}"


def here(visit: Visit) -> str:
    """Return the page of the placement."""
    return f"/school/placements/{visit.request.path_params['placement_id']}"


def placement_trail(visit: Visit, placement: Body | None = None) -> list[Link]:
    """Return the way to a placement."""
    trail = [Link(visit.texts.gettext("Placements"), "/school/placements")]
    return trail if placement is None else [*trail, Link(placement["student_name"], here(visit))]


async def _placement_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    placement: Body = (await visit.api.get(api_path(visit))).body
    texts, say = visit.texts, visit.texts.gettext
    office = OFFICE.allows(visit.caller)
    checked = office and placement["state"] == "accepted"
    report = await _report(visit) if checked else None
    open_papers = placement["state"] in {"accepted", "started"}
    context = {
        "form": form,
        "placement": placement,
        "here": here(visit),
        "office": office,
        "state": tag_of(PLACEMENT_STATES, placement["state"], texts),
        "facts": placement_facts(visit, placement),
        "pay": await payments_of(visit, placement),
        "papers": _papers(visit, placement) if office and open_papers else [],
        "report": report,
        "blocked": sum(1 for one in report.findings if one.level == "block" and not one.released)
        if report
        else 0,
        "assessment": placement["assessment"],
        "why": Link(
            say("Why this student was placed here"),
            f"/school/batches/{placement['batch_id']}/results/{placement['student_id']}",
        )
        if placement["round_id"] and office
        else None,
    }
    return visit.render(
        "placements/placement.html",
        context,
        title=placement["student_name"],
        breadcrumb=placement_trail(visit),
        status=status,
    )


async def _report(visit: Visit) -> ReportView:
    report = (await visit.api.get(f"{api_path(visit)}/report")).body
    base = f"{here(visit)}/releases"
    return report_view(report, await rules_of(visit), visit.texts, release_base=base)


def placement_facts(visit: Visit, placement: Body) -> list[tuple[str, str]]:
    """Return what a placement is."""
    say, texts = visit.texts.gettext, visit.texts
    pay = placement["pay_fen_month"]
    pairs = [
        (say("Post"), placement["post_title"]),
        (say("Enterprise"), placement["enterprise_name"]),
        (say("First and last day"), days_of(placement, texts)),
        (say("Pay a month"), texts.money(pay) if pay is not None else say("Not declared")),
        (say("Class"), f"{placement['class_name']} · {major_name(placement['major_code'])}"),
        (say("Origin"), word(ORIGINS, placement["origin"], visit.texts)),
        (say("Teacher"), placement["teacher"] or say("Not named yet")),
        (say("Mentor"), placement["mentor"] or say("Not named yet")),
    ]
    if placement["rank"]:
        pairs.append((say("Wish"), texts.number(placement["rank"])))
    if placement["state"] == "proposed" and placement["accept_by"]:
        pairs.append((say("Answer until"), texts.moment(placement["accept_by"])))
    if placement["accepted_at"]:
        pairs.append((say("Accepted on"), texts.moment(placement["accepted_at"])))
    if placement["share_withdrawn_at"]:
        withdrawn = texts.moment(placement["share_withdrawn_at"])
        pairs.append((say("Consent to share data withdrawn on"), withdrawn))
    if placement["keeps"]:
        pairs.append((say("Answer"), say("Kept; stays in for the next round")))
    if placement["end_reason"]:
        pairs.append((say("Reason"), placement["end_reason"]))
    return pairs


def _papers(visit: Visit, placement: Body) -> list[Task]:
    say = visit.texts.gettext
    done, todo = Tag(say("Filled in"), "good"), Tag(say("Missing"), "warn")
    rest = Tag(say("Where it is asked for"), "neutral")
    return [
        Task(
            say(label),
            done if has_paper(placement, paper) else todo if paper in NEEDED else rest,
            f"{here(visit)}/papers/{paper}",
        )
        for paper, label in PAPERS.items()
    ]


async def _release_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    rule = str(visit.request.path_params["rule"])
    placement = (await visit.api.get(api_path(visit))).body
    report = await _report(visit)
    lines = [line for line in report.findings if line.rule == rule and line.release_href]
    if not lines and not form.errors:
        raise NotFoundError
    assert visit.caller is not None, "the page is for signed-in people"
    context = {
        "form": form,
        "lines": lines,
        "name": visit.caller.name,
        "path": visit.request.url.path,
        "back": here(visit),
    }
    return visit.render(
        "placements/release.html",
        context,
        title=visit.texts.gettext("Release a finding"),
        breadcrumb=placement_trail(visit, placement),
        status=status,
    )


async def _assessment_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    placement = (await visit.api.get(api_path(visit))).body
    say = visit.texts.gettext
    words = (say("Excellent"), say("Good"), say("Pass"), say("Fail"))
    grades = [Option(grade, word) for grade, word in zip(GRADES, words, strict=True)]
    context = {"form": form, "grades": grades, "path": visit.request.url.path}
    return visit.render(
        "placements/assessment.html",
        context,
        title=say("Assessment by school and host"),
        breadcrumb=placement_trail(visit, placement),
        status=status,
    )


_ONE = "/school/placements/{placement_id}"

PAGES = (
    Page(_ONE, show_placement, "placement", PLACEMENT_READERS),
    Page(f"{_ONE}/start", start_placement, "placement_started", OFFICE, ("POST",)),
    Page(f"{_ONE}/end", end_placement, "placement_ended", OFFICE, ("POST",)),
    Page(f"{_ONE}/cancel", cancel_placement, "placement_cancelled", OFFICE, ("POST",)),
    Page(f"{_ONE}/assessment", ask_assessment, "assessment", OFFICE),
    Page(f"{_ONE}/assessment", send_assessment, "assessment_sent", OFFICE, ("POST",)),
    Page(f"{_ONE}/releases/{{rule}}", ask_release, "placement_release", OFFICE),
    Page(f"{_ONE}/releases/{{rule}}", release_finding, "placement_released", OFFICE, ("POST",)),
)
