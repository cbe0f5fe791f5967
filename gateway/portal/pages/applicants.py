"""Mutual choice from the enterprise's side: who applied, who is met, who is offered the post."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.responses import Response

from gateway.portal.access import HR
from gateway.portal.addresses import pager
from gateway.portal.catalogue_names import major_name
from gateway.portal.components import Cell, Column, Link, Table, Tag, Tone
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit
from shared.kernel.clock import CHINA
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]

_PAGE = 50
_FIELDS = ("state", "interview_at", "interview_score", "rank", "note")
STATES: Mapping[str, tuple[str, Tone]] = {
    "applied": (marked("Waits for an answer"), "warn"),
    "interview": (marked("Interview"), "info"),
    "offered": (marked("Offered"), "good"),
    "refused": (marked("Refused"), "neutral"),
    "confirmed": (marked("Confirmed by the student"), "good"),
    "withdrawn": (marked("Withdrawn by the student"), "neutral"),
}
_ANSWERS: Mapping[str, tuple[str, str]] = {
    "": (marked("No answer yet"), marked("Keep the marks below only")),
    "interview": (marked("Invite to an interview"), ""),
    "offered": (marked("Offer the post"), marked("The student confirms or declines")),
    "refused": (marked("Refuse"), marked("Decided by you, never by a program")),
}


async def list_batches(visit: Visit) -> Response:
    say = visit.texts.gettext
    query = visit.request.query_params
    found = await visit.api.get("/v1/batches", {"limit": _PAGE, "cursor": query.get("cursor")})
    chosen = [one for one in found.body["items"] if one["mode"] == "mutual_choice"]
    context = {
        "batches": _batch_table(visit.texts, chosen),
        "pager": pager(visit.request.url, found, shown=len(chosen)),
    }
    title = say("Applicants")
    return visit.render("enterprise/batches.html", context, title=title, breadcrumb=_trail(visit))


async def list_applicants(visit: Visit) -> Response:
    batch_id = str(visit.request.path_params["batch_id"])
    batch: Body = (await visit.api.get(f"/v1/batches/{batch_id}")).body
    asked = {"limit": _PAGE, "cursor": visit.request.query_params.get("cursor")}
    found = await visit.api.get(f"/v1/batches/{batch_id}/choices", asked)
    posts = await _titles(visit, batch_id)
    context = {
        "batch": batch,
        "applicants": _applicant_table(visit.texts, found.body["items"], posts),
        "pager": pager(visit.request.url, found, shown=len(found.body["items"])),
    }
    trail = [*_trail(visit), Link(visit.texts.gettext("Applicants"), "/enterprise/applicants")]
    title = batch["name"]
    return visit.render("enterprise/applicants.html", context, title=title, breadcrumb=trail)


async def show_applicant(visit: Visit) -> Response:
    choice = await _choice(visit)
    form = form_state_of(_FIELDS, {**choice, "interview_at": _local(choice["interview_at"])})
    if choice["state"] not in {"interview", "offered", "refused"}:
        form = FormState(form.fields, {**form.values, "state": ""})
    return await _applicant_page(visit, choice, form)


async def answer_applicant(visit: Visit) -> Response:
    choice = await _choice(visit)
    form = form_state(_FIELDS, visit.form)
    changes, form = _changes(visit, choice, form)
    if form.errors:
        return await _applicant_page(visit, choice, form, status=422)
    path = f"/v1/batches/{choice['batch_id']}/choices/{choice['id']}"
    try:
        await visit.api.patch(path, changes, etag=str(visit.form.get("_seen", "")))
    except ApiProblemError as refusal:
        if refusal.problem.status not in {409, 412, 422}:
            raise
        return await _applicant_page(visit, choice, form.refused(refusal.problem), status=422)
    notice = visit.texts.gettext("Your answer is kept; the student sees it.")
    return visit.redirect(f"/enterprise/applicants/{choice['batch_id']}", notice=notice)


def _changes(visit: Visit, choice: Body, form: FormState) -> tuple[dict[str, Any], FormState]:
    """Return what the form says to the application, and the form with what cannot be read."""
    changes: dict[str, Any] = {"note": form.value("note") or None}
    if form.value("state") and form.value("state") != choice["state"]:
        changes["state"] = form.value("state")
    for name, (read, said) in _READ.items():
        told = form.value(name)
        try:
            changes[name] = read(told) if told else None
        except ValueError:
            form = form.with_error(visit.texts.gettext(said), name)
    return changes, form


def _moment(told: str) -> str:
    return datetime.fromisoformat(told).replace(tzinfo=CHINA).isoformat()


_READ: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "interview_at": (_moment, marked("Give a day and an hour")),
    "interview_score": (float, marked("Give a number")),
    "rank": (int, marked("Give a whole number")),
}


def _trail(visit: Visit) -> list[Link]:
    return [Link(visit.texts.gettext("My enterprise"), "/enterprise")]


def _local(moment: str | None) -> str:
    """Return a moment as a field of day and hour shows it, in China's time."""
    if moment is None:
        return ""
    return datetime.fromisoformat(moment).astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")


async def _choice(visit: Visit) -> Body:
    """Return one application; the API lists them by batch only."""
    told = visit.request.path_params
    cursor: str | None = None
    while True:
        path = f"/v1/batches/{told['batch_id']}/choices"
        found = await visit.api.get(path, {"limit": 200, "cursor": cursor})
        for one in found.body["items"]:
            if one["id"] == told["choice_id"]:
                return one
        cursor = found.next_cursor
        if cursor is None:
            raise NotFoundError


async def _titles(visit: Visit, batch_id: str) -> dict[str, str]:
    """Return the titles of the enterprise's own posts in a batch."""
    found = await visit.api.get(f"/v1/batches/{batch_id}/posts", {"limit": 200})
    return {one["post_id"]: one["title"] for one in found.body["items"]}


async def _applicant_page(
    visit: Visit, choice: Body, form: FormState, *, status: int = 200
) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    posts = await _titles(visit, choice["batch_id"])
    context = {
        "form": form,
        "choice": choice,
        "state": _tag(texts, choice["state"]),
        "about": [
            (say("Major"), major_name(choice["major_code"])),
            (say("Post"), posts.get(choice["post_id"], "—")),
            (say("Consent to be read by you"), texts.moment(choice["consented_at"])),
        ],
        "open": choice["state"] not in {"refused", "confirmed", "withdrawn"},
        "answers": [
            Option(name, say(text), say(hint) if hint else "")
            for name, (text, hint) in _ANSWERS.items()
        ],
        "seen": f'"v{choice["version"]}"',
        "path": visit.request.url.path,
    }
    trail = [*_trail(visit), Link(say("Applicants"), "/enterprise/applicants")]
    return visit.render(
        "enterprise/applicant.html",
        context,
        title=choice["student_name"],
        breadcrumb=trail,
        status=status,
    )


def _batch_table(texts: Texts, batches: Sequence[Body]) -> Table | None:
    if not batches:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(one["name"], href=f"/enterprise/applicants/{one['id']}"),
            Cell(one["school_name"]),
            Cell(f"{texts.date(one['start_on'])} – {texts.date(one['end_on'])}"),
        ]
        for one in batches
    ]
    heads = (say("Batch"), say("School"), say("Days"))
    caption = say("Batches of mutual choice that offer your posts")
    return Table(caption, [Column(head) for head in heads], rows)


def _applicant_table(
    texts: Texts, choices: Sequence[Body], posts: Mapping[str, str]
) -> Table | None:
    if not choices:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(
                one["student_name"],
                href=f"/enterprise/applicants/{one['batch_id']}/{one['id']}",
                sub=major_name(one["major_code"]),
            ),
            Cell(posts.get(one["post_id"], "—")),
            Cell(texts.moment(one["interview_at"]) if one["interview_at"] else "—"),
            Cell("—" if one["interview_score"] is None else texts.number(one["interview_score"])),
            Cell("—" if one["rank"] is None else texts.number(one["rank"])),
            Cell(tag=_tag(texts, one["state"])),
        ]
        for one in choices
    ]
    columns = [
        Column(say("Student")),
        Column(say("Post")),
        Column(say("Interview")),
        Column(say("Marks"), numeric=True),
        Column(say("Your order"), numeric=True),
        Column(say("State")),
    ]
    return Table(say("Applicants"), columns, rows, caption_hidden=True)


def _tag(texts: Texts, state: str) -> Tag:
    text, tone = STATES[state]
    return Tag(texts.gettext(text), tone)


PAGES = (
    Page("/enterprise/applicants", list_batches, "applicant_batches", HR),
    Page("/enterprise/applicants/{batch_id}", list_applicants, "applicants", HR),
    Page("/enterprise/applicants/{batch_id}/{choice_id}", show_applicant, "applicant", HR),
    Page(
        "/enterprise/applicants/{batch_id}/{choice_id}",
        answer_applicant,
        "applicant_sent",
        HR,
        ("POST",),
    ),
)
