"""Conformal intervals: how wrong past windows were, in units of their own expected error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.forecasting.engine.panels import Floats, Ints, Panel

# The levels that every forecast answers with; the middle one is the median.
LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
_OUTER = (0, 1, 3, 4)
_NORMAL = (-1.959964, -1.281552, 1.281552, 1.959964)
_STRATA = 3
# A stratum with fewer scores of a step than this takes the whole panel's.
_SCORES_MIN = 60
# This many scores of the normal law are mixed in, so that few windows do not look certain.
_SCORES_PRIOR = 20.0
_SIGMA_SHARE_MIN = 1e-6

Quantiles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """Scaled errors of one past window.

    Attributes:
        errors: (n, k) actual less forecast, in units of the expected error of that step
        level: (n,) mean absolute value of each series, which divides panels into sizes
    """

    errors: Floats
    level: Floats


@dataclass(frozen=True, slots=True)
class Calibration:
    """Quantiles of scaled errors.

    Attributes:
        bounds: (s - 1,) levels that part the sizes
        offsets: (s, 4, h) at 2.5, 10, 90 and 97.5 per cent
    """

    bounds: Floats
    offsets: NDArray[np.float64]


def mean_level(panel: Panel) -> Floats:
    """Return the mean absolute value of each series, (n,)."""
    return np.add.reduceat(np.abs(panel.values), panel.starts[:-1]) / panel.lengths


def calibrate(windows: Sequence[Scores], horizon: int) -> Calibration:
    """Learn offsets from past windows, one set per size of series.

    1. Part the series at the terciles of their levels.
    2. Per part and step take the quantiles of the scaled errors of this step and its neighbours;
       a part with few scores takes the panel's, and steps beyond the windows the last one's.
    3. Mix in the normal law's quantiles with the weight of twenty scores.
    4. Go half of the way to the widest of all nearer steps: expected errors may grow faster with
       the horizon than errors do, but few windows are no proof of it.

    Args:
        windows: scores of past windows, (n, k) each with k up to h
        horizon: h

    Source: Lei, G'Sell, Rinaldo, Tibshirani, Wasserman (2018) for normalised conformal intervals.
    """
    levels = [one.level for one in windows] or [np.zeros(0)]
    every = np.concatenate(levels)
    parts = np.arange(1, _STRATA) / _STRATA
    bounds = np.quantile(every, parts) if every.size else np.zeros(0)
    offsets = np.empty((bounds.size + 1, len(_OUTER), horizon))
    for step in range(horizon):
        scores, sizes = _scores_at(windows, step, bounds)
        for part in range(bounds.size + 1):
            own = scores[sizes == part]
            offsets[part, :, step] = _offsets(own if own.size >= _SCORES_MIN else scores)
    widest = np.concatenate(
        [
            np.minimum.accumulate(offsets[:, :2], axis=2),
            np.maximum.accumulate(offsets[:, 2:], axis=2),
        ],
        axis=1,
    )
    return Calibration(bounds, (offsets + widest) / 2)


def _scores_at(windows: Sequence[Scores], step: int, bounds: Floats) -> tuple[Floats, Ints]:
    scores: list[Floats] = [np.zeros(0)]
    sizes: list[Ints] = [np.zeros(0, dtype=np.int64)]
    farthest = max((one.errors.shape[1] for one in windows), default=0)
    middle = min(step, farthest - 1)
    for window in windows:
        near = window.errors[:, max(0, middle - 1) : middle + 2]
        scores.append(near.ravel())
        size = np.searchsorted(bounds, window.level).astype(np.int64)
        sizes.append(np.repeat(size, near.shape[1]))
    together = np.concatenate(scores)
    finite = np.isfinite(together)
    return together[finite], np.concatenate(sizes)[finite]


def _offsets(scores: Floats) -> Floats:
    normal = np.array(_NORMAL)
    if not scores.size:
        return normal
    own = np.quantile(scores, [LEVELS[place] for place in _OUTER])
    share = scores.size / (scores.size + _SCORES_PRIOR)
    return share * own + (1 - share) * normal


def apply_calibration(
    calibration: Calibration, point: Floats, *, sigma: Floats, level: Floats, result: Quantiles
) -> None:
    """Write quantiles (n, h, 5) around point forecasts; the median is the point forecast.

    Args:
        calibration: what past windows taught
        point: (n, h), the medians
        sigma: (n, h), expected deviation of each step's error
        level: (n,) as in `Scores`
        result: (n, h, 5), written
    """
    offsets = calibration.offsets[np.searchsorted(calibration.bounds, level)]
    result[:, :, 2] = point
    for place, at in enumerate(_OUTER):
        # An interval contains its median even where all past errors lay on one side.
        offset = (
            np.minimum(offsets[:, place], 0.0) if at < 2 else np.maximum(offsets[:, place], 0.0)
        )
        result[:, :, at] = point + offset * sigma


def expected_deviation(sigma: Floats, scale: Floats, seasons: Floats) -> Floats:
    """Return the deviations (n, h) that errors ahead should have, in the values' unit.

    Residuals within the past are too small and errors ahead too large where few seasons say what a
    season is: of k seasons, by (k - 1) / k and (k + 1) / k. A flat past may still move.

    Args:
        sigma: (n, h) deviations by the residuals of the past
        scale: (n,) scale of errors
        seasons: (n,) seasons that are known, infinite where there is no season
    """
    known = np.maximum(seasons, 2.0)
    factor = np.sqrt(1.0 + 2.0 / (known - 1.0))
    return np.maximum(sigma * factor[:, None], _SIGMA_SHARE_MIN * scale[:, None])


def seasons_of(panel: Panel) -> Floats:
    """Return how many seasons are known of each series, (n,); infinite without a season."""
    if panel.season == 1:
        return np.full(panel.size, np.inf)
    return panel.lengths / panel.season
