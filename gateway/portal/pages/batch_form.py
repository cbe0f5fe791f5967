"""The terms of a batch: set up as a draft, changed until it opens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.api_client import Answer
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.internship_words import (
    MODE_HINTS,
    MODES,
    PRIORITIES,
    local_moment,
    moment_of,
    options_of,
)
from gateway.portal.pages.batches import api_path, batch_trail, here
from gateway.portal.post_answers import code_of
from gateway.portal.post_words import KINDS, code_lines
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_WEIGHTS = tuple(f"priority_weights.{name}" for name in PRIORITIES)
_CAPS = ("caps.staff_on_duty", "caps.same_post")
_FIXED = ("term", "kind", "mode")
_FIELDS = (
    *_FIXED,
    "name",
    "plan_id",
    "major_codes",
    "grade_years",
    "start_on",
    "end_on",
    "wishes_open_at",
    "wishes_close_at",
    "wishes_max",
    "accept_days",
    *_WEIGHTS,
    *_CAPS,
)
_REFUSED = frozenset({409, 412, 422})
_START = {
    "kind": "on_post",
    "mode": "cleared",
    "wishes_max": 10,
    "accept_days": 3,
    "priority_weights.relevance": 60,
    "priority_weights.grade": 40,
}


async def ask_new(visit: Visit) -> Response:
    return await _page(visit, form_state_of(_FIELDS, _START), None)


async def send_new(visit: Visit) -> Response:
    form = form_state(_FIELDS, visit.form)
    told, form = _told(visit, form)
    fixed = {name: form.value(name) for name in _FIXED}
    for name in _FIXED:
        if not fixed[name]:
            form = form.with_error(visit.texts.gettext("Choose one"), name)
    if form.errors:
        return await _page(visit, form, None, status=422)
    try:
        made = await visit.api.post("/v1/batches", {**fixed, **told}, key=visit.key)
    except ApiProblemError as refusal:
        return await _page(visit, _refused(form, refusal), None, status=refusal.problem.status)
    notice = visit.texts.gettext("The draft is kept. Next: the posts that it offers.")
    return visit.redirect(f"/school/batches/{made.body['id']}/posts", notice=notice)


async def ask_change(visit: Visit) -> Response:
    answer = await visit.api.get(api_path(visit))
    return await _page(visit, _shown(answer.body), answer)


async def send_change(visit: Visit) -> Response:
    form = form_state(_FIELDS, visit.form)
    told, form = _told(visit, form)
    answer = await visit.api.get(api_path(visit))
    if form.errors:
        return await _page(visit, form, answer, status=422)
    try:
        await visit.api.patch(api_path(visit), told, etag=str(visit.form.get("_seen", "")))
    except ApiProblemError as refusal:
        return await _page(visit, _refused(form, refusal), answer, status=refusal.problem.status)
    return visit.redirect(here(visit), notice=visit.texts.gettext("Saved."))


def _refused(form: FormState, refusal: ApiProblemError) -> FormState:
    if refusal.problem.status not in _REFUSED:
        raise refusal
    return form.refused(refusal.problem)


def _told(visit: Visit, form: FormState) -> tuple[dict[str, Any], FormState]:
    """Return the form as the API takes it, and the form with what cannot be read."""
    numbers: dict[str, float] = {}
    for name in ("wishes_max", "accept_days", *_WEIGHTS):
        told = form.value(name) or "0"
        try:
            numbers[name] = float(told)
        except ValueError:
            form = form.with_error(visit.texts.gettext("Give a number"), name)
    years = re.findall(r"\d+", form.value("grade_years"))
    lines = re.split(r"[\n,，、;；]", form.value("major_codes"))
    read = {
        "name": form.value("name"),
        "plan_id": form.value("plan_id") or None,
        "major_codes": [code_of(line.strip()) for line in lines if line.strip()],
        "grade_years": [int(year) for year in years],
        "start_on": form.value("start_on") or None,
        "end_on": form.value("end_on") or None,
        "wishes_open_at": moment_of(form.value("wishes_open_at")),
        "wishes_close_at": moment_of(form.value("wishes_close_at")),
        "wishes_max": int(numbers.get("wishes_max", 0)),
        "accept_days": int(numbers.get("accept_days", 0)),
        "priority_weights": {
            name: numbers.get(f"priority_weights.{name}", 0) / 100
            for name in PRIORITIES
            if numbers.get(f"priority_weights.{name}")
        },
        "caps": {name.partition(".")[2]: form.value(name) == "true" for name in _CAPS},
    }
    return read, form


def _shown(batch: Body) -> FormState:
    weights = {
        f"priority_weights.{name}": f"{100 * weight:g}"
        for name, weight in batch["priority_weights"].items()
    }
    told = {
        **batch,
        **weights,
        **{f"caps.{name}": "true" for name, binds in batch["caps"].items() if binds},
        "major_codes": code_lines("major_codes", batch["major_codes"]),
        "grade_years": "、".join(str(year) for year in batch["grade_years"]),
        "wishes_open_at": local_moment(batch["wishes_open_at"]),
        "wishes_close_at": local_moment(batch["wishes_close_at"]),
    }
    return form_state_of(_FIELDS, told)


async def _page(
    visit: Visit, form: FormState, answer: Answer | None, *, status: int = 200
) -> Response:
    say, texts = visit.texts.gettext, visit.texts
    plans = (await visit.api.get("/v1/plans", {"limit": 200})).body["items"]
    batch: Body | None = answer.body if answer else None
    hints = {"grade": say("Import the grades before the wishes are cleared")}
    context = {
        "form": form,
        "path": visit.request.url.path,
        "seen": (answer.etag if answer else "") or "",
        "new": batch is None,
        "modes": options_of(MODES, texts, MODE_HINTS),
        "kinds": options_of(KINDS, texts, {}),
        "plans": [Option(one["id"], f"{one['name']} ({one['term']})") for one in plans],
        "weights": [
            (f"priority_weights.{name}", say(label), hints.get(name, ""))
            for name, label in PRIORITIES.items()
        ],
    }
    title = say("Terms of the batch") if batch else say("Set up a batch")
    trail = batch_trail(visit, batch)
    return visit.render("batches/form.html", context, title=title, breadcrumb=trail, status=status)


PAGES = (
    Page("/school/batches/new", ask_new, "new_batch", OFFICE),
    Page("/school/batches/new", send_new, "new_batch_sent", OFFICE, ("POST",)),
    Page("/school/batches/{batch_id}/terms", ask_change, "batch_terms", OFFICE),
    Page("/school/batches/{batch_id}/terms", send_change, "batch_terms_sent", OFFICE, ("POST",)),
)
