"""Charts of the labour market as Vega-Lite documents: fans, gaps, heat maps, reliability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.portal.drawing import Spec

# Figures alone: names of months would need the reader's language.
_DAYS: Spec = {
    "field": "day",
    "type": "temporal",
    "title": None,
    "axis": {"format": "%Y-%m", "tickCount": 6},
}
_BRAND, _THEN, _SHORT, _GLUT = "#10497e", "#d08700", "#b3312b", "#1a6840"


@dataclass(frozen=True, slots=True)
class FanPoint:
    """One period of a forecast: its day (ISO), the middle and two bands."""

    day: str
    p2_5: float
    p10: float
    p50: float
    p90: float
    p97_5: float


@dataclass(frozen=True, slots=True)
class Fan:
    """What a fan chart shows: the past, what was forecast then, what is forecast now."""

    past: Sequence[tuple[str, float]]
    then: Sequence[tuple[str, float]]
    now: Sequence[FanPoint]


def fan_chart(fan: Fan, words: Mapping[str, str]) -> Spec:
    """Return the past as a line, the forecast as a line in two bands, earlier ones as dots.

    `words` names `past`, `then`, `now`, `band80`, `band95`, `time` and `value`.
    """
    bands = [
        _band(fan.now, ("p2_5", "p97_5"), words["band95"], opacity=0.16),
        _band(fan.now, ("p10", "p90"), words["band80"], opacity=0.28),
    ]
    middle = [{"day": each.day, "value": each.p50, "what": words["now"]} for each in fan.now]
    past = [{"day": day, "value": value, "what": words["past"]} for day, value in fan.past]
    then = [{"day": day, "value": value, "what": words["then"]} for day, value in fan.then]
    lines: list[Spec] = [
        {
            "data": {"values": [*past, *middle]},
            "mark": {"type": "line", "strokeWidth": 2, "tooltip": True},
            "encoding": {
                **_over_time(words),
                "strokeDash": {"field": "what", "legend": None, "sort": [words["past"]]},
                "color": {"value": _BRAND},
            },
        },
        {
            "data": {"values": then},
            "mark": {"type": "point", "filled": True, "size": 22, "tooltip": True},
            "encoding": {**_over_time(words), "color": {"value": _THEN}},
        },
    ]
    return {"layer": [*bands, *lines]}


def _over_time(words: Mapping[str, str]) -> dict[str, Any]:
    return {
        "x": _DAYS,
        "y": {
            "field": "value",
            "type": "quantitative",
            "title": words["value"],
            "scale": {"zero": False},
            "axis": {"tickCount": 5},
        },
    }


def _band(points: Sequence[FanPoint], ends: tuple[str, str], title: str, *, opacity: float) -> Spec:
    low, high = ends
    return {
        "data": {
            "values": [
                {"day": each.day, "low": getattr(each, low), "high": getattr(each, high)}
                for each in points
            ]
        },
        "mark": {"type": "area", "opacity": opacity, "color": _BRAND, "description": title},
        "encoding": {
            "x": _DAYS,
            "y": {"field": "low", "type": "quantitative"},
            "y2": {"field": "high"},
        },
    }


@dataclass(frozen=True, slots=True)
class Tile:
    """One cell of a heat map: where, what, how many openings per entrant (None: not known)."""

    row: str
    column: str
    ratio: float | None


def heat_height(rows: int) -> int:
    """Return the height of a grid of so many rows, with its axes and its legend."""
    return 130 + 26 * rows


def heat_chart(tiles: Sequence[Tile], words: Mapping[str, str]) -> Spec:
    """Return a grid of tiles, red where openings exceed entrants, green where entrants do.

    `words` names `row`, `column`, `ratio`. A tile without a figure stays white.
    """
    values = [
        {words["row"]: each.row, words["column"]: each.column, words["ratio"]: each.ratio}
        for each in tiles
    ]
    rows = len({each.row for each in tiles})
    return {
        "data": {"values": values},
        "height": heat_height(rows),
        "mark": {"type": "rect", "stroke": "white", "strokeWidth": 2, "tooltip": True},
        "encoding": {
            "x": {"field": words["column"], "type": "nominal", "title": None},
            "y": {"field": words["row"], "type": "nominal", "title": None},
            "color": {
                "field": words["ratio"],
                "type": "quantitative",
                "scale": {
                    "type": "log",
                    "domain": [0.4, 1, 2.5],
                    "range": [_GLUT, "#f5f7f9", _SHORT],
                    "clamp": True,
                    "interpolate": "rgb",
                },
                "legend": {"title": words["ratio"], "values": [0.5, 0.8, 1.2, 2]},
            },
        },
    }


def reliability_chart(bins: Sequence[tuple[float, float, int]], words: Mapping[str, str]) -> Spec:
    """Return how often a warning came true against the probability it was given.

    `bins`: mean probability, share that happened, number. `words`: `forecast`, `happened`, `n`.
    """
    values = [
        {words["forecast"]: said, words["happened"]: happened, words["n"]: count}
        for said, happened, count in bins
    ]
    return {
        "layer": [
            {
                "data": {"values": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]},
                "mark": {"type": "line", "strokeDash": [4, 4], "color": "#737f8a"},
                "encoding": {
                    "x": {"field": "x", "type": "quantitative"},
                    "y": {"field": "y", "type": "quantitative"},
                },
            },
            {
                "data": {"values": values},
                "mark": {"type": "line", "point": True, "color": _BRAND, "tooltip": True},
                "encoding": {
                    "x": {
                        "field": words["forecast"],
                        "type": "quantitative",
                        "axis": {"format": ".0%"},
                        "title": words["forecast"],
                    },
                    "y": {
                        "field": words["happened"],
                        "type": "quantitative",
                        "axis": {"format": ".0%"},
                        "title": words["happened"],
                    },
                },
            },
        ]
    }


def bar_height(bars: int) -> int:
    """Return the height of so many bars, with their axes and legend."""
    return 80 + 18 * bars


def bar_chart(rows: Sequence[tuple[str, str, float]], words: Mapping[str, str]) -> Spec:
    """Return grouped horizontal bars: what, series, figure; in the order given.

    `words` names `what`, `series` and `value`.
    """
    values = [
        {words["what"]: what, words["series"]: series, words["value"]: value}
        for what, series, value in rows
    ]
    order = list(dict.fromkeys(what for what, _, _ in rows))
    return {
        "data": {"values": values},
        "height": bar_height(len(rows)),
        "mark": {"type": "bar", "tooltip": True},
        "encoding": {
            "y": {"field": words["what"], "type": "nominal", "sort": order, "title": None},
            "yOffset": {"field": words["series"]},
            "x": {"field": words["value"], "type": "quantitative", "title": words["value"]},
            "color": {"field": words["series"], "type": "nominal"},
        },
    }
