"""Objections to public notices: anyone of the school raises one, a reviewer answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import members_of
from gateway.portal.components import Link, Tag, Tone
from gateway.portal.credit_words import CREDIT_REVIEWERS, credits_of
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import marked
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]

_SCHOOL = members_of("school")
_LIMIT = 200
_REFUSED = frozenset({403, 404, 409, 412, 422})
_STATES: Mapping[str, tuple[str, Tone]] = {
    "open": (marked("Waits for an answer"), "warn"),
    "upheld": (marked("Upheld: decided anew"), "info"),
    "dismissed": (marked("Dismissed"), "neutral"),
}


async def ask_objection(visit: Visit) -> Response:
    return await _ask_page(visit, FormState(("grounds",)))


async def send_objection(visit: Visit) -> Response:
    form = form_state(("grounds",), visit.form)
    path = f"/v1/credit-notices/{visit.request.path_params['notice_id']}/objections"
    try:
        await visit.api.post(path, {"grounds": form.value("grounds")}, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _ask_page(visit, form.refused(refusal.problem))
    notice = visit.texts.gettext("Nothing is posted until your objection is answered.")
    return visit.redirect("/credits/objections", notice=notice)


async def list_objections(visit: Visit) -> Response:
    return await _list_page(visit, FormState(("upheld", "answer")))


async def send_answer(visit: Visit) -> Response:
    form = form_state(("upheld", "answer"), visit.form)
    objection_id = str(visit.form.get("objection") or "")
    told = {"upheld": form.value("upheld") == "true", "answer": form.value("answer")}
    if not form.value("upheld"):
        said = visit.texts.gettext("Say whether it is upheld.")
        return await _list_page(visit, form.with_error(said))
    path = f"/v1/credit-objections/{objection_id}/decision"
    seen = str(visit.form.get("seen") or "") or None
    try:
        await visit.api.post_seen(path, told, key=visit.key, etag=seen)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        # One page holds many of these forms: what is wrong is said above, not at a field.
        said = f"{refusal.problem.title} {refusal.problem.detail}".strip()
        return await _list_page(visit, form.with_error(said))
    return visit.redirect("/credits/objections", notice=visit.texts.gettext("Answered."))


async def _ask_page(visit: Visit, form: FormState) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    notice_id = visit.request.path_params["notice_id"]
    found = (await visit.api.get("/v1/credit-notices", {"limit": _LIMIT})).body["items"]
    notice = next((one for one in found if one["id"] == notice_id), None)
    if notice is None:
        raise NotFoundError
    courses = say("; ").join(str(each.get("title", "")) for each in notice["courses"])
    context = {
        "form": form,
        "facts": [
            (say("Student"), f"{notice['name_masked']} {notice['class_name']}"),
            (say("Learning outcome"), notice["outcome_title"]),
            (say("Courses"), courses),
            (say("Credits"), credits_of(texts, notice["credits_hundredths"])),
            (say("Shown until"), texts.date(notice["ends_at"])),
        ],
    }
    trail = [Link(say("Public notices of recognition"), "/credits/notices")]
    return visit.render(
        "credits/objection.html",
        context,
        title=say("Object to a public notice"),
        breadcrumb=trail,
        status=422 if form.errors else 200,
    )


async def _list_page(visit: Visit, form: FormState) -> Response:
    say = visit.texts.gettext
    found: Sequence[Body] = (await visit.api.get("/v1/credit-objections", {"limit": _LIMIT})).body[
        "items"
    ]
    reviews = CREDIT_REVIEWERS.allows(visit.caller)
    waiting = sum(one["state"] == "open" for one in found)
    context = {
        "form": form,
        "items": [_shown(visit, one, reviews=reviews) for one in found],
        "verdicts": [
            Option("true", say("Upheld: other reviewers decide again")),
            Option("false", say("Dismissed: the notice goes on")),
        ],
    }
    title = say("Objections to public notices: %(count)s to answer") % {"count": waiting}
    return visit.render(
        "credits/objections.html", context, title=title, status=422 if form.errors else 200
    )


def _shown(visit: Visit, one: Body, *, reviews: bool) -> dict[str, Any]:
    """Return an objection as the page shows it; reviewers see by whom and about which case."""
    text, tone = _STATES[one["state"]]
    return {
        **one,
        "tag": Tag(visit.texts.gettext(text), tone),
        "at": visit.texts.moment(one["created_at"]),
        "case": f"/credits/cases/{one['application_id']}" if reviews else None,
        "by": one["objector_name"] if reviews else "",
        "seen": f'"v{one["version"]}"',
        "may_answer": reviews and one["state"] == "open",
    }


_ONE = "/credits/notices/{notice_id}/objection"

PAGES = (
    Page(_ONE, ask_objection, "credit_objection", _SCHOOL),
    Page(_ONE, send_objection, "credit_objection_send", _SCHOOL, ("POST",)),
    Page("/credits/objections", list_objections, "credit_objections", _SCHOOL),
    Page(
        "/credits/objections", send_answer, "credit_objection_answer", CREDIT_REVIEWERS, ("POST",)
    ),
)
