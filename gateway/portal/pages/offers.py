"""A student's offer: what it is, accept with the consent that the law asks for, or decline."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal.access import STUDENT
from gateway.portal.components import Link
from gateway.portal.forms import FormState, form_state
from gateway.portal.internship_words import PLACEMENT_STATES, tag_of
from gateway.portal.pages.placement import placement_facts
from gateway.portal.pages.wishes import student_trail
from gateway.portal.payment_view import payments_of
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]

_FIELDS = ("share_consent", "reason")
_REFUSED = frozenset({409, 422})


async def show_offer(visit: Visit) -> Response:
    return await _offer_page(visit, FormState(_FIELDS))


async def accept_offer(visit: Visit) -> Response:
    form = form_state(_FIELDS, visit.form)
    told = {"share_consent": form.value("share_consent") == "true"}
    try:
        await visit.api.post(f"{_path(visit)}/accept", told, key=visit.key)
    except ApiProblemError as refusal:
        return await _refused(visit, form, refusal)
    notice = visit.texts.gettext("Accepted. Your school now prepares consent form and agreement.")
    return visit.redirect(_here(visit), notice=notice)


async def decline_offer(visit: Visit) -> Response:
    form = form_state(_FIELDS, visit.form)
    told = {"reason": form.value("reason") or None}
    try:
        await visit.api.post(f"{_path(visit)}/decline", told, key=visit.key)
    except ApiProblemError as refusal:
        return await _refused(visit, form, refusal)
    notice = visit.texts.gettext("Declined. The place is free for others; your school is told.")
    return visit.redirect(_here(visit), notice=notice)


async def float_offer(visit: Visit) -> Response:
    form = form_state(_FIELDS, visit.form)
    try:
        await visit.api.post(f"{_path(visit)}/float", key=visit.key)
    except ApiProblemError as refusal:
        return await _refused(visit, form, refusal)
    notice = visit.texts.gettext("Kept. The next round gives you this place or an earlier wish.")
    return visit.redirect(_here(visit), notice=notice)


async def change_sharing(visit: Visit) -> Response:
    say, form = visit.texts.gettext, form_state(_FIELDS, visit.form)
    again = visit.form.get("share") == "again"
    try:
        if again:
            await visit.api.put(f"{_path(visit)}/share-consent", None)
        else:
            await visit.api.delete(f"{_path(visit)}/share-consent")
    except ApiProblemError as refusal:
        return await _refused(visit, form, refusal)
    given = say("You have consented again. The host can see this placement.")
    gone = say(
        "Withdrawn. The host sees this placement no longer; your school sees that you withdrew."
    )
    return visit.redirect(_here(visit), notice=given if again else gone)


def _path(visit: Visit) -> str:
    return f"/v1/placements/{visit.request.path_params['placement_id']}"


def _here(visit: Visit) -> str:
    return f"/student/placements/{visit.request.path_params['placement_id']}"


async def _refused(visit: Visit, form: FormState, refusal: ApiProblemError) -> Response:
    if refusal.problem.status not in _REFUSED:
        raise refusal
    refused = form.refused(refusal.problem)
    return await _offer_page(visit, refused, status=refusal.problem.status)


async def own_placement(visit: Visit) -> Body:
    """Return the student's own placement that the address names."""
    wanted = str(visit.request.path_params["placement_id"])
    own = (await visit.api.get("/v1/placements/me")).body["items"]
    found = next((one for one in own if one["id"] == wanted), None)
    if found is None:
        raise NotFoundError
    return found


async def _more_rounds(visit: Visit, placement: Body) -> bool:
    """Return whether a kept place may still be bettered."""
    if placement["state"] != "proposed" or not placement["round_id"] or placement["keeps"]:
        return False
    path = f"/v1/batches/{placement['batch_id']}"
    rules, last = await asyncio.gather(
        visit.api.get(f"{path}/clearing"), visit.api.get(f"{path}/round")
    )
    return last.body["number"] < rules.body["rounds"]


async def _offer_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    placement = await own_placement(visit)
    say = visit.texts.gettext
    result = f"/student/batches/{placement['batch_id']}/result"
    context = {
        "form": form,
        "placement": placement,
        "here": _here(visit),
        "state": tag_of(PLACEMENT_STATES, placement["state"], visit.texts),
        "facts": placement_facts(visit, placement),
        "pay": await payments_of(visit, placement),
        "why": Link(say("Why this place"), result) if placement["round_id"] else None,
        "appeal": f"/student/appeals/new?placement={placement['id']}",
        "asks_consent": placement["enterprise_id"] is not None,
        "shared": placement["share_consented_at"],
        "withdrawn": placement["share_withdrawn_at"],
        "more_rounds": await _more_rounds(visit, placement),
    }
    return visit.render(
        "student/offer.html",
        context,
        title=placement["post_title"],
        breadcrumb=student_trail(visit),
        status=status,
    )


_ONE = "/student/placements/{placement_id}"

PAGES = (
    Page(_ONE, show_offer, "offer", STUDENT),
    Page(f"{_ONE}/accept", accept_offer, "offer_accepted", STUDENT, ("POST",)),
    Page(f"{_ONE}/float", float_offer, "offer_floated", STUDENT, ("POST",)),
    Page(f"{_ONE}/sharing", change_sharing, "sharing_changed", STUDENT, ("POST",)),
    Page(f"{_ONE}/decline", decline_offer, "offer_declined", STUDENT, ("POST",)),
)
