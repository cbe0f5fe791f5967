"""Work for a whole class at once: applications made, evidence passed, decisions taken."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.addresses import pager
from gateway.portal.components import Cell, Column, Link, Stat, Table
from gateway.portal.credit_words import (
    CREDIT_OFFICE,
    CREDIT_REVIEWERS,
    CREDIT_STAFF,
    OUTCOME_KINDS,
    PURPOSES,
    REFUSALS,
    VERDICTS,
    credits_of,
)
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.job_view import progress_of, read_job
from gateway.portal.labour_words import named
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_MAKE = ("class_name", "outcome_kind", "outcome_title", "course_ids", "purpose")
_DECIDE = ("ids", "verdict", "reason", "reason_code")
_REFUSED = frozenset({403, 409, 422})
_ALL = 200
_PAGE = 50
# What is done for many in a state: evidence is passed, or a decision is taken.
_STEPS: Mapping[str, str] = {"submitted": "check", "evidence_check": "check", "review": "decide"}


async def ask_batch(visit: Visit) -> Response:
    return await _make_page(visit, form_state_of(_MAKE, {"purpose": "substitute"}))


async def send_batch(visit: Visit) -> Response:
    form = form_state(_MAKE, visit.form)
    told = {
        "op": "create",
        "class_name": form.value("class_name"),
        "outcome_kind": form.value("outcome_kind"),
        "outcome_title": form.value("outcome_title") or None,
        "course_ids": [one for one in form.chosen("course_ids") if one],
        "purpose": form.value("purpose") or "substitute",
    }
    missing = [name for name in ("class_name", "outcome_kind", "course_ids") if not told[name]]
    for name in missing:
        form = form.with_error(visit.texts.gettext("This is needed."), name)
    if missing:
        return await _make_page(visit, form)
    return await _start(visit, form, told)


async def show_selection(visit: Visit) -> Response:
    return await _select_page(visit, form_state_of(_DECIDE, {}))


async def send_selection(visit: Visit) -> Response:
    form = form_state(_DECIDE, visit.form)
    chosen = [one for one in form.chosen("ids") if one]
    say = visit.texts.gettext
    if not chosen:
        return await _select_page(visit, form.with_error(say("Choose at least one."), "ids"))
    told: dict[str, Any] = {"op": _STEPS[_state(visit)], "reason": form.value("reason")}
    if told["op"] == "check":
        told["ids"] = chosen
    else:
        if not form.value("verdict") or not form.value("reason"):
            said = say("A decision has a verdict and a reason.")
            return await _select_page(visit, form.with_error(said, "verdict"))
        # What was read is what is decided over: each digest as its page showed it.
        told["decisions"] = [
            {"id": one, "content_sha256": str(visit.form.get(f"digest.{one}") or "")}
            for one in chosen
        ]
        told["verdict"] = form.value("verdict")
        told["reason_code"] = form.value("reason_code") or None
    return await _start(visit, form, told)


async def show_batch(visit: Visit) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    job = await read_job(visit, str(visit.request.path_params["job_id"]), room="credits")
    result: Body | None = job["result"] if job["state"] == "done" else None
    title = say("Work for many applications")
    if result:
        told = {"done": result["done"], "refused": len(result["refused"])}
        title = say("%(done)s done, %(refused)s refused") % told
    context = {
        "job": progress_of(visit, job, say("The applications are worked through one by one")),
        "figures": [
            Stat(texts.number(result["done"]), say("Done")),
            Stat(texts.number(len(result["refused"])), say("Refused with a reason")),
        ]
        if result
        else [],
        "refused": _refusal_table(visit, result["refused"]) if result else None,
    }
    return visit.render("credits/batch.html", context, title=title, breadcrumb=[_cases_link(visit)])


async def _start(visit: Visit, form: FormState, told: Body) -> Response:
    try:
        job = await visit.api.post("/v1/credit-applications/batches", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        page = _make_page if told["op"] == "create" else _select_page
        return await page(visit, form.refused(refusal.problem))
    return visit.redirect(f"/credits/batches/{job.body['job_id']}")


def _cases_link(visit: Visit) -> Link:
    return Link(visit.texts.gettext("Recognition of credits"), "/credits/cases")


def _state(visit: Visit) -> str:
    told = visit.request.query_params.get("state") or ""
    return told if told in _STEPS else "submitted"


async def _make_page(visit: Visit, form: FormState) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    learners, courses = await asyncio.gather(
        visit.api.get("/v1/credit-learners", {"limit": _ALL}),
        visit.api.get("/v1/courses", {"limit": _ALL}),
    )
    classes = dict.fromkeys(one["class_name"] for one in learners.body["items"])
    context = {
        "form": form,
        "classes": [Option(one, one) for one in classes],
        "kinds": [Option(key, say(words)) for key, words in OUTCOME_KINDS.items()],
        "courses": [
            Option(
                one["id"],
                f"{one['code']} {one['title']} ({credits_of(texts, one['credits_hundredths'])})",
            )
            for one in courses.body["items"]
        ],
        "purposes": [Option(key, say(words)) for key, words in PURPOSES.items()],
    }
    return visit.render(
        "credits/batch_new.html",
        context,
        title=say("Apply for a whole class"),
        breadcrumb=[_cases_link(visit)],
        status=422 if form.errors else 200,
    )


async def _select_page(visit: Visit, form: FormState) -> Response:
    texts, say, query = visit.texts, visit.texts.gettext, visit.request.query_params
    state, class_name = _state(visit), query.get("class_name") or ""
    asked = {
        "state": state,
        "class_name": class_name or None,
        "limit": _PAGE,
        "cursor": query.get("cursor"),
    }
    found = await visit.api.get("/v1/credit-applications", asked)
    items: Sequence[Body] = found.body["items"]
    context = {
        "form": form,
        "state": state,
        "class_name": class_name,
        "op": _STEPS[state],
        "tabs": [
            Link(said, f"{visit.request.url.path}?state={each}", current=each == state)
            for each, said in (("submitted", say("Pass evidence")), ("review", say("Decide")))
        ],
        "cases": [
            Option(
                one["id"],
                f"{one['student_name']} · {one['outcome_title']}",
                say("; ").join(
                    [
                        one["class_name"],
                        named(texts, OUTCOME_KINDS, one["outcome_kind"]),
                        *(
                            f"{each['title']} {credits_of(texts, each['amount'])}"
                            for each in one["items"]
                        ),
                    ]
                ),
            )
            for one in items
        ],
        "digests": [(one["id"], one["content_sha256"] or "") for one in items],
        "pager": pager(visit.request.url, found, shown=len(items)),
        "verdicts": [Option(key, say(VERDICTS[key])) for key in ("approved", "refused")],
        "refusals": [Option(key, say(words)) for key, words in REFUSALS.items()],
    }
    return visit.render(
        "credits/batch_select.html",
        context,
        title=say("Work on many applications at once"),
        breadcrumb=[_cases_link(visit)],
        status=422 if form.errors else 200,
    )


def _refusal_table(visit: Visit, refused: Sequence[Body]) -> Table | None:
    if not refused:
        return None
    say = visit.texts.gettext
    rows = [[Cell(one["id"][-8:]), Cell(one[visit.language])] for one in refused]
    heads = (say("Application or outcome"), say("Why it was refused"))
    return Table(
        say("Refused: nothing was written for these"), [Column(head) for head in heads], rows
    )


PAGES = (
    Page("/credits/batches/new", ask_batch, "credit_batch_new", CREDIT_OFFICE),
    Page("/credits/batches/new", send_batch, "credit_batch_send", CREDIT_OFFICE, ("POST",)),
    Page("/credits/batches/cases", show_selection, "credit_batch_cases", CREDIT_REVIEWERS),
    Page("/credits/batches/cases", send_selection, "credit_batch_act", CREDIT_REVIEWERS, ("POST",)),
    Page("/credits/batches/{job_id}", show_batch, "credit_batch", CREDIT_STAFF),
)
