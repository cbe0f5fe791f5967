"""A student's own result with the reason of every wish, and appeals against it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal.access import STUDENT
from gateway.portal.components import Link
from gateway.portal.explain_view import wishes_of
from gateway.portal.forms import FormState, form_state
from gateway.portal.internship_words import APPEAL_STATES, tag_of
from gateway.portal.pages.results import rank_tag
from gateway.portal.pages.wishes import api_path, here, student_trail
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_FIELDS = ("grounds", "round_id", "placement_id")
_REFUSED = frozenset({409, 422})


async def show_result(visit: Visit) -> Response:
    batch, found = await asyncio.gather(
        visit.api.get(api_path(visit)), visit.api.get(f"{api_path(visit)}/round")
    )
    told, placements = await asyncio.gather(
        visit.api.get(f"/v1/rounds/{found.body['id']}/explain/me"),
        visit.api.get("/v1/placements/me"),
    )
    own = next(
        (one for one in placements.body["items"] if one["round_id"] == found.body["id"]), None
    )
    say = visit.texts.gettext
    context = {
        "round": found.body,
        "told": told.body,
        "rank": rank_tag(visit, told.body["placed_rank"]),
        "wishes": wishes_of(told.body, visit.texts),
        "offer": own,
        "what_if": f"{here(visit)}/what-if",
        "appeal": f"/student/appeals/new?round={found.body['id']}",
    }
    title = say("My result")
    return visit.render(
        "student/result.html",
        context,
        title=title,
        breadcrumb=student_trail(visit, batch.body),
    )


async def ask_appeal(visit: Visit) -> Response:
    query = visit.request.query_params
    told = {
        "round_id": query.get("round", ""),
        "placement_id": query.get("placement", ""),
        "grounds": "",
    }
    return _appeal_form(visit, FormState(_FIELDS, told))


async def send_appeal(visit: Visit) -> Response:
    form, say = form_state(_FIELDS, visit.form), visit.texts.gettext
    if not form.value("grounds"):
        said = say("Say what is wrong, in your own words")
        return _appeal_form(visit, form.with_error(said, "grounds"), status=422)
    told = {name: form.value(name) or None for name in _FIELDS}
    try:
        made = await visit.api.post("/v1/appeals", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        refused = form.refused(refusal.problem)
        return _appeal_form(visit, refused, status=refusal.problem.status)
    notice = say("Your appeal is made. A person of your school decides it and gives the reason.")
    return visit.redirect(f"/student/appeals/{made.body['id']}", notice=notice)


def _appeal_form(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    title = visit.texts.gettext("Appeal")
    trail = student_trail(visit)
    return visit.render(
        "student/appealing.html", {"form": form}, title=title, breadcrumb=trail, status=status
    )


async def show_appeal(visit: Visit) -> Response:
    appeal = (await visit.api.get(f"/v1/appeals/{visit.request.path_params['appeal_id']}")).body
    say = visit.texts.gettext
    context = {
        "appeal": appeal,
        "state": tag_of(APPEAL_STATES, appeal["state"], visit.texts),
        "about": Link(say("My place"), f"/student/placements/{appeal['placement_id']}")
        if appeal["placement_id"]
        else None,
    }
    trail = student_trail(visit)
    return visit.render("student/appeal.html", context, title=say("My appeal"), breadcrumb=trail)


PAGES = (
    Page("/student/batches/{batch_id}/result", show_result, "own_result", STUDENT),
    Page("/student/appeals/new", ask_appeal, "new_appeal", STUDENT),
    Page("/student/appeals/new", send_appeal, "new_appeal_sent", STUDENT, ("POST",)),
    Page("/student/appeals/{appeal_id}", show_appeal, "own_appeal", STUDENT),
)
