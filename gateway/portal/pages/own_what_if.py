"""A student tries the own result: another grade, another order of wishes, one more seat."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal.access import STUDENT
from gateway.portal.components import Link
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.job_view import progress_of, read_job
from gateway.portal.pages.what_if import place_cell
from gateway.portal.pages.wishes import api_path, here, student_trail
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_REFUSED = frozenset({409, 422})


async def ask_own(visit: Visit) -> Response:
    found, told = await _result(visit)
    ranks = {_rank(one): str(one["rank"]) for one in told["wishes"]}
    return await _page(visit, FormState(_fields(told), ranks), found, told)


async def send_own(visit: Visit) -> Response:
    found, told = await _result(visit)
    form = form_state(_fields(told), visit.form)
    question, form = _question(visit, form, told)
    if form.errors:
        return await _page(visit, form, found, told, status=422)
    try:
        job = await visit.api.post(f"/v1/rounds/{found['id']}/what-if/me", question, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        refused = form.refused(refusal.problem)
        return await _page(visit, refused, found, told, status=refusal.problem.status)
    return visit.redirect(f"{visit.request.url.path}/{job.body['job_id']}")


async def _result(visit: Visit) -> tuple[Body, Body]:
    found = (await visit.api.get(f"{api_path(visit)}/round")).body
    told = (await visit.api.get(f"/v1/rounds/{found['id']}/explain/me")).body
    return found, told


def _rank(wish: Body) -> str:
    return f"rank.{wish['post_id']}"


def _fields(told: Body) -> tuple[str, ...]:
    return ("what", "grade", "extra_seat", *(_rank(one) for one in told["wishes"]))


def _question(visit: Visit, form: FormState, told: Body) -> tuple[dict[str, Any], FormState]:
    say, what = visit.texts.gettext, form.value("what")
    if what == "grade":
        try:
            return {"grade": float(form.value("grade"))}, form
        except ValueError:
            return {}, form.with_error(say("Give a number"), "grade")
    if what == "extra_seat":
        if not form.value("extra_seat"):
            return {}, form.with_error(say("Choose a post"), "extra_seat")
        return {"extra_seat": form.value("extra_seat")}, form
    placed: list[tuple[int, str]] = []
    for wish in told["wishes"]:
        value = form.value(_rank(wish))
        if value and not value.isdecimal():
            return {}, form.with_error(say("Give a number"), _rank(wish))
        if value:
            placed.append((int(value), wish["post_id"]))
    return {"post_ids": [post_id for _, post_id in sorted(placed)]}, form


async def _page(
    visit: Visit, form: FormState, found: Body, told: Body, *, status: int = 200
) -> Response:
    batch = (await visit.api.get(api_path(visit))).body
    say = visit.texts.gettext
    context = {
        "form": form,
        "round": found,
        "path": visit.request.url.path,
        "graded": bool(batch["priority_weights"].get("grade")),
        "ranks": [(_rank(one), one["title"], one["enterprise_name"]) for one in told["wishes"]],
        "choices": [
            Option(one["post_id"], f"{one['title']} · {one['enterprise_name']}")
            for one in told["wishes"]
        ],
    }
    return visit.render(
        "student/what_if.html",
        context,
        title=say("What if it had been otherwise?"),
        breadcrumb=_trail(visit, batch),
        status=status,
    )


def _trail(visit: Visit, batch: Body) -> list[Link]:
    result = Link(visit.texts.gettext("My result"), f"{here(visit)}/result")
    return [*student_trail(visit, batch), result]


async def show_own(visit: Visit) -> Response:
    job_id = str(visit.request.path_params["job_id"])
    batch, job = await asyncio.gather(visit.api.get(api_path(visit)), read_job(visit, job_id))
    say = visit.texts.gettext
    result: Body | None = job["result"] if job["state"] == "done" else None
    context = {
        "job": progress_of(visit, job, say("Your question is being worked out")),
        "result": result,
        "before": place_cell(visit, result["before"]) if result else None,
        "after": place_cell(visit, result["after"]) if result else None,
        "again": visit.request.url.path.rpartition("/")[0],
    }
    return visit.render(
        "student/what_if_answer.html",
        context,
        title=say("Where you would be"),
        breadcrumb=_trail(visit, batch.body),
    )


_ONE = "/student/batches/{batch_id}/what-if"

PAGES = (
    Page(_ONE, ask_own, "own_what_if", STUDENT),
    Page(_ONE, send_own, "own_what_if_sent", STUDENT, ("POST",)),
    Page(f"{_ONE}/{{job_id}}", show_own, "own_what_if_answer", STUDENT),
)
