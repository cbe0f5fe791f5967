"""What would happen: the office tries one change of a result, sees who moves, and may apply it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.components import Cell, Column, Link, Stat, Table
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.internship_words import said_in
from gateway.portal.job_view import fault_table, progress_of, read_job
from gateway.portal.pages.batches import api_path, batch_trail, here
from gateway.portal.pages.rounds import round_of
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_POSTS = 200
_FIELDS = ("kind", "student", "post", "wishes")
_REASON = ("reason",)
_REFUSED = frozenset({409, 422})


async def ask_change(visit: Visit) -> Response:
    query = visit.request.query_params
    return await _page(visit, FormState(_FIELDS, {name: query.get(name, "") for name in _FIELDS}))


async def send_change(visit: Visit) -> Response:
    form, found = form_state(_FIELDS, visit.form), await round_of(visit)
    posts = await _posts(visit)
    told, form = await _told(visit, form, posts)
    if form.errors:
        return await _page(visit, form, status=422)
    try:
        job = await visit.api.post(f"/v1/rounds/{found['id']}/what-if", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _page(visit, form.refused(refusal.problem), status=refusal.problem.status)
    return visit.redirect(f"{visit.request.url.path}/{job.body['job_id']}")


async def _told(
    visit: Visit, form: FormState, posts: Sequence[Body]
) -> tuple[dict[str, Any], FormState]:
    say, kind = visit.texts.gettext, form.value("kind")
    if kind in {"seat_more", "seat_less"}:
        if not form.value("post"):
            return {}, form.with_error(say("Choose a post"), "post")
        by = 1 if kind == "seat_more" else -1
        return {"seats": {"post_id": form.value("post"), "by": by}}, form
    if kind not in {"withdraw", "wishes"}:
        return {}, form.with_error(say("Choose what changes"), "kind")
    student = await _student(visit, form.value("student"))
    if student is None:
        return {}, form.with_error(say("Your school has no such enrolment number"), "student")
    if kind == "withdraw":
        return {"withdraw": student}, form
    return _wishes(visit, form, posts, student=student)


def _wishes(
    visit: Visit, form: FormState, posts: Sequence[Body], *, student: str
) -> tuple[dict[str, Any], FormState]:
    say = visit.texts.gettext
    numbers = form.value("wishes").replace("、", " ").replace(",", " ").split()
    known = [one for one in numbers if one.isdecimal() and 1 <= int(one) <= len(posts)]
    if len(known) < len(numbers):
        return {}, form.with_error(say("Give numbers of posts from the table below"), "wishes")
    ids = [posts[int(one) - 1]["post_id"] for one in known]
    return {"wishes": {"student_id": student, "post_ids": ids}}, form


async def _student(visit: Visit, number: str) -> str | None:
    if not number:
        return None
    found = (await visit.api.get("/v1/students", {"q": number, "limit": 20})).body["items"]
    return next((one["id"] for one in found if one["enrolment_no"] == number), None)


async def _posts(visit: Visit) -> Sequence[Body]:
    return (await visit.api.get(f"{api_path(visit)}/posts", {"limit": _POSTS})).body["items"]


async def _page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    batch, posts = await asyncio.gather(visit.api.get(api_path(visit)), _posts(visit))
    say = visit.texts.gettext
    rows = [
        [Cell(str(at)), Cell(post["title"], sub=post["enterprise_name"])]
        for at, post in enumerate(posts, start=1)
    ]
    context = {
        "form": form,
        "path": visit.request.url.path,
        "kinds": [
            Option("withdraw", say("A student withdraws")),
            Option("seat_more", say("A post has one seat more")),
            Option("seat_less", say("A post has one seat less")),
            Option("wishes", say("A student has other wishes")),
        ],
        "choices": [
            Option(post["post_id"], f"{post['title']} · {post['enterprise_name']}")
            for post in posts
        ],
        "posts": Table(
            say("Posts and their numbers"), [Column(say("Number")), Column(say("Post"))], rows
        )
        if rows
        else None,
    }
    return visit.render(
        "rounds/what_if.html",
        context,
        title=say("What if something changes?"),
        breadcrumb=_trail(visit, batch.body),
        status=status,
    )


def _trail(visit: Visit, batch: Body) -> list[Link]:
    result = Link(visit.texts.gettext("Result of the batch"), f"{here(visit)}/round")
    return [*batch_trail(visit, batch), result]


async def show_change(visit: Visit) -> Response:
    return await _answer_page(visit, FormState(_REASON))


async def apply_change(visit: Visit) -> Response:
    form, found = form_state(_REASON, visit.form), await round_of(visit)
    job = await read_job(visit, str(visit.request.path_params["job_id"]))
    if len(form.value("reason")) < 4:
        said = visit.texts.gettext("Say why, in a few words")
        return await _answer_page(visit, form.with_error(said, "reason"), status=422)
    change = {name: told for name, told in job["result"]["change"].items() if told is not None}
    told = {**change, "reason": form.value("reason")}
    try:
        await visit.api.post(f"/v1/rounds/{found['id']}/changes", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        refused = form.refused(refusal.problem)
        return await _answer_page(visit, refused, status=refusal.problem.status)
    return visit.redirect(f"{here(visit)}/round")


async def _answer_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    job_id = str(visit.request.path_params["job_id"])
    batch, found, job = await asyncio.gather(
        visit.api.get(api_path(visit)), round_of(visit), read_job(visit, job_id)
    )
    say = visit.texts.gettext
    result: Body | None = job["result"] if job["state"] == "done" else None
    context = {
        "form": form,
        "job": progress_of(visit, job, say("The change is being tried")),
        "faults": fault_table(visit, job),
        "result": result,
        "figures": _figures(visit, result) if result else [],
        "moves": _moves(visit, result) if result else None,
        "path": f"{here(visit)}/round/what-if",
        "here": visit.request.url.path.removesuffix("/apply"),
        "open": found["state"] == "proposed",
    }
    return visit.render(
        "rounds/what_if_answer.html",
        context,
        title=say("Who would move"),
        breadcrumb=_trail(visit, batch.body),
        status=status,
    )


def _figures(visit: Visit, result: Body) -> list[Stat]:
    say, number = visit.texts.gettext, visit.texts.number
    labels = {
        "moved": say("Students who move"),
        "newly_placed": say("Placed who were not"),
        "unplaced": say("Placed no longer"),
    }
    return [Stat(number(result[name]), label) for name, label in labels.items()]


def _moves(visit: Visit, result: Body) -> Table | None:
    if not result["moves"]:
        return None
    say = visit.texts.gettext
    rows = [
        [
            Cell(one["name"], sub=one["enrolment_no"]),
            place_cell(visit, one["before"]),
            place_cell(visit, one["after"]),
            Cell(said_in(one, visit.texts)),
        ]
        for one in result["moves"]
    ]
    heads = (say("Student"), say("Now"), say("Then"), say("Why"))
    return Table(say("Who would move, and why"), [Column(head) for head in heads], rows)


def place_cell(visit: Visit, place: Body | None) -> Cell:
    """Return a place with its wish, or that there is none."""
    say = visit.texts.gettext
    if place is None:
        return Cell(say("No place"))
    rank = place["rank"]
    return Cell(place["title"], sub=say("Wish %(rank)s") % {"rank": rank} if rank else "")


_ONE = "/school/batches/{batch_id}/round/what-if"

PAGES = (
    Page(_ONE, ask_change, "what_if", OFFICE),
    Page(_ONE, send_change, "what_if_sent", OFFICE, ("POST",)),
    Page(f"{_ONE}/{{job_id}}", show_change, "what_if_answer", OFFICE),
    Page(f"{_ONE}/{{job_id}}/apply", apply_change, "what_if_applied", OFFICE, ("POST",)),
)
