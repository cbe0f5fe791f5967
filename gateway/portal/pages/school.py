"""What waits for the internship office: the work list that its day begins with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.api_client import Answer
from gateway.portal.components import Stat, Tag, Task
from gateway.portal.internship_words import BATCH_STATES, HOST_STATES, tag_of
from gateway.portal.placement_papers import NEEDED, PAPERS, has_paper
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.kernel.clock import utc_now

Body = Mapping[str, Any]

_LOOKED_AT = 200  # the most that one page of a list holds


async def show_work(visit: Visit) -> Response:
    (
        batches,
        students,
        proposed,
        inspected,
        appeals,
        applied,
        accepted,
        offered,
    ) = await asyncio.gather(
        _list(visit, "/v1/batches"),
        _list(visit, "/v1/students", limit=1),
        _list(visit, "/v1/hosts", state="proposed"),
        _list(visit, "/v1/hosts", state="inspected"),
        _list(visit, "/v1/appeals", state="open"),
        _list(visit, "/v1/self-arrangements", state="applied"),
        _list(visit, "/v1/placements", state="accepted"),
        _list(visit, "/v1/placements", state="proposed"),
    )
    tasks = [
        *_roster_tasks(visit, students),
        *_appeal_tasks(visit, appeals, applied),
        *_batch_tasks(visit, batches.body["items"]),
        *_host_tasks(visit, {"proposed": proposed, "inspected": inspected}),
        *_paper_tasks(visit, accepted),
    ]
    counted = await _numbers(visit, batches.body["items"])
    assert visit.caller is not None, "the page is for signed-in people"
    assert visit.caller.acting is not None, "the page is for members of a school"
    figures = [
        *_figures(visit, batches.body["items"], counted),
        *_placement_figures(visit, offered, accepted),
    ]
    context = {"tasks": tasks, "figures": figures}
    return visit.render("school/work.html", context, title=visit.caller.acting.org_name)


async def _list(visit: Visit, path: str, **asked: str | int) -> Answer:
    return await visit.api.get(path, {"limit": _LOOKED_AT, **asked})


async def _numbers(visit: Visit, batches: Sequence[Body]) -> Sequence[Body]:
    """Return the numbers of the batches that take wishes now."""
    current = [one for one in batches if one["state"] == "open"][:5]
    read = await asyncio.gather(*(visit.api.get(f"/v1/batches/{one['id']}") for one in current))
    return [one.body for one in read]


def _figures(visit: Visit, batches: Sequence[Body], counted: Sequence[Body]) -> list[Stat]:
    say, number = visit.texts.gettext, visit.texts.number
    wished, eligible = (
        sum(one["wished"] for one in counted),
        sum(one["eligible"] for one in counted),
    )
    figures = [Stat(number(len(batches)), say("Batches"), href="/school/batches")]
    if counted:
        hint = say("of %(count)s in open batches") % {"count": number(eligible)}
        figures.append(Stat(number(wished), say("Students with wishes"), hint))
    return figures


def _placement_figures(visit: Visit, offered: Answer, accepted: Answer) -> list[Stat]:
    say = visit.texts.gettext
    path = "/school/placements?state="
    return [
        Stat(_count(visit, offered), say("Offers without an answer"), href=f"{path}proposed"),
        Stat(_count(visit, accepted), say("Accepted, not yet started"), href=f"{path}accepted"),
    ]


def _count(visit: Visit, answer: Answer) -> str:
    """Return how many a list holds; more than a page is told as at least a page."""
    count = len(answer.body["items"])
    return f"{visit.texts.number(count)}{'+' if answer.next_cursor else ''}"


def _roster_tasks(visit: Visit, students: Answer) -> list[Task]:
    if students.body["items"]:
        return []
    say = visit.texts.gettext
    tag = Tag(say("Before anything else"), "warn")
    hint = say("Batches take their students from the roster.")
    return [Task(say("Import the roster"), tag, "/school/imports/roster", hint)]


def _appeal_tasks(visit: Visit, appeals: Answer, applied: Answer) -> list[Task]:
    say = visit.texts.gettext
    tag = Tag(say("Decide"), "bad")
    lines = (
        (appeals, say("Appeals to be decided: %(count)s"), "/school/appeals?state=open"),
        (
            applied,
            say("Internships arranged by students, to be decided: %(count)s"),
            "/school/self-arranged?state=applied",
        ),
    )
    return [
        Task(title % {"count": _count(visit, found)}, tag, href)
        for found, title, href in lines
        if found.body["items"]
    ]


def _batch_tasks(visit: Visit, batches: Sequence[Body]) -> list[Task]:
    now = utc_now()
    return [
        Task(one["name"], tag_of(BATCH_STATES, one["state"], visit.texts), _way(one), hint)
        for one in batches
        if (hint := batch_hint(visit, one, now))
    ]


def _way(batch: Body) -> str:
    ending = "/round" if batch["state"] == "proposed" else ""
    return f"/school/batches/{batch['id']}{ending}"


def batch_hint(visit: Visit, batch: Body, now: datetime) -> str:
    """Return what a batch waits for, empty where it waits for nobody in the office."""
    say, closes_at = visit.texts.gettext, batch["wishes_close_at"]
    late = closes_at is not None and datetime.fromisoformat(closes_at) <= now
    if batch["state"] == "open" and closes_at and not late:
        return say("Takes wishes until %(when)s") % {"when": visit.texts.moment(closes_at)}
    own_hosts = batch["mode"] == "self_arranged"
    hints = {
        "draft": say("Open the batch") if own_hosts else say("Put in posts, then open it"),
        "open": say("The time for wishes is over: close it") if late else "",
        "closed": say("Clear the wishes") if batch["mode"] == "cleared" else say("Finish it"),
        "proposed": say("Look at the result, then publish it"),
    }
    return hints.get(batch["state"], "")


def _host_tasks(visit: Visit, hosts: Mapping[str, Answer]) -> list[Task]:
    say = visit.texts.gettext
    titles = {
        "proposed": say("Hosts to be inspected: %(count)s"),
        "inspected": say("Hosts to be decided: %(count)s"),
    }
    return [
        Task(
            titles[state] % {"count": _count(visit, found)},
            tag_of(HOST_STATES, state, visit.texts),
            f"/school/hosts?state={state}",
        )
        for state, found in hosts.items()
        if found.body["items"]
    ]


def _paper_tasks(visit: Visit, accepted: Answer) -> list[Task]:
    say = visit.texts.gettext
    lacking = {paper: _lacking(accepted.body["items"], paper) for paper in NEEDED}
    more = "+" if accepted.next_cursor else ""
    return [
        Task(
            say("%(paper)s missing: %(count)s")
            % {"paper": say(PAPERS[paper]), "count": f"{visit.texts.number(count)}{more}"},
            Tag(say("Before the first day"), "warn"),
            f"/school/placements?state=accepted&lacks={paper}",
        )
        for paper, count in lacking.items()
        if count
    ]


def _lacking(placements: Iterable[Body], paper: str) -> int:
    return sum(1 for one in placements if not has_paper(one, paper))


PAGES = (Page("/school", show_work, "school", OFFICE),)
