"""Past windows of a panel: what would have been forecast then, and what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.forecasting.engine.panels import Floats, Ints, Panel
from services.forecasting.engine.smoothing import fit_smoothing

_SHARE_OF_LEVEL_MIN = 1e-3
# Periods from window to window, by periods per season: windows end at different phases of the
# season, and five of them lie more than a year apart.
_STRIDES = {4: 3}


@dataclass(frozen=True, slots=True)
class Window:
    """A panel without its last `back` values, forecast from there.

    Attributes:
        back: values that were left out
        panel: what was known, (n series)
        rows: rows of these series in the whole panel, (n,)
        fits: (n, 4, h), see `smoothing.fit_smoothing`
        actual: (n, min(back, h)): what happened
        scale: (n,) scale of each series' errors, see `error_scale`
    """

    back: int
    panel: Panel
    rows: Ints
    fits: NDArray[np.float64]
    actual: Floats
    scale: Floats

    @property
    def steps(self) -> int:
        """Return how many steps of this window are known to have happened."""
        return self.actual.shape[1]

    def select(self, rows: Ints) -> Window:
        """Return the window of some of its series."""
        return Window(
            self.back,
            self.panel.select(rows),
            self.rows[rows],
            self.fits[rows],
            self.actual[rows],
            self.scale[rows],
        )


def window_steps(horizon: int, season: int) -> tuple[int, ...]:
    """Return how many values to leave out: windows that end at different phases of the season.

    >>> window_steps(18, 12)
    (6, 12, 18, 22, 26, 30, 34, 38)
    >>> window_steps(8, 4)
    (2, 5, 8, 11, 14, 17, 20, 23)
    """
    stride = _stride(season)
    near = {max(1, horizon // 3), max(1, 2 * horizon // 3)}
    far = {horizon + stride * step for step in range(6)}
    return tuple(sorted(near | far))


def older_steps(horizon: int, season: int) -> tuple[int, ...]:
    """Return how many values to leave out of windows that are over before the newest begins.

    >>> older_steps(12, 12)
    (24, 28, 32)
    """
    return tuple(2 * horizon + _stride(season) * step for step in range(3))


def periods_settled(horizon: int, season: int) -> int:
    """Return how long a series is when one period more opens no further window.

    >>> periods_settled(12, 12)
    58
    """
    farthest = max(*window_steps(horizon, season), *older_steps(horizon, season))
    return farthest + _shortest(season)


def _stride(season: int) -> int:
    return _STRIDES.get(season, max(1, season // 3))


def _shortest(season: int) -> int:
    return max(2 * season + 2, 8)


def open_windows(panel: Panel, horizon: int, steps: Iterable[int]) -> list[Window]:
    """Forecast a panel from several places of its past; a window without series is left out."""
    shortest = _shortest(panel.season)
    found: list[Window] = []
    for back in steps:
        known, rows = panel.head(back, shortest=shortest)
        if not known.size:
            continue
        reach = min(back, horizon)
        after = panel.tail(reach, skip=back - reach)[rows]
        fits = fit_smoothing(known, horizon)
        found.append(Window(back, known, rows, fits, after, error_scale(known)))
    return found


def error_scale(panel: Panel) -> Floats:
    """Return the mean step from season to season of each series, (n,): MASE's denominator.

    A series without such a step takes its mean step from value to value, and one that never
    moves a thousandth of its level.
    """
    seasonal = mean_step(panel, panel.season)
    plain = mean_step(panel, 1)
    level = np.add.reduceat(np.abs(panel.values), panel.starts[:-1]) / panel.lengths
    scale = np.where(seasonal > 0, seasonal, np.where(plain > 0, plain, 0.0))
    return np.maximum(scale, _SHARE_OF_LEVEL_MIN * level + np.finfo(np.float64).tiny)


def mean_step(panel: Panel, lag: int) -> Floats:
    """Return the mean absolute difference over `lag` periods of each series, (n,); 0 without."""
    steps = np.zeros(panel.values.size + 1)
    if panel.values.size > lag:
        steps[lag:-1] = np.abs(panel.values[lag:] - panel.values[:-lag])
    # The first `lag` differences of a series reach into its neighbour.
    for place in range(lag):
        inside = panel.starts[:-1] + place < panel.starts[1:]
        steps[panel.starts[:-1][inside] + place] = 0.0
    sums = np.add.reduceat(steps, panel.starts[:-1])
    return sums / np.maximum(panel.lengths - lag, 1)
