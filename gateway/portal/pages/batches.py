"""Batches of a school: the list, one batch with what it waits for, and its next step."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.addresses import pager, with_query
from gateway.portal.api_client import Answer
from gateway.portal.catalogue_names import major_name
from gateway.portal.components import Bar, BarChart, Cell, Column, Link, Stat, Table, Tag
from gateway.portal.forms import FormState
from gateway.portal.internship_words import (
    BATCH_STATES,
    MODES,
    PRIORITIES,
    days_of,
    majors_of,
    messages_of,
    tag_of,
)
from gateway.portal.pages.rosters import office_link
from gateway.portal.pages.school import batch_hint
from gateway.portal.post_words import KINDS, word
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import marked
from gateway.portal.visits import Visit
from shared.kernel.clock import utc_now
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]

_PAGE = 50
_REFUSED = frozenset({409, 422})
_STEPS: Mapping[str, tuple[str, str]] = {
    "open": ("/open", marked("The batch is open; the lottery's seed is committed to.")),
    "close": ("/close", marked("Closed. No further wishes are taken.")),
    "finish": ("/finish", marked("Finished. Seats that nobody took are free again.")),
}


async def list_batches(visit: Visit) -> Response:
    say, query = visit.texts.gettext, visit.request.query_params
    state = query.get("state")
    state = state if state in BATCH_STATES else None
    asked = {"state": state, "limit": _PAGE, "cursor": query.get("cursor")}
    found = await visit.api.get("/v1/batches", asked)
    path = visit.request.url.path
    context = {
        "tabs": [
            Link(say("All"), path, current=state is None),
            *(
                Link(say(text), f"{path}?state={each}", current=each == state)
                for each, (text, _tone) in BATCH_STATES.items()
            ),
        ],
        "batches": _table(visit, found.body["items"]),
        "pager": pager(visit.request.url, found, shown=len(found.body["items"])),
    }
    trail = [office_link(visit)]
    return visit.render("batches/list.html", context, title=say("Batches"), breadcrumb=trail)


def _table(visit: Visit, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say, now = visit.texts.gettext, utc_now()
    rows = [
        [
            Cell(one["name"], href=f"/school/batches/{one['id']}", sub=one["term"]),
            Cell(word(MODES, one["mode"], visit.texts), sub=word(KINDS, one["kind"], visit.texts)),
            Cell(majors_of(one, visit.texts)),
            Cell(days_of(one, visit.texts)),
            Cell(tag=tag_of(BATCH_STATES, one["state"], visit.texts)),
            Cell(batch_hint(visit, one, now) or "—"),
        ]
        for one in items
    ]
    heads = (
        say("Batch"),
        say("How students are placed"),
        say("Majors"),
        say("First and last day"),
        say("State"),
        say("Waits for"),
    )
    return Table(say("Batches"), [Column(head) for head in heads], rows, caption_hidden=True)


async def show_batch(visit: Visit) -> Response:
    return await _batch_page(visit, FormState())


async def take_step(visit: Visit) -> Response:
    step = _STEPS.get(str(visit.request.path_params["step"]))
    if step is None:
        raise NotFoundError
    path, said = step
    try:
        await visit.api.post(f"{api_path(visit)}{path}", key=visit.key)
    except ApiProblemError as refusal:
        return await _refused(visit, refusal)
    return visit.redirect(here(visit), notice=visit.texts.gettext(said))


async def clear_batch(visit: Visit) -> Response:
    try:
        await visit.api.post(f"{api_path(visit)}/rounds", key=visit.key)
    except ApiProblemError as refusal:
        return await _refused(visit, refusal)
    return visit.redirect(f"{here(visit)}/round")


async def _refused(visit: Visit, refusal: ApiProblemError) -> Response:
    if refusal.problem.status not in _REFUSED:
        raise refusal
    form = FormState().refused(refusal.problem)
    return await _batch_page(visit, form, status=refusal.problem.status)


def api_path(visit: Visit) -> str:
    """Return the batch of this page in the API."""
    return f"/v1/batches/{visit.request.path_params['batch_id']}"


def here(visit: Visit) -> str:
    """Return the page of the batch that this page belongs to."""
    return f"/school/batches/{visit.request.path_params['batch_id']}"


def batch_trail(visit: Visit, batch: Body | None = None) -> list[Link]:
    """Return the way from the work list to a batch."""
    trail = [office_link(visit), Link(visit.texts.gettext("Batches"), "/school/batches")]
    return (
        trail if batch is None else [*trail, Link(batch["name"], f"/school/batches/{batch['id']}")]
    )


async def _batch_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    answer = await visit.api.get(api_path(visit))
    batch: Body = answer.body
    closes_at = batch["wishes_close_at"]
    context = {
        "form": form,
        "batch": batch,
        "here": here(visit),
        "state": tag_of(BATCH_STATES, batch["state"], visit.texts),
        "figures": _figures(visit, batch),
        "terms": terms_of(visit, batch),
        "chart": _wish_chart(visit, batch),
        "hint": batch_hint(visit, batch, utc_now()),
        "early": bool(closes_at) and batch["state"] == "open",
        "graded": bool(batch["priority_weights"].get("grade")),
        "interviewed": bool(batch["priority_weights"].get("interview")),
    }
    return visit.render(
        "batches/batch.html",
        context,
        title=batch["name"],
        breadcrumb=batch_trail(visit),
        status=status,
    )


def _figures(visit: Visit, batch: Body) -> list[Stat]:
    say, number = visit.texts.gettext, visit.texts.number
    base = here(visit)
    figures = [
        Stat(number(batch["posts"]), say("Posts"), href=f"{base}/posts"),
        Stat(number(batch["seats"]), say("Seats")),
    ]
    if batch["state"] == "draft":
        return figures
    kept_out = batch["students"] - batch["eligible"]
    hint = say("%(count)s may not take part") % {"count": number(kept_out)} if kept_out else ""
    figures.insert(0, Stat(number(batch["students"]), say("Students"), hint, f"{base}/students"))
    if batch["mode"] == "cleared":
        figures.append(Stat(number(batch["wished"]), say("Students with wishes")))
    return figures


def _wish_chart(visit: Visit, batch: Body) -> BarChart | None:
    if batch["mode"] != "cleared" or batch["state"] not in {"open", "closed"}:
        return None
    say, number = visit.texts.gettext, visit.texts.number
    eligible, wished = batch["eligible"], batch["wished"]
    if not eligible:
        return None
    share = visit.texts.percent(wished / eligible, 0)
    return BarChart(
        say("%(share)s of the students have made wishes") % {"share": share},
        say("Students"),
        say("Count"),
        [
            Bar(say("With wishes"), wished, number(wished), highlighted=True),
            Bar(say("Without wishes"), eligible - wished, number(eligible - wished)),
        ],
    )


def terms_of(visit: Visit, batch: Body) -> list[tuple[str, str]]:
    """Return what the school decided of a batch."""
    say, texts = visit.texts.gettext, visit.texts
    opens, closes = batch["wishes_open_at"], batch["wishes_close_at"]
    pairs = [
        (say("How students are placed"), word(MODES, batch["mode"], visit.texts)),
        (say("Kind"), word(KINDS, batch["kind"], visit.texts)),
        (say("Term"), batch["term"]),
        (say("Majors"), majors_of(batch, texts)),
        (say("Years of entry"), _years(batch, say("All years"))),
        (say("First and last day"), days_of(batch, texts)),
    ]
    if opens and closes:
        window = f"{texts.moment(opens)} – {texts.moment(closes)}"
        pairs.append((say("Wishes are taken"), window))
    if batch["mode"] == "cleared":
        pairs += [
            (say("Wishes at most"), texts.number(batch["wishes_max"])),
            (say("Students are ranked by"), _weights(visit, batch)),
            (say("Days to accept"), texts.number(batch["accept_days"])),
        ]
    return pairs


def _years(batch: Body, every: str) -> str:
    return "、".join(str(year) for year in batch["grade_years"]) or every


def _weights(visit: Visit, batch: Body) -> str:
    weights: Mapping[str, float] = batch["priority_weights"]
    total = sum(weights.values()) or 1
    said = [
        f"{visit.texts.gettext(PRIORITIES[name])} {visit.texts.percent(weights[name] / total, 0)}"
        for name in PRIORITIES
        if weights.get(name)
    ]
    return visit.texts.gettext(", ").join(said)


async def list_entries(visit: Visit) -> Response:
    query, say = visit.request.query_params, visit.texts.gettext
    eligible = query.get("eligible")
    eligible = eligible if eligible in {"true", "false"} else None
    asked = {"eligible": eligible, "limit": _PAGE, "cursor": query.get("cursor")}
    batch, found = await asyncio.gather(
        visit.api.get(api_path(visit)), visit.api.get(f"{api_path(visit)}/students", asked)
    )
    address = visit.request.url
    tabs = ((None, say("All")), ("true", say("May take part")), ("false", say("May not")))
    context = {
        "tabs": [
            Link(text, with_query(address, eligible=each), current=each == eligible)
            for each, text in tabs
        ],
        "students": _entry_table(visit, found),
        "pager": pager(address, found, shown=len(found.body["items"])),
    }
    return visit.render(
        "batches/students.html",
        context,
        title=say("Students of the batch"),
        breadcrumb=batch_trail(visit, batch.body),
    )


def _entry_table(visit: Visit, found: Answer) -> Table | None:
    items: Sequence[Body] = found.body["items"]
    if not items:
        return None
    say = visit.texts.gettext
    rows = [
        [
            Cell(
                one["name"], href=f"/school/students/{one['student_id']}", sub=one["enrolment_no"]
            ),
            Cell(one["class_name"], sub=major_name(one["major_code"])),
            Cell("—" if one["grade"] is None else f"{one['grade']:g}"),
            Cell(
                tag=Tag(say("May take part"), "good")
                if one["eligible"]
                else Tag(say("May not"), "bad"),
                sub=" ".join(messages_of(one["findings"], visit.texts)),
            ),
        ]
        for one in items
    ]
    columns = [
        Column(say("Student")),
        Column(say("Class")),
        Column(say("Grade"), numeric=True),
        Column(say("Eligibility")),
    ]
    return Table(say("Students of the batch"), columns, rows, caption_hidden=True)


_ONE = "/school/batches/{batch_id}"

PAGES = (
    Page("/school/batches", list_batches, "batches", OFFICE),
    Page(_ONE, show_batch, "batch", OFFICE),
    Page(f"{_ONE}/students", list_entries, "batch_students", OFFICE),
    Page(f"{_ONE}/clear", clear_batch, "batch_cleared", OFFICE, ("POST",)),
    Page(f"{_ONE}/steps/{{step}}", take_step, "batch_step", OFFICE, ("POST",)),
)
