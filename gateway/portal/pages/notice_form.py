"""Writing a notice on one page: kept as a draft, submitted, changed later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from gateway.portal.access import BOARD
from gateway.portal.api_client import Answer
from gateway.portal.code_picker import asked_field, look_up, unknown_field, with_picked
from gateway.portal.components import Link
from gateway.portal.exchange_words import (
    Kinds,
    is_own,
    kind_name,
    read_kinds,
    side_and_kind,
)
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.notice_parts import FIRST, PARTS
from gateway.portal.pages.notice import REFUSED, told_of_state
from gateway.portal.post_answers import read_answers, shown_answers
from gateway.portal.post_steps import Question, Step
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Draft:
    """What is known of the notice while its form is open; a new one has no body yet."""

    body: Body | None = None
    etag: str = ""

    @property
    def parts(self) -> Sequence[Step]:
        """What is asked: what a notice is cannot be changed any more."""
        return (FIRST, *PARTS) if self.body is None else PARTS

    @property
    def questions(self) -> Sequence[Question]:
        """Every question of the page."""
        return [question for part in self.parts for question in part.questions]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields."""
        return tuple(question.name for question in self.questions)

    @property
    def path(self) -> str:
        """The address of the form."""
        if self.body is None:
            return "/exchange/notices/new"
        return f"/exchange/notices/{self.body['id']}/edit"


async def show_form(visit: Visit) -> Response:
    draft = await _draft(visit)
    return await _page(visit, draft, _shown(draft))


async def send_form(visit: Visit) -> Response:
    draft = await _draft(visit)
    form = with_picked(visit, draft.questions, form_state(draft.names, visit.form))
    find = asked_field(visit)
    if find is not None:
        return await _page(visit, draft, form, find=find)
    answers: dict[str, Any] = {}
    for part in draft.parts:
        read, form = read_answers(part, form, visit.texts)
        answers |= read
    if form.errors:
        return await _page(visit, draft, form, status=422)
    try:
        saved = await _save(visit, draft, answers)
    except ApiProblemError as refusal:
        if refusal.problem.status not in REFUSED:
            raise
        return await _page(visit, draft, form.refused(refusal.problem), status=422)
    home = f"/exchange/notices/{saved.body['id']}"
    if saved.body["state"] != "draft" or not _submits(visit):
        return visit.redirect(home, notice=told_of_state(visit, saved.body["state"]))
    return await _submitted(visit, saved, form)


async def _save(visit: Visit, draft: _Draft, answers: Mapping[str, Any]) -> Answer:
    if draft.body is None:
        told = {**answers, "submit": _submits(visit)}
        return await visit.api.post("/v1/notices", told, key=visit.key)
    seen = str(visit.form.get("_seen", draft.etag))
    return await visit.api.patch(f"/v1/notices/{draft.body['id']}", answers, etag=seen)


async def _submitted(visit: Visit, saved: Answer, form: FormState) -> Response:
    """Submit a draft whose changes are kept already; what stops it is said at its fields."""
    path = f"/v1/notices/{saved.body['id']}"
    try:
        moved = await visit.api.post_seen(f"{path}/submit", None, key=visit.key, etag=saved.etag)
    except ApiProblemError as refusal:
        if refusal.problem.status not in REFUSED:
            raise
        draft = _Draft(saved.body, saved.etag or "")
        return await _page(visit, draft, form.refused(refusal.problem), status=422)
    home = f"/exchange/notices/{moved.body['id']}"
    return visit.redirect(home, notice=told_of_state(visit, moved.body["state"]))


def _submits(visit: Visit) -> bool:
    return str(visit.form.get("_do")) == "submit"


async def _draft(visit: Visit) -> _Draft:
    notice_id = visit.request.path_params.get("notice_id")
    if notice_id is None:
        return _Draft()
    found = await visit.api.get(f"/v1/notices/{notice_id}")
    if not is_own(visit, found.body):
        raise NotFoundError
    return _Draft(found.body, found.etag or "")


def _shown(draft: _Draft) -> FormState:
    values: dict[str, str | list[str]] = {}
    for part in draft.parts:
        values |= shown_answers(part, draft.body or {"major_codes": [], "skills": []}).values
    return FormState(draft.names, values)


async def _page(
    visit: Visit, draft: _Draft, form: FormState, *, find: str | None = None, status: int = 200
) -> Response:
    say, texts, body = visit.texts.gettext, visit.texts, draft.body
    kinds = await read_kinds(visit)
    find = find or unknown_field(draft.questions, form)
    look = await look_up(visit, draft.questions, form, find=find)
    context = {
        "form": form,
        "path": draft.path,
        "seen": draft.etag,
        "caption": side_and_kind(body, kinds, texts) if body else "",
        "parts": [
            (part, [(one, _options(visit, one, kinds)) for one in part.questions])
            for part in draft.parts
        ],
        "find": look.find,
        "found": look.found,
        "sought": look.sought,
        "is_draft": body is None or body["state"] == "draft",
        "again": body is not None and body["state"] != "draft" and body["registration"]["required"],
    }
    trail = [Link(say("Exchange"), "/exchange"), Link(say("My notices"), "/exchange/mine")]
    title = say("Write a notice")
    if body is not None:
        trail.append(Link(body["title"], f"/exchange/notices/{body['id']}"))
        title = say("Change the notice")
    return visit.render("exchange/form.html", context, title=title, breadcrumb=trail, status=status)


def _options(visit: Visit, question: Question, kinds: Kinds) -> Sequence[Option]:
    if question.name == "kind":
        return [Option(kind, kind_name(kinds, kind, visit.texts)) for kind in kinds]
    return question.options(visit.texts)


PAGES = (
    Page("/exchange/notices/new", show_form, "new_notice", BOARD),
    Page("/exchange/notices/new", send_form, "new_notice_sent", BOARD, ("POST",)),
    Page("/exchange/notices/{notice_id}/edit", show_form, "edit_notice", BOARD),
    Page("/exchange/notices/{notice_id}/edit", send_form, "edit_notice_sent", BOARD, ("POST",)),
)
