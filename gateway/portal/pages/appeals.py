"""Appeals of students: read by the office, decided by a named person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.addresses import pager
from gateway.portal.api_client import Answer
from gateway.portal.components import Cell, Column, Link, Table
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.internship_words import APPEAL_STATES, Words, tag_of
from gateway.portal.pages.rosters import office_link
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_PAGE = 50
_SHORT = 60
_DECISION = ("upheld", "decision")
_REFUSED = frozenset({409, 412, 422})


async def list_appeals(visit: Visit) -> Response:
    say, texts = visit.texts.gettext, visit.texts
    state, found = await by_state(visit, "/v1/appeals", APPEAL_STATES)
    rows = [
        [
            Cell(
                one["student_name"],
                href=f"/school/appeals/{one['id']}",
                sub=one["enrolment_no"],
            ),
            Cell(say("Result of a batch") if one["round_id"] else say("Placement")),
            Cell(_short(one["grounds"])),
            Cell(texts.moment(one["created_at"])),
            Cell(tag=tag_of(APPEAL_STATES, one["state"], texts)),
        ]
        for one in found.body["items"]
    ]
    heads = (say("Student"), say("About"), say("Grounds"), say("Made on"), say("State"))
    context = {
        "tabs": state_tabs(visit, APPEAL_STATES, state),
        "items": Table(say("Appeals"), [Column(head) for head in heads], rows, caption_hidden=True)
        if rows
        else None,
        "pager": pager(visit.request.url, found, shown=len(rows)),
        "lead": say("A person answers every appeal, with the reason; the answer is kept."),
    }
    trail = [office_link(visit)]
    return visit.render("appeals/list.html", context, title=say("Appeals"), breadcrumb=trail)


async def by_state(visit: Visit, path: str, words: Words) -> tuple[str | None, Answer]:
    """Return the state that the address asks for, and the list in it."""
    query = visit.request.query_params
    state = query.get("state")
    state = state if state in words else None
    asked = {"state": state, "limit": _PAGE, "cursor": query.get("cursor")}
    return state, await visit.api.get(path, asked)


def state_tabs(visit: Visit, words: Words, state: str | None) -> list[Link]:
    """Return one tab for each state, and one for all."""
    say, path = visit.texts.gettext, visit.request.url.path
    return [
        Link(say("All"), path, current=state is None),
        *(
            Link(say(text), f"{path}?state={each}", current=each == state)
            for each, (text, _tone) in words.items()
        ),
    ]


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


async def show_appeal(visit: Visit) -> Response:
    return await _appeal_page(visit, form_state(_DECISION))


async def decide_appeal(visit: Visit) -> Response:
    form, say = form_state(_DECISION, visit.form), visit.texts.gettext
    if form.value("upheld") not in {"true", "false"}:
        form = form.with_error(say("Choose one"), "upheld")
    if not form.value("decision"):
        form = form.with_error(say("Give the reason; the student reads it"), "decision")
    if form.errors:
        return await _appeal_page(visit, form, status=422)
    told = {"upheld": form.value("upheld") == "true", "decision": form.value("decision")}
    path = f"/v1/appeals/{visit.request.path_params['appeal_id']}/decision"
    seen = str(visit.form.get("_seen", ""))
    try:
        await visit.api.post_seen(path, told, key=visit.key, etag=seen)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        refused = form.refused(refusal.problem)
        return await _appeal_page(visit, refused, status=refusal.problem.status)
    notice = say("Decided. The student reads your name and the reason.")
    return visit.redirect("/school/appeals", notice=notice)


async def _appeal_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    say = visit.texts.gettext
    answer = await visit.api.get(f"/v1/appeals/{visit.request.path_params['appeal_id']}")
    appeal: Body = answer.body
    assert visit.caller is not None, "the page is for signed-in people"
    context = {
        "form": form,
        "appeal": appeal,
        "seen": answer.etag or "",
        "state": tag_of(APPEAL_STATES, appeal["state"], visit.texts),
        "about": await _about(visit, appeal),
        "choices": [
            Option("true", say("Upheld"), say("The office then mends the placement by hand")),
            Option("false", say("Dismissed")),
        ],
        "name": visit.caller.name,
        "path": visit.request.url.path,
    }
    trail = [office_link(visit), Link(say("Appeals"), "/school/appeals")]
    title = say("Appeal of %(name)s") % {"name": appeal["student_name"]}
    return visit.render(
        "appeals/appeal.html", context, title=title, breadcrumb=trail, status=status
    )


async def _about(visit: Visit, appeal: Body) -> Link:
    say = visit.texts.gettext
    if appeal["placement_id"]:
        return Link(say("See the placement"), f"/school/placements/{appeal['placement_id']}")
    found = (await visit.api.get(f"/v1/rounds/{appeal['round_id']}")).body
    href = f"/school/batches/{found['batch_id']}/results/{appeal['student_id']}"
    return Link(say("See the result with its reasons"), href)


PAGES = (
    Page("/school/appeals", list_appeals, "appeals", OFFICE),
    Page("/school/appeals/{appeal_id}", show_appeal, "appeal", OFFICE),
    Page("/school/appeals/{appeal_id}", decide_appeal, "appeal_sent", OFFICE, ("POST",)),
)
