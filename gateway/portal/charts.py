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
