"""A student's front page: what to do now, the batches, the offers, the appeals."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.responses import Response

from gateway.portal.access import STUDENT
from gateway.portal.catalogue_names import major_name
from gateway.portal.components import Cell, Column, Table, Tag, Task
from gateway.portal.internship_words import (
    APPEAL_STATES,
    BATCH_STATES,
    MODES,
    PLACEMENT_STATES,
    days_of,
    said_in,
    tag_of,
)
from gateway.portal.post_words import word
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.kernel.clock import utc_now

Body = Mapping[str, Any]

_BATCHES = 50


async def show_home(visit: Visit) -> Response:
    try:
        me = (await visit.api.get("/v1/students/me")).body
    except ApiProblemError as refusal:
        if refusal.problem.status not in {403, 404}:
            raise
        context = {"why": f"{refusal.problem.title} {refusal.problem.detail}".strip()}
        title = visit.texts.gettext("My internship")
        return visit.render("student/unlisted.html", context, title=title)
    batches, placements, appeals = await asyncio.gather(
        visit.api.get("/v1/batches", {"limit": _BATCHES}),
        visit.api.get("/v1/placements/me"),
        visit.api.get("/v1/appeals", {"limit": _BATCHES}),
    )
    context = {
        "me": me,
        "major": major_name(me["major_code"]),
        "tasks": await _tasks(visit, batches.body["items"], placements.body["items"]),
        "placements": _placement_table(visit, placements.body["items"]),
        "batches": _batch_table(visit, batches.body["items"]),
        "appeals": _appeal_table(visit, appeals.body["items"]),
    }
    title = visit.texts.gettext("What to do now")
    return visit.render("student/home.html", context, title=title)


async def _tasks(visit: Visit, batches: Sequence[Body], placements: Sequence[Body]) -> list[Task]:
    say = visit.texts.gettext
    offers = [
        Task(
            say("Answer your offer: %(post)s") % {"post": one["post_title"]},
            Tag(say("Answer"), "bad"),
            f"/student/placements/{one['id']}",
            say("Until %(when)s") % {"when": visit.texts.moment(one["accept_by"])}
            if one["accept_by"]
            else one["enterprise_name"],
        )
        for one in placements
        if one["state"] == "proposed"
    ]
    open_now = [one for one in batches if one["state"] == "open"]
    found = await asyncio.gather(*(_batch_task(visit, one) for one in open_now))
    published = [one for one in batches if one["state"] == "published" and one["mode"] == "cleared"]
    results = [
        Task(
            say("See your result: %(batch)s") % {"batch": one["name"]},
            tag_of(BATCH_STATES, "published", visit.texts),
            f"/student/batches/{one['id']}/result",
            say("Every wish with its reason"),
        )
        for one in published
    ]
    return [*offers, *(task for task in found if task), *results]


async def _batch_task(visit: Visit, batch: Body) -> Task | None:
    say, href = visit.texts.gettext, f"/student/batches/{batch['id']}"
    path = f"/v1/batches/{batch['id']}"
    told = (await visit.api.get(f"{path}/eligibility/me")).body
    if not told["eligible"]:
        hint = said_in(told, visit.texts)
        return Task(batch["name"], Tag(say("You cannot take part"), "neutral"), href, hint)
    if batch["mode"] == "mutual_choice":
        return Task(batch["name"], Tag(say("Apply"), "warn"), f"{href}/choices", "")
    if batch["mode"] == "self_arranged":
        return Task(batch["name"], Tag(say("Apply"), "warn"), f"{href}/self-arranged", "")
    if batch["mode"] != "cleared" or not takes_wishes(batch):
        return None
    made = len((await visit.api.get(f"{path}/wishes/me")).body["items"])
    until = say("Until %(when)s") % {"when": visit.texts.moment(batch["wishes_close_at"])}
    said = visit.texts.ngettext("%(count)s wish made", "%(count)s wishes made", made)
    tag = Tag(said % {"count": made}, "good") if made else Tag(say("No wish yet"), "warn")
    title = say("Make your wishes: %(batch)s") % {"batch": batch["name"]}
    return Task(title, tag, f"{href}/wishes", until)


def takes_wishes(batch: Body) -> bool:
    """Return whether a batch takes wishes at this moment."""
    opens, closes = batch["wishes_open_at"], batch["wishes_close_at"]
    if batch["state"] != "open" or not opens or not closes:
        return False
    return datetime.fromisoformat(opens) <= utc_now() < datetime.fromisoformat(closes)


def _placement_table(visit: Visit, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = visit.texts.gettext
    rows = [
        [
            Cell(
                one["post_title"],
                href=f"/student/placements/{one['id']}",
                sub=one["enterprise_name"],
            ),
            Cell(days_of(one, visit.texts)),
            Cell(tag=tag_of(PLACEMENT_STATES, one["state"], visit.texts)),
        ]
        for one in items
    ]
    heads = (say("Post"), say("First and last day"), say("State"))
    return Table(say("Your places"), [Column(head) for head in heads], rows)


def _batch_table(visit: Visit, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = visit.texts.gettext
    rows = [
        [
            Cell(
                one["name"],
                href=f"/student/batches/{one['id']}",
                sub=word(MODES, one["mode"], visit.texts),
            ),
            Cell(days_of(one, visit.texts)),
            Cell(tag=tag_of(BATCH_STATES, _seen_state(one), visit.texts)),
        ]
        for one in items
    ]
    heads = (say("Batch"), say("First and last day"), say("State"))
    return Table(say("Your batches"), [Column(head) for head in heads], rows)


def _seen_state(batch: Body) -> str:
    """Return the state as a student may know it: a result that is not published is not there."""
    return "closed" if batch["state"] == "proposed" else batch["state"]


def _appeal_table(visit: Visit, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = visit.texts.gettext
    rows = [
        [
            Cell(visit.texts.moment(one["created_at"]), href=f"/student/appeals/{one['id']}"),
            Cell(say("Result of a batch") if one["round_id"] else say("Placement")),
            Cell(tag=tag_of(APPEAL_STATES, one["state"], visit.texts)),
        ]
        for one in items
    ]
    heads = (say("Made on"), say("About"), say("State"))
    return Table(say("Your appeals"), [Column(head) for head in heads], rows)


PAGES = (Page("/student", show_home, "student", STUDENT),)
