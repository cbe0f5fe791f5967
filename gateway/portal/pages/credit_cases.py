"""The work list of reviewers: cases with precedents beside them, decisions, statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.addresses import pager
from gateway.portal.api_client import Answer
from gateway.portal.components import Cell, Column, Link, Table
from gateway.portal.credit_words import (
    CREDIT_OFFICE,
    CREDIT_REVIEWERS,
    CREDIT_STAFF,
    OUTCOME_KINDS,
    REFUSALS,
    STATES,
    VERDICTS,
    credits_of,
    state_tag,
)
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.labour_words import named
from gateway.portal.pages.credit_outcomes import item_table
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_PAGE = 50
_OPEN = ("submitted", "evidence_check", "needs_more", "review", "public_notice")
_REFUSED = frozenset({403, 409, 412, 422})
_DECISION = ("verdict", "reason", "reason_code", "content_sha256")
_CHECK = ("complete", "missing", "note")


async def list_cases(visit: Visit) -> Response:
    texts, say, query = visit.texts, visit.texts.gettext, visit.request.query_params
    state = query.get("state") if query.get("state") in STATES else None
    asked = {"state": state, "limit": _PAGE, "cursor": query.get("cursor")}
    found = await visit.api.get("/v1/credit-applications", asked)
    path, may_review = visit.request.url.path, CREDIT_REVIEWERS.allows(visit.caller)
    context = {
        "tabs": [
            Link(say("All"), path, current=state is None),
            *(
                Link(state_tag(texts, each).text, f"{path}?state={each}", current=each == state)
                for each in _OPEN
            ),
        ],
        "table": _case_table(texts, found.body["items"], may_open=may_review),
        "pager": pager(visit.request.url, found, shown=len(found.body["items"])),
        "may_review": may_review,
        "may_apply": CREDIT_OFFICE.allows(visit.caller),
    }
    return visit.render("credits/cases.html", context, title=say("Recognition of credits"))


async def show_case(visit: Visit) -> Response:
    return await _case_page(visit, FormState((*_DECISION, *_CHECK)))


async def check_evidence(visit: Visit) -> Response:
    form = form_state(_CHECK, visit.form)
    told = {
        "complete": form.value("complete") == "true",
        "missing": [line for line in form.value("missing").splitlines() if line.strip()],
        "note": form.value("note"),
    }
    return await _act(visit, form, "evidence-checks", told)


async def decide_case(visit: Visit) -> Response:
    form = form_state(_DECISION, visit.form)
    told: dict[str, Any] = {
        "verdict": form.value("verdict"),
        "content_sha256": form.value("content_sha256"),
        "reason": form.value("reason"),
    }
    if form.value("reason_code"):
        told["reason_code"] = form.value("reason_code")
    return await _act(visit, form, "decisions", told)


async def stand_back(visit: Visit) -> Response:
    form = form_state(("reason",), visit.form)
    return await _act(visit, form, "conflicts", {"reason": form.value("reason")})


async def show_statistics(visit: Visit) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    told = (await visit.api.get("/v1/credit-statistics")).body
    context = {
        "told": told,
        "converted": _facts_table(texts, told["converted"], say("Converted credits by kind")),
        "refusals": _facts_table(texts, told["refusals"], say("Reasons of refusals")),
        "states": _facts_table(texts, told["states"], say("Applications by state")),
        "times": [
            (_heading(texts, name), texts.number(value))
            for name, value in told["time_to_decision"].items()
            if isinstance(value, (int, float))
        ],
    }
    trail = [Link(say("Recognition of credits"), "/credits/cases")]
    title = say("Figures of recognition")
    return visit.render("credits/statistics.html", context, title=title, breadcrumb=trail)


async def _act(visit: Visit, form: FormState, what: str, told: Body) -> Response:
    application_id = visit.request.path_params["application_id"]
    path = f"/v1/credit-applications/{application_id}"
    etag = str(visit.form.get("seen") or "") or None
    try:
        await visit.api.post_seen(f"{path}/{what}", told, key=visit.key, etag=etag)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _case_page(visit, form.refused(refusal.problem))
    say = visit.texts.gettext
    return visit.redirect(f"/credits/cases/{application_id}", notice=say("Kept."))


async def _case_page(visit: Visit, form: FormState) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    application_id = visit.request.path_params["application_id"]
    answer: Answer = await visit.api.get(f"/v1/credit-applications/{application_id}/case")
    told: Body = answer.body
    application = told["application"]
    context = {
        "form": form,
        "told": told,
        "application": application,
        "seen": answer.etag or "",
        "state": state_tag(texts, application["state"]),
        "items": item_table(texts, visit.language, application["items"]),
        "precedents": _precedent_table(texts, told["precedents"]),
        "decisions": _decision_table(texts, told["decisions"]),
        "steps": [
            (texts.moment(one["at"]), state_tag(texts, one["state"]).text, one["note"])
            for one in told["steps"]
            if one["state"] in STATES
        ],
        "outcome_kind": named(texts, OUTCOME_KINDS, application["outcome_kind"]),
        "verdicts": [Option(key, say(words)) for key, words in VERDICTS.items()],
        "refusals": [Option("", "—"), *(Option(k, say(words)) for k, words in REFUSALS.items())],
    }
    trail = [Link(say("Recognition of credits"), "/credits/cases")]
    title = f"{application['student_name']} · {application['outcome_title']}"
    return visit.render(
        "credits/case.html",
        context,
        title=title,
        breadcrumb=trail,
        status=422 if form.errors else 200,
    )


def _case_table(texts: Texts, items: Sequence[Body], *, may_open: bool) -> Table | None:
    if not items:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(
                one["student_name"],
                href=f"/credits/cases/{one['id']}" if may_open else None,
                sub=one["class_name"],
            ),
            Cell(one["outcome_title"], sub=named(texts, OUTCOME_KINDS, one["outcome_kind"])),
            Cell(say("; ").join(each["title"] for each in one["items"])),
            Cell(tag=state_tag(texts, one["state"])),
            Cell(texts.date(one["due_at"]) if one["due_at"] else "—"),
        ]
        for one in items
    ]
    heads = (say("Student"), say("Learning outcome"), say("Courses"), say("State"), say("Next by"))
    return Table(say("Cases"), [Column(head) for head in heads], rows, caption_hidden=True)


def _precedent_table(texts: Texts, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(str(one.get("outcome_title", ""))),
            Cell(str(one.get("course_title", ""))),
            Cell(str(one.get("school_name", "") or "—")),
        ]
        for one in items
    ]
    heads = (say("Learning outcome"), say("Course"), say("School"))
    return Table(say("What peers accepted"), [Column(head) for head in heads], rows)


def _decision_table(texts: Texts, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(one["reviewer_name"], sub=texts.moment(one["decided_at"])),
            Cell(named(texts, VERDICTS, one["verdict"])),
            Cell(one["reason"], sub=", ".join(one["rule_ids"])),
        ]
        for one in items
    ]
    heads = (say("Reviewer"), say("Decision"), say("Reason"))
    return Table(say("Decisions"), [Column(head) for head in heads], rows)


def _facts_table(texts: Texts, items: Sequence[Body], caption: str) -> Table | None:
    """Return figures by group: the names are words of the API, in the reader's language."""
    if not items:
        return None
    heads = list(items[0])
    rows = [[Cell(_value(texts, head, one[head])) for head in heads] for one in items]
    columns = [
        Column(_heading(texts, head), numeric=isinstance(items[0][head], (int, float)))
        for head in heads
    ]
    return Table(caption, columns, rows)


def _heading(texts: Texts, name: str) -> str:
    say = texts.gettext
    heads = {
        "kind": say("Kind"),
        "state": say("State"),
        "count": say("How many"),
        "applications": say("Applications"),
        "credits_hundredths": say("Credits"),
        "reason_code": say("Reason"),
        "median_days": say("Days to decision, middle value"),
        "p90_days": say("Days to decision, nine in ten within"),
        "decided": say("Decided"),
    }
    return heads.get(name, name)


def _value(texts: Texts, head: str, value: Any) -> str:
    if value is None:
        return "—"
    if head.endswith("hundredths"):
        return credits_of(texts, int(value))
    if isinstance(value, (int, float)):
        return texts.number(value)
    words = {"reason_code": REFUSALS, "kind": OUTCOME_KINDS}.get(head)
    if words is not None:
        return named(texts, words, str(value))
    return state_tag(texts, str(value)).text if head == "state" else str(value)


PAGES = (
    Page("/credits/cases", list_cases, "credit_cases", CREDIT_STAFF),
    Page("/credits/cases/statistics", show_statistics, "credit_statistics", CREDIT_REVIEWERS),
    Page("/credits/cases/{application_id}", show_case, "credit_case", CREDIT_REVIEWERS),
    Page(
        "/credits/cases/{application_id}/check",
        check_evidence,
        "credit_check",
        CREDIT_REVIEWERS,
        ("POST",),
    ),
    Page(
        "/credits/cases/{application_id}/decide",
        decide_case,
        "credit_decide",
        CREDIT_REVIEWERS,
        ("POST",),
    ),
    Page(
        "/credits/cases/{application_id}/conflict",
        stand_back,
        "credit_conflict",
        CREDIT_REVIEWERS,
        ("POST",),
    ),
)
