"""What an enterprise declares of itself: three dated head counts, its size, interns elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from gateway.portal.access import HR
from gateway.portal.components import Cell, CellForm, Column, Link, Stat, Table
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.problems import ApiProblemError, Problem
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

MEASURES: Mapping[str, tuple[str, str]] = {
    "staff_total": (marked("Staff in all"), marked("For the share of 2–3 %")),
    "staff_on_duty": (marked("Staff on duty"), marked("For the 10 %")),
    "staff_same_post": (
        marked("Staff on duty in the same kind of work"),
        marked("For the 20 %, counted for each kind of work"),
    ),
}
_COUNT = ("measure", "post_class", "staff", "counted_on", "evidence")
_ENTRY = ("post_class", "interns", "from_on", "to_on")
_SIZE = "above_designated_size"
_REFUSED = frozenset({409, 422})


async def show_counts(visit: Visit) -> Response:
    return await _counts_page(visit, form_state(_COUNT))


async def add_count(visit: Visit) -> Response:
    form = form_state(_COUNT, visit.form)
    staff, form = _whole(visit, form, "staff")
    form = _filled(visit, form, {"measure": marked("Choose what was counted")})
    form = _filled(visit, form, {"counted_on": marked("Give the day of the count")})
    if form.errors:
        return await _counts_page(visit, form, status=422)
    count = {
        "measure": form.value("measure"),
        "post_class": form.value("post_class"),
        "staff": staff,
        "counted_on": form.value("counted_on"),
        "evidence": form.value("evidence") or None,
    }
    try:
        await visit.api.put(_path(visit, "head-counts"), {"counts": [count]})
    except ApiProblemError as refusal:
        problem = _inside(refusal, "/counts/0")
        return await _counts_page(visit, form.refused(problem), status=422)
    notice = visit.texts.gettext("The head count is kept. New checks of your posts use it.")
    return visit.redirect("/enterprise/head-counts", notice=notice)


async def set_size(visit: Visit) -> Response:
    above = {"true": True, "false": False}.get(str(visit.form.get(_SIZE, "")))
    await visit.api.put(_path(visit, "head-counts"), {_SIZE: above, "counts": []})
    return visit.redirect("/enterprise/head-counts", notice=visit.texts.gettext("Saved."))


async def show_elsewhere(visit: Visit) -> Response:
    return await _elsewhere_page(visit, form_state(_ENTRY))


async def add_elsewhere(visit: Visit) -> Response:
    form = form_state(_ENTRY, visit.form)
    interns, form = _whole(visit, form, "interns")
    form = _filled(visit, form, {"from_on": marked("Give the first day")})
    form = _filled(visit, form, {"to_on": marked("Give the last day")})
    if form.errors:
        return await _elsewhere_page(visit, form, status=422)
    entry = {**{name: form.value(name) for name in _ENTRY}, "interns": interns}
    held = await _elsewhere(visit)
    try:
        await visit.api.put(_path(visit, "interns-elsewhere"), {"entries": [entry, *held]})
    except ApiProblemError as refusal:
        problem = _inside(refusal, "/entries/0")
        return await _elsewhere_page(visit, form.refused(problem), status=422)
    return visit.redirect("/enterprise/interns-elsewhere", notice=visit.texts.gettext("Saved."))


async def remove_elsewhere(visit: Visit) -> Response:
    gone = {name: str(visit.form.get(name, "")) for name in _ENTRY}
    held = list(await _elsewhere(visit))
    same = [one for one in held if {name: str(one[name]) for name in _ENTRY} == gone]
    for one in same[:1]:
        held.remove(one)
    await visit.api.put(_path(visit, "interns-elsewhere"), {"entries": held})
    return visit.redirect("/enterprise/interns-elsewhere", notice=visit.texts.gettext("Removed."))


def _path(visit: Visit, part: str) -> str:
    assert visit.caller is not None, "the page is for signed-in people"
    return f"/v1/enterprises/{visit.caller.acting_org_id}/{part}"


async def _elsewhere(visit: Visit) -> Sequence[Body]:
    return (await visit.api.get(_path(visit, "interns-elsewhere"))).body["entries"]


def _inside(refusal: ApiProblemError, place: str) -> Problem:
    """Return a refusal whose pointers begin at the one entry that the form sent."""
    problem = refusal.problem
    if problem.status not in _REFUSED:
        raise refusal
    faults = tuple(
        replace(one, pointer=(one.pointer or "").removeprefix(place)) for one in problem.faults
    )
    return replace(problem, faults=faults)


def _whole(visit: Visit, form: FormState, name: str) -> tuple[int | None, FormState]:
    told = form.value(name).replace(",", "").replace("，", "")
    if told.isdecimal():
        return int(told), form
    return None, form.with_error(visit.texts.gettext("Give a whole number of people"), name)


def _filled(visit: Visit, form: FormState, wanted: Mapping[str, str]) -> FormState:
    for name, said in wanted.items():
        if not form.value(name):
            form = form.with_error(visit.texts.gettext(said), name)
    return form


def _trail(visit: Visit) -> list[Link]:
    return [Link(visit.texts.gettext("My enterprise"), "/enterprise")]


async def _counts_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    texts = visit.texts
    body: Body = (await visit.api.get(_path(visit, "head-counts"))).body
    above = texts.gettext("Yes, above designated size")
    context = {
        "form": form,
        "size": form_state_of((_SIZE,), body),
        "sizes": [
            Option("true", above),
            Option("false", texts.gettext("No")),
            Option("", texts.gettext("Not declared yet")),
        ],
        "measures": [
            Option(name, texts.gettext(label), texts.gettext(hint))
            for name, (label, hint) in MEASURES.items()
        ],
        "latest": _latest(texts, body["counts"]),
        "counts": _count_table(texts, body["counts"]),
    }
    return visit.render(
        "enterprise/head_counts.html",
        context,
        title=texts.gettext("Head counts"),
        breadcrumb=_trail(visit),
        status=status,
    )


def _latest(texts: Texts, counts: Sequence[Body]) -> list[Stat]:
    """Return the newest count of each measure, or that there is none."""
    figures: list[Stat] = []
    for measure, (label, _hint) in MEASURES.items():
        newest = next((one for one in counts if one["measure"] == measure), None)
        value = texts.number(newest["staff"]) if newest else texts.gettext("Not declared")
        hint = (
            f"{newest['post_class']} {texts.date(newest['counted_on'])}".strip() if newest else ""
        )
        figures.append(Stat(value, texts.gettext(label), hint))
    return figures


def _measured(texts: Texts, count: Body) -> str:
    label, _hint = MEASURES[count["measure"]]
    return texts.gettext(label)


def _count_table(texts: Texts, counts: Sequence[Body]) -> Table | None:
    if not counts:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(texts.date(one["counted_on"])),
            Cell(_measured(texts, one), sub=one["post_class"]),
            Cell(texts.number(one["staff"])),
            Cell(one["evidence"] or "—"),
        ]
        for one in counts
    ]
    columns = [
        Column(say("Counted on")),
        Column(say("What was counted")),
        Column(say("Number of people"), numeric=True),
        Column(say("Evidence")),
    ]
    return Table(say("Every count that was declared"), columns, rows)


async def _elsewhere_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    texts = visit.texts
    entries, counts = await asyncio.gather(
        _elsewhere(visit), visit.api.get(_path(visit, "head-counts"))
    )
    kinds = sorted({one["post_class"] for one in counts.body["counts"] if one["post_class"]})
    context = {
        "form": form,
        "kinds": [Option(one, one) for one in kinds],
        "entries": _entry_table(visit, entries),
    }
    return visit.render(
        "enterprise/elsewhere.html",
        context,
        title=texts.gettext("Interns from elsewhere"),
        breadcrumb=_trail(visit),
        status=status,
    )


def _entry_table(visit: Visit, entries: Sequence[Body]) -> Table | None:
    if not entries:
        return None
    texts, say = visit.texts, visit.texts.gettext
    rows = [
        [
            Cell(f"{texts.date(one['from_on'])} – {texts.date(one['to_on'])}"),
            Cell(one["post_class"] or "—"),
            Cell(texts.number(one["interns"])),
            Cell(
                form=CellForm(
                    "/enterprise/interns-elsewhere/remove",
                    say("Remove"),
                    f"{one['post_class']} {texts.date(one['from_on'])}",
                    tuple((name, str(one[name])) for name in _ENTRY),
                )
            ),
        ]
        for one in entries
    ]
    columns = [
        Column(say("Days")),
        Column(say("Kind of work")),
        Column(say("Interns"), numeric=True),
        Column(say("Action")),
    ]
    return Table(say("Declared so far"), columns, rows)


PAGES = (
    Page("/enterprise/head-counts", show_counts, "head_counts", HR),
    Page("/enterprise/head-counts", add_count, "head_counts_sent", HR, ("POST",)),
    Page("/enterprise/size", set_size, "size_sent", HR, ("POST",)),
    Page("/enterprise/interns-elsewhere", show_elsewhere, "elsewhere", HR),
    Page("/enterprise/interns-elsewhere", add_elsewhere, "elsewhere_sent", HR, ("POST",)),
    Page("/enterprise/interns-elsewhere/remove", remove_elsewhere, "elsewhere_gone", HR, ("POST",)),
)
