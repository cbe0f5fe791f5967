"""How a panel's forecast is put together, chosen by its own past and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.forecasting.engine.corrections import Correction, fit_correction
from services.forecasting.engine.panels import Floats, Panel
from services.forecasting.engine.smoothing import ETS, THETA, WALK
from services.forecasting.engine.windows import Window

_QUARTERS = 4
# Where the past cannot tell two blends apart, the better known one stands.
_INERTIA_TREND = 0.05
_INERTIA_WALK = 0.1
_INERTIA_SEASONAL = 0.02
_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
_HARM_MAX = 0.01
_HALF = 0.5
# Of blends that were nearly as good as the best one their mean is taken.
_NEAR = 0.005


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for a panel; the shares sum to 1.

    Attributes:
        ets, theta, walk, seasonal: shares of the averaged models, of theta, of the last value with
            seasons, and of the same phase one season ago
        correction: weight of the pooled correction
        errors: mean scaled error of the chosen blend on past windows, before the correction
    """

    ets: float = 0.5
    theta: float = 0.5
    walk: float = 0.0
    seasonal: float = 0.0
    correction: float = 0.0
    errors: float | None = None

    @property
    def shares(self) -> Floats:
        """Return the four shares, (4,)."""
        return np.array([self.ets, self.theta, self.walk, self.seasonal])


def blend(panel: Panel, fits: NDArray[np.float64], choice: Choice) -> Floats:
    """Return the blended forecasts, (n, h); never below zero where no value was."""
    return _floor(panel, np.tensordot(_courses(panel, fits), choice.shares, axes=(1, 0)))


def _floor(panel: Panel, point: Floats) -> Floats:
    lowest = np.minimum.reduceat(panel.values, panel.starts[:-1])
    return np.where(lowest[:, None] >= 0, np.maximum(point, 0.0), point)


def correct(panel: Panel, point: Floats, added: Floats, *, weight: float) -> Floats:
    """Return forecasts with a part of the pooled correction."""
    return _floor(panel, point + weight * added)


def _courses(panel: Panel, fits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the candidates side by side, (n, 4, h)."""
    horizon = fits.shape[2]
    season = panel.season
    past = panel.tail(season)
    naive = past[:, np.arange(horizon) % season]
    naive = np.where(np.isfinite(naive), naive, fits[:, WALK])
    return np.stack([fits[:, ETS], fits[:, THETA], fits[:, WALK], naive], axis=1)


def choose_shares(windows: Sequence[Window]) -> Choice:
    """Choose the shares of a panel by the mean scaled error on its past windows.

    1. Try every division of four quarters among ETS, theta, walk and the season before.
    2. Add to each division's error five per cent of the difference of ETS and theta, ten of the
       last value's share (ETS has models that are nearly it) and two of the season before's: the
       past of one panel says little about them.
    3. Take the mean of the divisions within half a per cent of the best.

    Every step counts alike, so do series; the median over windows is not taken, since shocks are
    part of what will come.
    """
    if not windows:
        return Choice()
    courses = [_courses(one.panel, one.fits)[:, :, : one.steps] for one in windows]
    best: list[tuple[float, tuple[float, ...]]] = []
    for shares in _divisions():
        error = _scaled_error(windows, courses, np.array(shares))
        best.append((error * (1 + _inertia(shares)), shares))
    least = min(best)[0]
    near = np.array([shares for error, shares in best if error <= least * (1 + _NEAR)])
    mean = near.mean(axis=0)
    error = _scaled_error(windows, courses, mean)
    return Choice(*(float(share) for share in mean), errors=error)


def _inertia(shares: tuple[float, ...]) -> float:
    ets, theta, walk, seasonal = shares
    naive = _INERTIA_WALK * walk + _INERTIA_SEASONAL * seasonal
    return _INERTIA_TREND * abs(ets - theta) + naive


def _divisions() -> list[tuple[float, ...]]:
    found: list[tuple[float, ...]] = []
    for ets in range(_QUARTERS + 1):
        for theta in range(_QUARTERS + 1 - ets):
            for walk in range(_QUARTERS + 1 - ets - theta):
                rest = _QUARTERS - ets - theta - walk
                found.append(tuple(part / _QUARTERS for part in (ets, theta, walk, rest)))
    return found


def _scaled_error(
    windows: Sequence[Window], courses: Sequence[NDArray[np.float64]], shares: Floats
) -> float:
    total, count = 0.0, 0
    for window, course in zip(windows, courses, strict=True):
        point = np.tensordot(course, shares, axes=(1, 0))
        total += float((np.abs(window.actual - point) / window.scale[:, None]).sum())
        count += point.size
    return total / count


def choose_correction(windows: Sequence[Window], choice: Choice) -> float:
    """Choose the weight of the pooled correction on the newest full window.

    The trees are fitted on windows whose outcomes were all known when the newest one began. The
    weight is one half, more (half-way to the best one) where the newest window asks for more, and 0
    where a quarter of the correction did harm there by more than one per cent: trees of the few
    older windows are weaker than those that will be used. Where no older window exists the weight
    is one half.
    """
    newest = max(windows, key=lambda one: (one.steps, -one.back))
    older = [one for one in windows if one.back - one.steps >= newest.back]
    trees = _fit(older, choice)
    if trees is None:
        return _HALF
    point = blend(newest.panel, newest.fits, choice)
    added = trees.add(newest.panel, newest.fits, point)
    errors = [_error(newest, correct(newest.panel, point, added, weight=one)) for one in _WEIGHTS]
    best = int(np.argmin(errors))
    if errors[1] > errors[0] * (1 + _HARM_MAX):
        return 0.0
    return max(_HALF, (_WEIGHTS[best] + _HALF) / 2)


def correct_crosswise(
    windows: Sequence[Window], points: Sequence[Floats], weight: float
) -> list[Floats]:
    """Correct past windows by trees that did not see the corrected series.

    The errors that are left calibrate the intervals: those that the trees were fitted on would be
    too small.
    """
    corrected = [point.copy() for point in points]
    for half in range(2):
        others = [np.flatnonzero(one.rows % 2 != half) for one in windows]
        seen = [one.select(rows) for one, rows in zip(windows, others, strict=True)]
        told = [point[rows] for point, rows in zip(points, others, strict=True)]
        trees = fit_correction(seen, told)
        if trees is None:
            continue
        for window, point in zip(windows, corrected, strict=True):
            rows = np.flatnonzero(window.rows % 2 == half)
            own = window.select(rows)
            if rows.size:
                added = trees.add(own.panel, own.fits, point[rows])
                point[rows] = correct(own.panel, point[rows], added, weight=weight)
    return corrected


def _fit(windows: Sequence[Window], choice: Choice) -> Correction | None:
    return fit_correction(windows, [blend(one.panel, one.fits, choice) for one in windows])


def _error(window: Window, point: Floats) -> float:
    error = np.abs(window.actual - point[:, : window.steps]) / window.scale[:, None]
    return float(error.mean())
