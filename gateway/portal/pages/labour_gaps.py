"""Gaps between openings and entrants: a heat map of places, and each place in figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.catalogue_names import region_path
from gateway.portal.chart_pages import answer_chart, chart_at
from gateway.portal.components import Cell, Column, Link, Table, Tag
from gateway.portal.labour_charts import (
    Tile,
    bar_chart,
    bar_height,
    heat_chart,
    heat_height,
)
from gateway.portal.labour_words import driver_words, odds_words, spread_words
from gateway.portal.routing import Page
from gateway.portal.translation import Texts
from gateway.portal.visits import Visit
from shared.kernel.clock import china_day, utc_now

Body = Mapping[str, Any]

_SHOWN = 20
_SIDES = ("openings", "entrants")
_LIKELY = 0.5


async def list_gaps(visit: Visit) -> Response:
    asked = _asked(visit)
    say = visit.texts.gettext
    runs = (await visit.api.get("/v1/gap-runs")).body["items"]
    places = list(dict.fromkeys(one["region_code"] for one in runs))
    context: dict[str, Any] = {
        "kinds": _tabs(visit, asked),
        "places": [
            Link(region_path(code), f"/labour/gaps/{code}?year={asked['year']}") for code in places
        ],
        "heat": None,
    }
    if places:
        heat = (await visit.api.get("/v1/gaps/heat", _within(asked, places))).body
        if heat["cells"]:
            context["heat"] = chart_at(
                visit,
                "labour_heat_chart",
                finding=_heat_finding(visit.texts, heat),
                source=say("Openings per entrant, middle value; red: more openings, green: fewer"),
                query=asked,
                height=heat_height(len({one["code"] for one in heat["cells"]})),
            )
            context["table"] = _heat_table(visit, heat)
    title = say("Gaps between openings and entrants")
    trail = [Link(say("Labour market"), "/labour")]
    return visit.render("labour/gaps.html", context, title=title, breadcrumb=trail)


async def draw_heat(visit: Visit) -> Response:
    asked = _asked(visit)
    runs = (await visit.api.get("/v1/gap-runs")).body["items"]
    places = list(dict.fromkeys(one["region_code"] for one in runs))
    heat = (await visit.api.get("/v1/gaps/heat", _within(asked, places))).body
    say = visit.texts.gettext
    names = {one["code"]: one["name"] for one in (*heat["regions"], *heat["codes"])}
    tiles = [
        Tile(names[one["code"]], names[one["region"]], one["ratio_p50"]) for one in heat["cells"]
    ]
    words = {"row": say("What"), "column": say("Region"), "ratio": say("Openings per entrant")}
    return await answer_chart(visit, heat_chart(tiles, words))


async def show_gap(visit: Visit) -> Response:
    region, asked, texts = str(visit.request.path_params["region"]), _asked(visit), visit.texts
    told = (await visit.api.get("/v1/gaps", {"region": region, "year": asked["year"]})).body
    supply = (await visit.api.get("/v1/supply", {"region": region, "year": asked["year"]})).body
    items = [one for one in told["items"] if one["kind"] == asked["kind"]]
    say = texts.gettext
    chart = None
    if items:
        chart = chart_at(
            visit,
            "labour_gap_chart",
            finding=_gap_finding(texts, region, items),
            source=say("Openings: growth and separations. Entrants: graduates who stay here."),
            query=asked,
            height=bar_height(len(_SIDES) * min(len(items), _SHOWN)),
        )
    context = {
        "kinds": _tabs(visit, asked),
        "run": told["run"],
        "chart": chart,
        "gaps": _gap_table(texts, items, kind=asked["kind"]),
        "supply": _supply_table(texts, supply["items"]),
    }
    trail = [Link(say("Labour market"), "/labour"), Link(say("Gaps"), "/labour/gaps")]
    return visit.render("labour/gap.html", context, title=region_path(region), breadcrumb=trail)


async def draw_gap(visit: Visit) -> Response:
    region, asked = str(visit.request.path_params["region"]), _asked(visit)
    told = (await visit.api.get("/v1/gaps", {"region": region, "year": asked["year"]})).body
    say = visit.texts.gettext
    items = [one for one in told["items"] if one["kind"] == asked["kind"]]
    rows = [
        (one["name"], what, one[key]["p50"])
        for one in _worst(items)[:_SHOWN]
        for key, what in zip(_SIDES, (say("Openings"), say("Entrants")), strict=True)
    ]
    words = {"what": say("What"), "series": say("Side"), "value": say("People in the year")}
    return await answer_chart(visit, bar_chart(rows, words))


def _asked(visit: Visit) -> dict[str, str]:
    query = visit.request.query_params
    year, kind = query.get("year", ""), query.get("kind", "")
    return {
        "year": year if year.isdigit() else str(china_day(utc_now()).year + 1),
        "kind": kind if kind in {"occupation", "major"} else "occupation",
    }


def _within(asked: Mapping[str, str], places: Sequence[str]) -> dict[str, str]:
    """Return the question for the heat map: the province of the newest run is its frame."""
    return {**asked, "region": f"{places[0][:2]}0000"}


def _tabs(visit: Visit, asked: Mapping[str, str]) -> list[Link]:
    say, path = visit.texts.gettext, visit.request.url.path
    named = {"occupation": say("By occupation"), "major": say("By major")}
    return [
        Link(text, f"{path}?year={asked['year']}&kind={kind}", current=kind == asked["kind"])
        for kind, text in named.items()
    ]


def _heat_finding(texts: Texts, heat: Body) -> str:
    short = sum(one["p_short"] >= _LIKELY for one in heat["cells"])
    glut = sum(one["p_glut"] >= _LIKELY for one in heat["cells"])
    return texts.gettext(
        "%(year)s: openings likely exceed entrants in %(short)s of the %(all)s "
        "compared, fall short of them in %(glut)s"
    ) % {"year": heat["year"], "short": short, "all": len(heat["cells"]), "glut": glut}


def _gap_finding(texts: Texts, region: str, items: Sequence[Body]) -> str:
    worst = _worst(items)[0]
    facts = {
        "place": region_path(region),
        "name": worst["name"],
        "ratio": texts.number(round(worst["ratio"]["p50"], 1)),
    }
    return (
        texts.gettext("%(place)s: widest at %(name)s, %(ratio)s openings for each entrant") % facts
    )


def _worst(items: Sequence[Body]) -> list[Body]:
    return sorted(items, key=lambda one: -one["ratio"]["p50"])


def _heat_table(visit: Visit, heat: Body) -> Table:
    texts, say = visit.texts, visit.texts.gettext
    found = {(one["region"], one["code"]): one for one in heat["cells"]}
    columns = [
        Column(_kind_word(texts, heat["kind"])),
        *(Column(one["name"], numeric=True) for one in heat["regions"]),
    ]
    rows = [
        [
            Cell(code["name"], sub=code["code"]),
            *(
                Cell("—")
                if (place["code"], code["code"]) not in found
                else Cell(
                    texts.number(round(found[place["code"], code["code"]]["ratio_p50"], 2)),
                    href=f"/labour/gaps/{place['code']}?year={heat['year']}&kind={heat['kind']}",
                )
                for place in heat["regions"]
            ),
        ]
        for code in heat["codes"]
    ]
    return Table(say("Openings per entrant, middle value"), columns, rows, narrow="scroll")


def _kind_word(texts: Texts, kind: str) -> str:
    return texts.gettext("Major") if kind == "major" else texts.gettext("Occupation")


def _gap_table(texts: Texts, items: Sequence[Body], *, kind: str) -> Table | None:
    if not items:
        return None
    say = texts.gettext
    short, glut = Tag(say("Short"), "bad"), Tag(say("Too many"), "warn")
    rows = [
        [
            Cell(one["name"], sub=one["code"]),
            Cell(spread_words(texts, one["openings"])),
            Cell(spread_words(texts, one["entrants"])),
            Cell(spread_words(texts, one["ratio"], digits=2)),
            Cell(odds_words(texts, one["p_short"]), tag=_if_likely(one["p_short"], short)),
            Cell(odds_words(texts, one["p_glut"]), tag=_if_likely(one["p_glut"], glut)),
            Cell(driver_words(texts, one["driver"])),
            Cell(*_seekers(one["posts_per_seeker"])),
        ]
        for one in _worst(items)
    ]
    columns = [
        Column(_kind_word(texts, kind)),
        Column(say("Openings"), numeric=True),
        Column(say("Entrants"), numeric=True),
        Column(say("Openings per entrant"), numeric=True),
        Column(say("Likely above 1.2"), numeric=True),
        Column(say("Likely below 0.8"), numeric=True),
        Column(say("What drives it")),
        Column(say("Posts per registered seeker"), numeric=True),
    ]
    return Table(say("Openings beside entrants"), columns, rows, narrow="scroll")


def _if_likely(probability: float, tag: Tag) -> Tag | None:
    return tag if probability >= _LIKELY else None


def _seekers(told: Body | None) -> tuple[str]:
    if told is None:
        return ("—",)
    return (f"{told['value']:.2f} ({told['quarter']})",)


def _supply_table(texts: Texts, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(
                one["major_name"], sub=one["major_code"], href=f"/labour/majors/{one['major_code']}"
            ),
            Cell(spread_words(texts, one["graduates"])),
            Cell(spread_words(texts, one["entrants"])),
        ]
        for one in items
    ]
    columns = [
        Column(say("Major")),
        Column(say("Graduates"), numeric=True),
        Column(say("Enter work here"), numeric=True),
    ]
    return Table(say("Where the entrants come from"), columns, rows)


PAGES = (
    Page("/labour/gaps", list_gaps, "labour_gaps", PUBLIC),
    Page("/labour/gaps/heat.{form}", draw_heat, "labour_heat_chart", PUBLIC),
    Page("/labour/gaps/{region}", show_gap, "labour_gap", PUBLIC),
    Page("/labour/gaps/{region}/chart.{form}", draw_gap, "labour_gap_chart", PUBLIC),
)
