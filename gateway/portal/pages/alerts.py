"""Warnings of shortage and glut: what holds, on what evidence, and how good warnings have been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.addresses import pager
from gateway.portal.catalogue_names import region_path
from gateway.portal.chart_pages import answer_chart, chart_at
from gateway.portal.components import Cell, Column, Link, Stat, Table, Tag, Tone
from gateway.portal.labour_charts import reliability_chart
from gateway.portal.labour_words import driver_words, named, odds_words
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_PAGE = 50
_KINDS: Mapping[str, str] = {"shortage": marked("Shortage"), "surplus": marked("Surplus")}
_LEVELS: Mapping[str, tuple[str, Tone]] = {
    "blue": (marked("Blue"), "info"),
    "yellow": (marked("Yellow"), "warn"),
    "orange": (marked("Orange"), "warn"),
    "red": (marked("Red"), "bad"),
}
_STATES: Mapping[str, str] = {"active": marked("In force"), "ended": marked("Ended")}


async def list_alerts(visit: Visit) -> Response:
    query, say, texts = visit.request.query_params, visit.texts.gettext, visit.texts
    state = query.get("state") if query.get("state") in _STATES else "active"
    asked = {"state": state, "limit": _PAGE, "cursor": query.get("cursor")}
    found = await visit.api.get("/v1/alerts", asked)
    path = visit.request.url.path
    context = {
        "tabs": [
            Link(say(text), f"{path}?state={each}", current=each == state)
            for each, text in _STATES.items()
        ],
        "table": _table(texts, found.body["items"]),
        "pager": pager(visit.request.url, found, shown=len(found.body["items"])),
    }
    title = say("Warnings")
    return visit.render("labour/alerts.html", context, title=title, breadcrumb=[_market(visit)])


async def show_record(visit: Visit) -> Response:
    told, texts = (await visit.api.get("/v1/alerts/record")).body, visit.texts
    say = texts.gettext
    context = {
        "told": told,
        "figures": _figures(texts, told) if told["settled"] else [],
        "chart": chart_at(
            visit,
            "labour_reliability_chart",
            finding=_finding(texts, told),
            source=say("Every warning's probability beside what came of it"),
        )
        if told["reliability"]
        else None,
        "bins": _bin_table(texts, told["reliability"]),
    }
    trail = [_market(visit), Link(say("Warnings"), "/labour/alerts")]
    title = say("The record of warnings")
    return visit.render("labour/alerts_record.html", context, title=title, breadcrumb=trail)


async def draw_reliability(visit: Visit) -> Response:
    told, say = (await visit.api.get("/v1/alerts/record")).body, visit.texts.gettext
    bins = [(one["forecast"], one["happened"], one["trials"]) for one in told["reliability"]]
    words = {
        "forecast": say("Probability given"),
        "happened": say("Share that came"),
        "n": say("How many"),
    }
    return await answer_chart(visit, reliability_chart(bins, words))


def _market(visit: Visit) -> Link:
    return Link(visit.texts.gettext("Labour market"), "/labour")


def _table(texts: Texts, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(
                one["occupation_name"],
                href=f"/labour/forecast?occupation={one['occupation_code']}",
                sub=one["occupation_code"],
            ),
            Cell(region_path(one["region_code"]), href=f"/labour/gaps/{one['region_code']}"),
            Cell(named(texts, _KINDS, one["kind"]), tag=_level(texts, one["level"])),
            Cell(odds_words(texts, one["probability"]), sub=_evidence(texts, one["evidence"])),
            Cell(str(one["year"])),
            Cell(texts.date(one["raised_at"])),
            Cell(texts.date(one["ended_at"] or one["expires_on"])),
        ]
        for one in items
    ]
    columns = [
        Column(say("Occupation")),
        Column(say("Region")),
        Column(say("Kind and level")),
        Column(say("Probability and evidence")),
        Column(say("For the year")),
        Column(say("Raised on")),
        Column(say("Ends on")),
    ]
    return Table(say("Warnings"), columns, rows, caption_hidden=True)


def _level(texts: Texts, level: str) -> Tag:
    text, tone = _LEVELS[level]
    return Tag(texts.gettext(text), tone)


def _evidence(texts: Texts, evidence: Body) -> str:
    """Return the part of the evidence that a line has room for: what drives the gap."""
    driver = evidence.get("driver")
    return driver_words(texts, driver) if isinstance(driver, str) else ""


def _figures(texts: Texts, told: Body) -> list[Stat]:
    say = texts.gettext

    def figure(name: str) -> str:
        return "—" if told[name] is None else texts.number(round(told[name], 3))

    beside = say("Persistence: %(value)s") % {"value": figure("brier_persistence")}
    return [
        Stat(figure("brier"), say("Brier figure, smaller is better"), beside),
        Stat(figure("onset_ap"), say("Average precision of onsets"), str(told["onsets"])),
        Stat(figure("exit_ap"), say("Average precision of exits"), str(told["exits"])),
        Stat(texts.number(told["settled"]), say("Warnings whose end is known")),
    ]


def _finding(texts: Texts, told: Body) -> str:
    if told["brier"] is None or told["brier_persistence"] is None:
        return texts.gettext("How often warnings came true")
    if told["brier"] < told["brier_persistence"]:
        return texts.gettext("Warnings were better than saying that nothing changes")
    return texts.gettext("Warnings were no better than saying that nothing changes")


def _bin_table(texts: Texts, bins: Sequence[Body]) -> Table | None:
    if not bins:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(f"{texts.percent(one['low'], 0)}–{texts.percent(one['high'], 0)}"),
            Cell(texts.number(one["trials"])),
            Cell(texts.percent(one["forecast"])),
            Cell(texts.percent(one["happened"])),
        ]
        for one in bins
    ]
    columns = [
        Column(say("Probability given")),
        Column(say("How many"), numeric=True),
        Column(say("Mean of them"), numeric=True),
        Column(say("Share that came"), numeric=True),
    ]
    return Table(say("Said and come"), columns, rows)


PAGES = (
    Page("/labour/alerts", list_alerts, "labour_alerts", PUBLIC),
    Page("/labour/alerts/record", show_record, "labour_alerts_record", PUBLIC),
    Page("/labour/alerts/record.{form}", draw_reliability, "labour_reliability_chart", PUBLIC),
)
