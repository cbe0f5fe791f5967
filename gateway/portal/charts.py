"""Geometry of the small charts that are drawn into pages as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sparkline:
    """The points of a line in a box, and where it ends."""

    points: str
    end_x: float
    end_y: float
    width: int
    height: int


def bar_width(value: float, largest: float) -> float:
    """Return the length of a bar in per cent of the longest one.

    >>> bar_width(3, 12)
    25.0
    >>> bar_width(3, 0)
    0.0
    """
    if largest <= 0:
        return 0.0
    return round(100 * max(0.0, min(value / largest, 1.0)), 2)


def sparkline(values: Sequence[float], width: int = 120, height: int = 32) -> Sparkline:
    """Return the line of a series from left to right; a flat series lies in the middle.

    >>> sparkline([0, 1], 100, 20).points
    '3.0,17.0 97.0,3.0'
    """
    assert values, "a sparkline needs at least one value"
    low, high = min(values), max(values)
    pad = 3.0
    step = (width - 2 * pad) / max(1, len(values) - 1)
    room = height - 2 * pad
    ends = [
        (
            round(pad + step * place, 1),
            round(height / 2 if high == low else height - pad - room * (v - low) / (high - low), 1),
        )
        for place, v in enumerate(values)
    ]
    return Sparkline(" ".join(f"{x},{y}" for x, y in ends), *ends[-1], width, height)


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day of a chart: two stacked parts, in the chart's own units."""

    label: str
    x: float
    width: float
    lower_y: float
    lower_height: float
    upper_y: float
    upper_height: float
    labelled: bool


@dataclass(frozen=True, slots=True)
class DayChart:
    """Stacked bars over days with a band and a line across them, ready to be drawn."""

    bars: Sequence[DayBar]
    width: int
    height: int
    floor_y: float
    label_y: float
    ticks: Sequence[tuple[float, int]]
    band: tuple[float, float] | None
    line_y: float | None


_LEFT, _TOP, _BOTTOM = 34.0, 18.0, 24.0


def day_chart(
    days: Sequence[tuple[str, int, int]],
    *,
    band: tuple[int, int] | None = None,
    line: int | None = None,
    width: int = 360,
    height: int = 220,
) -> DayChart:
    """Return the geometry of bars by day: label, lower part, upper part.

    >>> chart = day_chart([("1", 2, 2), ("2", 4, 0)], line=8, height=242)
    >>> chart.line_y, chart.bars[0].lower_y, chart.floor_y
    (18.0, 168.0, 218.0)
    """
    assert days, "a chart needs at least one day"
    tallest = max((lower + upper for _label, lower, upper in days), default=0)
    top = max(tallest, line or 0, band[1] if band else 0, 1)
    floor = height - _BOTTOM

    def at(value: int) -> float:
        return round(floor - (floor - _TOP) * value / top, 1)

    step = (width - _LEFT) / len(days)
    every = -(-len(days) // 6)
    bars = [
        DayBar(
            label,
            round(_LEFT + step * place + step * 0.15, 1),
            round(step * 0.7, 1),
            at(lower),
            round(floor - at(lower), 1),
            at(lower + upper),
            round(at(lower) - at(lower + upper), 1),
            labelled=place % every == 0,
        )
        for place, (label, lower, upper) in enumerate(days)
    ]
    return DayChart(
        bars,
        width,
        height,
        floor_y=floor,
        label_y=height - 6,
        ticks=[(floor, 0), (at(top), top)],
        band=(at(band[1]), at(band[0])) if band else None,
        line_y=None if line is None else at(line),
    )
