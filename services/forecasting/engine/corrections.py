"""What all series of a panel together say about the errors of their forecasts: pooled trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.forecasting.engine.panels import Floats, Panel
from services.forecasting.engine.smoothing import ETS, SIGMA, THETA
from services.forecasting.engine.trees import Trees, trees_of
from services.forecasting.engine.windows import Window, error_scale

_ROWS_MAX = 80_000
_ERROR_MAX = 6.0
_RECENT = 6
_CHUNK_SERIES = 2_000

Cases = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Correction:
    """Trees fitted on past windows; `add` says what they would change."""

    trees: Trees

    def add(self, panel: Panel, fits: NDArray[np.float64], point: Floats) -> Floats:
        """Return what to add to point forecasts (n, h), in the values' unit."""
        scale = error_scale(panel)
        parts: list[Floats] = []
        for begin in range(0, panel.size, _CHUNK_SERIES):
            rows = np.arange(begin, min(begin + _CHUNK_SERIES, panel.size))
            cases = describe_cases(panel.select(rows), fits[rows], point[rows], scale=scale[rows])
            flat = cases.reshape(-1, cases.shape[2])
            told = self.trees.predict(flat)
            parts.append(told.reshape(rows.size, -1) * scale[rows, None])
        return np.concatenate(parts)


def fit_correction(windows: Sequence[Window], points: Sequence[Floats]) -> Correction | None:
    """Learn the errors of past windows from what was known then.

    1. Describe each (series, step) by figures free of scale (`describe_cases`).
    2. Fit shallow trees to the median of the scaled errors.

    Args:
        windows: past windows
        points: the forecasts (n, h) of each window that are to be corrected

    Returns:
        None where fewer than a thousand errors are known: too few to learn from.

    Cost: linear in cases, which are thinned evenly to 80,000; 3 s on one core.

    Source: Montero-Manso and Hyndman, Principles and algorithms for forecasting groups of time
    series: locality and globality (2021), for pooling.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    cases, errors = _gather(windows, points)
    if errors.size < 1_000:
        return None
    stride = -(-errors.size // _ROWS_MAX)
    cases, errors = cases[::stride], errors[::stride]
    with one_thread():
        trees = HistGradientBoostingRegressor(
            loss="absolute_error",
            max_iter=120,
            learning_rate=0.06,
            max_leaf_nodes=12,
            min_samples_leaf=100,
            l2_regularization=1.0,
            early_stopping=False,  # pyright: ignore[reportArgumentType]  # stub says str
            random_state=0,
        )
        return Correction(trees_of(trees.fit(cases, errors)))


def _gather(windows: Sequence[Window], points: Sequence[Floats]) -> tuple[Cases, Floats]:
    every: list[Cases] = [np.zeros((0, 0))]
    errors: list[Floats] = [np.zeros(0)]
    for window, point in zip(windows, points, strict=True):
        cases = describe_cases(window.panel, window.fits, point, scale=window.scale)
        known = cases[:, : window.steps]
        error = (window.actual - point[:, : window.steps]) / window.scale[:, None]
        every.append(known.reshape(-1, known.shape[2]))
        errors.append(np.clip(error, -_ERROR_MAX, _ERROR_MAX).ravel())
    filled = [one for one in every if one.size]
    return (np.concatenate(filled) if filled else every[0]), np.concatenate(errors)


def describe_cases(
    panel: Panel, fits: NDArray[np.float64], point: Floats, *, scale: Floats
) -> Cases:
    """Describe each series and step by figures free of scale, (n, h, f).

    Among them: how ETS and theta differ, how far the forecast lies from the same phase one and two
    seasons ago with and without last year's growth, and how the last months differ from the same
    months a season before.

    Args:
        panel: n series
        fits: (n, 4, h)
        point: (n, h) the forecast to be described
        scale: (n,) scale of errors
    """
    size, horizon = point.shape
    season = panel.season
    width = 3 * season if season > 1 else _RECENT
    # Newest first: column j is the value j periods before the last.
    past = panel.tail(width)[:, ::-1] / scale[:, None]
    point = point / scale[:, None]
    turn = season if season > 1 else 3
    level = _mean(past[:, :turn])
    growth = level - _mean(past[:, turn : 2 * turn])
    phase = season - 1 - np.arange(horizon) % season
    one, two = past[:, phase] - point, past[:, phase + season] - point
    recent = min(_RECENT, max(season, 3))
    moved = past[:, :recent] - past[:, season : season + recent]
    fixed = [
        growth,
        point[:, 0] - level,
        np.log(panel.lengths),
        np.log(np.maximum(np.abs(level), 1e-9)),
        (fits[:, ETS, -1] - fits[:, ETS, min(season, horizon) - 1]) / scale,
        *moved.T,
    ]
    stepwise = [
        np.broadcast_to(np.arange(horizon) / horizon, (size, horizon)),
        (fits[:, THETA] - fits[:, ETS]) / scale[:, None],
        fits[:, SIGMA] / scale[:, None],
        one,
        two,
        one + growth[:, None],
        point - level[:, None],
    ]
    spread = np.broadcast_to(np.column_stack(fixed)[:, None, :], (size, horizon, len(fixed)))
    return np.concatenate([np.stack(stepwise, axis=2), spread], axis=2)


def _mean(past: Floats) -> Floats:
    there = np.isfinite(past)
    total = np.where(there, past, 0.0).sum(axis=1)
    return np.where(there.any(axis=1), total / np.maximum(there.sum(axis=1), 1), np.nan)


def one_thread() -> Any:
    """Sums of several threads depend on how they were divided: reproduction wants one."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, user_api="openmp")
