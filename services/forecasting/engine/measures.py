"""Measures of forecasts: errors against naive ones, and how good the intervals were."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.forecasting.engine.intervals import LEVELS
from services.forecasting.engine.panels import Floats

_TINY = 1e-12


def symmetric_error(actual: Floats, point: Floats) -> Floats:
    """Return sMAPE's terms in per cent, 200 |a - f| / (|a| + |f|); 0 where both are 0."""
    size = np.abs(actual) + np.abs(point)
    return 200.0 * np.abs(actual - point) / np.where(size > 0, size, 1.0)


def pinball(actual: Floats, quantiles: NDArray[np.float64]) -> Floats:
    """Return the pinball loss, mean over the five levels, (n, h).

    Twice its mean over many levels is the continuous ranked probability score.

    Args:
        actual: (n, h)
        quantiles: (n, h, 5) at `LEVELS`
    """
    levels = np.array(LEVELS)
    miss = actual[:, :, None] - quantiles
    return np.maximum(levels * miss, (levels - 1.0) * miss).mean(axis=2)


def covered(actual: Floats, low: Floats, high: Floats) -> Floats:
    """Tell as 0 or 1 which values lay inside, (n, h)."""
    return ((actual >= low) & (actual <= high)).astype(np.float64)


def interval_score(actual: Floats, low: Floats, high: Floats, *, alpha: float) -> Floats:
    """Return the interval score of Gneiting and Raftery (2007), (n, h): width plus misses."""
    below, above = np.maximum(low - actual, 0.0), np.maximum(actual - high, 0.0)
    return high - low + 2.0 / alpha * (below + above)


def ratio(numerator: float, denominator: float) -> float | None:
    """Return a ratio, None where nothing can be said."""
    return numerator / denominator if denominator > _TINY else None
