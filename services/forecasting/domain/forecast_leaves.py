"""The series of a dataset made comparable: one unit, the newest codes, no gaps, one last period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.forecasting.domain.cell import Cell
from services.forecasting.domain.crosswalk import Crosswalks, cross
from services.forecasting.domain.dataset import Break
from services.forecasting.domain.measure import Absent

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One series as it was known: its periods, rising, and their values."""

    series_id: UUID
    cell: Cell
    periods: Sequence[int]
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Leaves:
    """Series that end together: cells, the ordinals of their first periods, their values.

    `stale` counts those left out because they are not known up to the last period.
    """

    cells: tuple[Cell, ...]
    first: tuple[int, ...]
    values: tuple[Floats, ...]
    origin: int
    stale: int


@dataclass(frozen=True, slots=True)
class Treatment:
    """What is done to the series of a dataset before they are forecast."""

    absent: Absent
    breaks: Sequence[Break]
    crosswalks: Crosswalks
    origin: int | None = None  # leave out what is newer


def settle_leaves(series: Iterable[Recorded], treatment: Treatment) -> Leaves | None:
    """Return the series of a dataset ready to be added up, or None where nothing is known.

    Numbers before a break are brought to the newer way of counting, or left out where that
    cannot be; codes of older lists are shared out among the newest; a missing cell is zero where
    the dataset says that nothing was counted there.
    """
    merged: dict[Cell, dict[int, float]] = {}
    for each in series:
        points = _unbroken(each, treatment)
        if not points:
            continue
        for cell, share in cross(each.cell, treatment.crosswalks):
            into = merged.setdefault(cell, {})
            for period, value in points:
                into[period] = into.get(period, 0.0) + value * share
    if not merged:
        return None
    origin = max(max(points) for points in merged.values())
    return _aligned(merged, origin, treatment.absent)


def _unbroken(series: Recorded, treatment: Treatment) -> list[tuple[int, float]]:
    breaks = [each for each in treatment.breaks if each.series_id in {None, series.series_id}]
    start = max((each.period for each in breaks if each.factor is None), default=None)
    factors = [(each.period, each.factor) for each in breaks if each.factor is not None]
    points: list[tuple[int, float]] = []
    for period, value in zip(series.periods, series.values, strict=True):
        if start is not None and period < start:
            continue
        if treatment.origin is not None and period > treatment.origin:
            continue
        for since, factor in factors:
            value = value * factor if period < since else value  # noqa: PLW2901
        points.append((period, value))
    return points


def _aligned(merged: dict[Cell, dict[int, float]], origin: int, absent: Absent) -> Leaves:
    cells: list[Cell] = []
    first: list[int] = []
    values: list[Floats] = []
    stale = 0
    for cell in sorted(merged):
        points = merged[cell]
        start = min(points)
        if absent == "unknown":
            if max(points) < origin:
                stale += 1
                continue
            start = _unbroken_start(points, origin)
        course = np.zeros(origin - start + 1)
        for period, value in points.items():
            if period >= start:
                course[period - start] = value
        cells.append(cell)
        first.append(start)
        values.append(course)
    return Leaves(tuple(cells), tuple(first), tuple(values), origin, stale)


def _unbroken_start(points: dict[int, float], origin: int) -> int:
    start = origin
    while start - 1 in points:
        start -= 1
    return start
