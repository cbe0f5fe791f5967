"""Scores of forecasts by horizon and size class, side by side on the same cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.forecasting.engine.measures import (
    covered,
    interval_score,
    pinball,
    ratio,
    symmetric_error,
)
from services.forecasting.engine.panels import Flags, Floats, Ints, Panel
from services.forecasting.engine.windows import mean_step

NAIVE, NAIVE2 = "naive", "naive2"
SIZE_CLASSES = ("small", "middle", "large")


@dataclass(frozen=True, slots=True)
class Told:
    """What a method told: point forecasts (n, h) and, where it has them, quantiles (n, h, 5)."""

    point: Floats
    quantiles: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """How one method did on one part of the cells; None where it cannot be said.

    Attributes:
        method: name of the method
        horizon: step ahead, None for all steps
        size_class: small, middle or large by the level of the series, None for all
        series: how many series took part
        mase: mean absolute error over the mean step from season to season in the past
        rmsse: root of the mean squared error over that of the steps from value to value
        owa: mean of sMAPE and MASE over those of Naive2
        wape: sum of absolute errors over the sum of what happened
        bias: sum of forecasts less what happened, over what happened
        wape_total: as `wape`, of each series' sum over the horizon: for intermittent series
        pinball: mean pinball loss over five levels, over the past's mean step
        coverage_80, coverage_95: share of values inside the intervals
        msis: mean scaled interval score of the 95 % interval
    """

    method: str
    horizon: int | None
    size_class: str | None
    series: int
    mase: float | None
    rmsse: float | None
    owa: float | None
    wape: float | None
    bias: float | None
    wape_total: float | None
    pinball: float | None
    coverage_80: float | None
    coverage_95: float | None
    msis: float | None


@dataclass(frozen=True, slots=True)
class Cells:
    """What is scored: n rows (a series at an origin) of h steps.

    Attributes:
        actual: (n, h), NaN where nothing is known yet
        scale: (n,) mean absolute step from season to season before the origin
        step: (n,) root mean squared step from value to value before the origin
        level: (n,) mean absolute value before the origin
    """

    actual: Floats
    scale: Floats
    step: Floats
    level: Floats


def describe_cells(known: Panel, actual: Floats) -> Cells:
    """Return the cells of a panel's rows, scaled by what was known alone.

    Args:
        known: n series up to the origin
        actual: (n, h) what happened after it, NaN where unknown
    """
    plain = mean_step(known, 1)
    seasonal = mean_step(known, known.season)
    scale = np.where(seasonal > 0, seasonal, plain)
    level = np.add.reduceat(np.abs(known.values), known.starts[:-1]) / known.lengths
    squares = np.zeros(known.values.size)
    squares[1:] = np.diff(known.values) ** 2
    squares[known.starts[:-1]] = 0.0
    sums = np.add.reduceat(squares, known.starts[:-1])
    return Cells(actual, scale, np.sqrt(sums / np.maximum(known.lengths - 1, 1)), level)


def join_cells(every: Sequence[Cells]) -> Cells:
    """Put the cells of several origins below each other."""
    return Cells(
        np.concatenate([one.actual for one in every]),
        np.concatenate([one.scale for one in every]),
        np.concatenate([one.step for one in every]),
        np.concatenate([one.level for one in every]),
    )


def score_methods(cells: Cells, methods: Mapping[str, Told]) -> tuple[Score, ...]:
    """Score methods on the same cells: as a whole, by step, and by size class.

    Args:
        cells: what happened
        methods: by name; `naive2` among them is the measure of OWA

    Returns:
        Per method: the whole, then one row per step, then one per size class that has series.
    """
    horizon = cells.actual.shape[1]
    size = size_classes(cells.level)
    known = np.isfinite(cells.actual)
    every = np.ones(cells.level.size, dtype=np.bool_)
    parts: list[tuple[int | None, str | None, Flags]] = [(None, None, known)]
    for step in range(horizon):
        alone = np.zeros(horizon, dtype=np.bool_)
        alone[step] = True
        parts.append((step + 1, None, known & alone))
    for place, name in enumerate(SIZE_CLASSES):
        parts.append((None, name, known & (every & (size == place))[:, None]))
    yardstick = methods.get(NAIVE2)
    return tuple(
        _score(cells, told, mask, yardstick=yardstick, name=(name, step, part))
        for name, told in methods.items()
        for step, part, mask in parts
        if mask.any()
    )


def size_classes(level: Floats) -> Ints:
    """Return 0, 1 or 2 by the terciles of levels, (n,)."""
    bounds = np.quantile(level, (1 / 3, 2 / 3)) if level.size else np.zeros(2)
    return np.searchsorted(bounds, level).astype(np.int64)


def _score(
    cells: Cells,
    told: Told,
    mask: Flags,
    *,
    yardstick: Told | None,
    name: tuple[str, int | None, str | None],
) -> Score:
    actual = np.where(mask, cells.actual, 0.0)
    error = np.where(mask, told.point - actual, 0.0)
    total = float(np.abs(actual).sum())
    sums = np.abs(error.sum(axis=1)).sum()
    mase = _mean_scaled(np.abs(error), cells.scale, mask)
    squared = _mean_per_row(error * error, mask) / np.maximum(cells.step, 1e-150) ** 2
    moving = mask.any(axis=1) & (cells.step > 0)
    pinball_mean, inside_80, inside_95, msis = _score_intervals(cells, told, mask)
    return Score(
        method=name[0],
        horizon=name[1],
        size_class=name[2],
        series=int(mask.any(axis=1).sum()),
        mase=mase,
        rmsse=float(np.sqrt(squared[moving]).mean()) if moving.any() else None,
        owa=None if yardstick is None else _owa(cells, told, mask, yardstick=yardstick),
        wape=ratio(float(np.abs(error).sum()), total),
        bias=ratio(float(error.sum()), total),
        wape_total=ratio(float(sums), total),
        pinball=pinball_mean,
        coverage_80=inside_80,
        coverage_95=inside_95,
        msis=msis,
    )


def _score_intervals(
    cells: Cells, told: Told, mask: Flags
) -> tuple[float | None, float | None, float | None, float | None]:
    if told.quantiles is None:
        return None, None, None, None
    actual = np.where(mask, cells.actual, 0.0)
    ends = told.quantiles
    width = interval_score(actual, ends[:, :, 0], ends[:, :, 4], alpha=0.05)
    return (
        _mean_scaled(pinball(actual, ends), cells.scale, mask),
        float(covered(actual, ends[:, :, 1], ends[:, :, 3])[mask].mean()),
        float(covered(actual, ends[:, :, 0], ends[:, :, 4])[mask].mean()),
        _mean_scaled(width, cells.scale, mask),
    )


def _owa(cells: Cells, told: Told, mask: Flags, *, yardstick: Told) -> float | None:
    actual = np.where(mask, cells.actual, 0.0)
    parts: list[float] = []
    for point in (told.point, yardstick.point):
        symmetric = float(symmetric_error(actual, point)[mask].mean())
        scaled = _mean_scaled(np.abs(point - actual), cells.scale, mask)
        if scaled is None:
            return None
        parts += [symmetric, scaled]
    if parts[2] <= 0 or parts[3] <= 0:
        return None
    return (parts[0] / parts[2] + parts[1] / parts[3]) / 2


def _mean_scaled(values: Floats, scale: Floats, mask: Flags) -> float | None:
    """Return the mean over rows of each row's mean over its scale; rows without one are left."""
    rows = mask.any(axis=1) & (scale > 0)
    if not rows.any():
        return None
    return float((_mean_per_row(values, mask)[rows] / scale[rows]).mean())


def _mean_per_row(values: Floats, mask: Flags) -> Floats:
    return np.where(mask, values, 0.0).sum(axis=1) / np.maximum(mask.sum(axis=1), 1)
