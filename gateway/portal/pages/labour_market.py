"""The labour market: what is needed where, how sure that is, and what was said before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.chart_pages import Chart, answer_chart, chart_at
from gateway.portal.components import Cell, Column, Link, Stat, Table
from gateway.portal.labour_charts import Fan, FanPoint, fan_chart
from gateway.portal.labour_words import method_words, named, read_if_there, record_words
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_AHEAD = 12
_PARTS = 20
_PAST_RUNS = 24
_SERIES = 100
_CODES = ("region", "industry", "occupation")
_MONTHS_OF_QUARTER = 3
# What the front page shows first: the widest count of demand, whoever set up what else.
_FRONT = ("vacancies_public", "posts_published", "seats_published", "employed")
_UNITS: Mapping[str, str] = {"person": marked("persons"), "post": marked("posts")}
_STILL = 0.02  # a change below this is called none where the interval holds the last value


@dataclass(frozen=True, slots=True)
class Asked:
    """The cell that an address asks for: codes by name, nothing where it means all."""

    codes: Mapping[str, str]

    @property
    def query(self) -> dict[str, str]:
        """The codes as a query of the API and of pages."""
        return dict(self.codes)

    def href(self, **changes: str) -> str:
        """Return the page of a cell nearby."""
        held = {**self.codes, **changes}
        return f"/labour/forecast?{urlencode(held)}" if held else "/labour/forecast"


@dataclass(frozen=True, slots=True)
class Series:
    """The series that have a forecast, and the one that a page is about."""

    all: Sequence[Body]
    shown: Body | None


async def asked_cell(visit: Visit) -> tuple[Asked, Series]:
    """Read the cell from the address; without a word on the series, that of the front page."""
    query = visit.request.query_params
    datasets = (await visit.api.get("/v1/datasets", {"limit": _SERIES})).body["items"]
    able = [one for one in datasets if one["current_run_id"]]
    shown = next((one for one in able if one["id"] == query.get("dataset_id")), None)
    shown = shown or next(iter(sorted(able, key=_front_place)), None)
    codes = {key: query[key] for key in _CODES if query.get(key)}
    if shown is not None:
        codes["dataset_id"] = shown["id"]
    return Asked(codes), Series(able, shown)


def _front_place(dataset: Body) -> int:
    measure = dataset["measure"]
    return _FRONT.index(measure) if measure in _FRONT else len(_FRONT)


def series_links(series: Series) -> list[Link]:
    """Return the ways to the same page about another series."""
    if len(series.all) < 2:
        return []
    return [
        Link(one["name"], Asked({}).href(dataset_id=one["id"]), current=one is series.shown)
        for one in series.all
    ]


async def show_labour_market(visit: Visit) -> Response:
    asked, series = await asked_cell(visit)
    forecast, occupations, regions = await asyncio.gather(
        _forecast(visit, asked),
        _breakdown(visit, asked, by="occupation"),
        _breakdown(visit, asked, by="region"),
    )
    context = {
        "series": series_links(series),
        "forecast": None if forecast is None else _shown(visit, asked, forecast),
        "occupations": _parts_table(visit, asked, occupations, by="occupation"),
        "regions": _parts_table(visit, asked, regions, by="region"),
    }
    title = visit.texts.gettext("Labour market")
    return visit.render("labour/overview.html", context, title=title)


async def show_forecast(visit: Visit) -> Response:
    asked, series = await asked_cell(visit)
    answer = await visit.api.get("/v1/forecasts", {**asked.query, "h": _AHEAD})
    told: Body = answer.body
    past, occupations, regions = await asyncio.gather(
        visit.api.get(
            "/v1/forecasts/past", {**asked.query, "replays": "true", "limit": _PAST_RUNS}
        ),
        _breakdown(visit, asked, by="occupation"),
        _breakdown(visit, asked, by="region"),
    )
    texts = visit.texts
    context = {
        **_shown(visit, asked, told),
        "series": series_links(series),
        "points": _point_table(texts, told),
        "past": _past_table(texts, past.body),
        "occupations": _parts_table(visit, asked, occupations, by="occupation"),
        "regions": _parts_table(visit, asked, regions, by="region"),
        "vintage": told["vintage"],
        "told": told,
        "method": method_words(texts, told["model"]),
    }
    trail = [Link(texts.gettext("Labour market"), "/labour")]
    return visit.render(
        "labour/forecast.html", context, title=cell_name(texts, told), breadcrumb=trail
    )


async def draw_forecast(visit: Visit) -> Response:
    asked, _series = await asked_cell(visit)
    now, past = await asyncio.gather(
        visit.api.get("/v1/forecasts", {**asked.query, "h": _AHEAD}),
        visit.api.get(
            "/v1/forecasts/past", {**asked.query, "replays": "true", "limit": _PAST_RUNS}
        ),
    )
    say, body = visit.texts.gettext, now.body
    unit = named(visit.texts, _UNITS, body["unit"])
    words = {
        "past": say("What came"),
        "then": say("What we had forecast then"),
        "now": say("Forecast"),
        "band80": say("80 % interval"),
        "band95": say("95 % interval"),
        "value": f"{body[f'measure_{visit.language}']} ({unit})",
    }
    return await answer_chart(visit, fan_chart(_fan(body, past.body), words))


def cell_name(texts: Texts, told: Body) -> str:
    """Return what a forecast is about, in words: where, then what."""
    cell = told["cell"]
    named = [cell[f"{key}_name"] for key in ("region", "industry", "occupation") if cell[key]]
    return " · ".join(named) or texts.gettext("All regions and occupations")


async def _forecast(visit: Visit, asked: Asked) -> Body | None:
    return await read_if_there(visit, "/v1/forecasts", {**asked.query, "h": _AHEAD})


async def _breakdown(visit: Visit, asked: Asked, *, by: str) -> Body | None:
    query = {**asked.query, "by": by, "h": _AHEAD, "limit": _PARTS}
    return await read_if_there(visit, "/v1/forecasts/breakdown", query)


def _shown(visit: Visit, asked: Asked, told: Body) -> dict[str, Any]:
    """Return the chart with its finding, the figures beside it, and the record."""
    texts = visit.texts
    return {
        "chart": _chart(visit, asked, told),
        "figures": _figures(texts, told),
        "record": record_words(texts, told["record"]),
        "about": asked.href(),
    }


def _chart(visit: Visit, asked: Asked, told: Body) -> Chart:
    source = visit.texts.gettext(
        "Source: %(source)s; known until %(origin)s; method: %(model)s"
    ) % {
        "source": told["source"],
        "origin": told["vintage"]["origin"],
        "model": method_words(visit.texts, told["model"]),
    }
    finding = _finding(visit.texts, told)
    return chart_at(
        visit, "labour_forecast_chart", finding=finding, source=source, query=asked.query
    )


def _finding(texts: Texts, told: Body) -> str:
    """Return what the chart shows, in a sentence: the direction and how sure it is."""
    points, history = told["points"], told["history"]
    season = min(len(points), _season(told["frequency"]))
    # Means add up; middle values of rare counts are all zero and would tell of a collapse.
    after = sum(each["mean"] for each in points[:season])
    before = sum(each["value"] for each in history[-season:])
    about = f"{cell_name(texts, told)} · {told[f'measure_{texts.language}']}"
    facts = {"name": about, "until": points[season - 1]["period"]}
    if len(history) < season or before <= 0:
        return texts.gettext("%(name)s: forecast until %(until)s") % facts
    growth = after / before - 1
    facts["growth"] = texts.percent(abs(growth))
    inside = points[season - 1]["p10"] <= history[-1]["value"] <= points[season - 1]["p90"]
    if inside and abs(growth) < _STILL:
        return texts.gettext("%(name)s: about as many until %(until)s") % facts
    if growth > 0:
        return texts.gettext("%(name)s: %(growth)s more expected until %(until)s") % facts
    return texts.gettext("%(name)s: %(growth)s fewer expected until %(until)s") % facts


def _season(frequency: str) -> int:
    return {"month": 12, "quarter": 4}.get(frequency, 1)


def _figures(texts: Texts, told: Body) -> list[Stat]:
    say, number = texts.gettext, texts.number
    last, following = told["history"][-1], told["points"][0]
    band = f"{number(round(following['p10']))}–{number(round(following['p90']))}"
    return [
        Stat(number(round(last["value"])), last["period"], say("Latest known")),
        Stat(number(round(following["p50"])), following["period"], say("Forecast, middle value")),
        Stat(band, say("8 times in 10 between"), following["period"]),
    ]


def _point_table(texts: Texts, told: Body) -> Table:
    say = texts.gettext
    names = ("p2_5", "p10", "p50", "p90", "p97_5", "mean")
    rows = [
        [Cell(each["period"]), *(Cell(texts.number(round(each[name], 1))) for name in names)]
        for each in told["points"]
    ]
    heads = ("2.5 %", "10 %", say("Middle"), "90 %", "97.5 %", say("Mean"))
    columns = [Column(say("Period")), *(Column(head, numeric=True) for head in heads)]
    return Table(say("The forecast in figures"), columns, rows, narrow="scroll")


def _past_table(texts: Texts, past: Body) -> Table | None:
    say = texts.gettext
    rows = [
        [
            Cell(each["period"]),
            Cell(run["origin"], sub=texts.date(run["made_at"])),
            Cell(texts.number(round(each["p50"], 1))),
            Cell(f"{texts.number(round(each['p10']))}–{texts.number(round(each['p90']))}"),
            Cell(texts.number(round(each["actual"], 1))),
        ]
        for run in past["items"]
        for each in run["points"][:1]
        if each["actual"] is not None
    ]
    if not rows:
        return None
    columns = [
        Column(say("Period")),
        Column(say("Known until")),
        Column(say("Forecast then"), numeric=True),
        Column(say("80 % interval"), numeric=True),
        Column(say("What came"), numeric=True),
    ]
    return Table(say("What we had forecast then, one period ahead"), columns, rows)


def _parts_table(visit: Visit, asked: Asked, told: Body | None, *, by: str) -> Table | None:
    if told is None or not told["items"]:
        return None
    texts, say = visit.texts, visit.texts.gettext
    rows = [
        [
            Cell(each["name"], href=asked.href(**{by: each["code"]}), sub=each["code"]),
            Cell("—" if each["last_season"] is None else texts.number(round(each["last_season"]))),
            Cell("—" if each["next_season"] is None else texts.number(round(each["next_season"]))),
            Cell("—" if each["growth"] is None else texts.percent(each["growth"])),
        ]
        for each in told["items"]
    ]
    captions = {"occupation": say("By occupation"), "region": say("By region")}
    columns = [
        Column(captions[by]),
        Column(say("Past year"), numeric=True),
        Column(say("Next year"), numeric=True),
        Column(say("Growth"), numeric=True),
    ]
    return Table(captions[by], columns, rows)


def _fan(now: Body, past: Body) -> Fan:
    """Return the chart's data; each past period is shown as it was forecast one step before."""
    then = {
        each["period"]: each["p50"] for run in reversed(past["items"]) for each in run["points"][:1]
    }
    return Fan(
        past=[(first_day(each["period"]), each["value"]) for each in now["history"]],
        then=[(first_day(period), value) for period, value in sorted(then.items())],
        now=[
            FanPoint(
                first_day(each["period"]),
                each["p2_5"],
                each["p10"],
                each["p50"],
                each["p90"],
                each["p97_5"],
            )
            for each in now["points"]
        ],
    )


def first_day(period: str) -> str:
    """Return the first day of an ISO month, quarter, year or day.

    >>> first_day("2026-07"), first_day("2026-Q3"), first_day("2026"), first_day("2026-07-15")
    ('2026-07-01', '2026-07-01', '2026-01-01', '2026-07-15')
    """
    year, _, rest = period.partition("-")
    if not rest:
        return f"{year}-01-01"
    if rest.startswith("Q"):
        return f"{year}-{(int(rest[1:]) - 1) * _MONTHS_OF_QUARTER + 1:02d}-01"
    return period if "-" in rest else f"{period}-01"


PAGES = (
    Page("/labour", show_labour_market, "labour", PUBLIC),
    Page("/labour/forecast", show_forecast, "labour_forecast", PUBLIC),
    Page("/labour/forecast/chart.{form}", draw_forecast, "labour_forecast_chart", PUBLIC),
)
