"""Short series: a share of the parent's forecast, or the level of their own last values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.forecasting.engine.outcomes import Forecast
from services.forecasting.engine.panels import Floats, Panel
from services.forecasting.engine.windows import mean_step

_MEMORY = 12
_DECAY = 0.5
# z at the levels of LEVELS.
_NORMAL = np.array([-1.959964, -1.281552, 0.0, 1.281552, 1.959964])
_STEP_PRIOR = 4.0
_STEP_SHARE = 0.15
_NORMAL_OVER_MAD = 1.2533


def forecast_constant(panel: Panel, horizon: int) -> tuple[Floats, NDArray[np.float64]]:
    """Forecast short series by the level of their last values.

    1. The mean of the last twelve values, each weighing half of the next newer one.
    2. Errors as of a random walk whose steps are those of the series, shrunk to the panel's
       relative ones with the weight of four steps.

    Args:
        panel: n series of at least one value
        horizon: h

    Returns:
        mean (n, h) and quantiles (n, h, 5).
    """
    recent = panel.tail(_MEMORY)
    there = np.isfinite(recent)
    weights = np.where(there, _DECAY ** np.arange(_MEMORY)[::-1], 0.0)
    level = (weights * np.where(there, recent, 0.0)).sum(axis=1) / weights.sum(axis=1)
    step = np.sqrt(np.arange(1, horizon + 1))
    sigma = _step_size(panel)[:, None] * step
    mean = np.repeat(level[:, None], horizon, axis=1)
    quantiles = mean[:, :, None] + sigma[:, :, None] * _NORMAL
    return mean, quantiles


def _step_size(panel: Panel) -> Floats:
    """Return the deviation of a step of each series, (n,)."""
    steps = np.maximum(panel.lengths - 1.0, 0.0)
    own = mean_step(panel, 1)
    level = np.add.reduceat(np.abs(panel.values), panel.starts[:-1]) / panel.lengths
    relative = np.where(level > 0, own / np.maximum(level, 1e-300), 0.0)
    pooled = (relative * steps).sum() + _STEP_SHARE * _STEP_PRIOR
    pooled /= steps.sum() + _STEP_PRIOR
    shrunk = (relative * steps + pooled * _STEP_PRIOR) / (steps + _STEP_PRIOR)
    return shrunk * level * _NORMAL_OVER_MAD


def forecast_share(
    panel: Panel, parents: Panel, outlook: Forecast
) -> tuple[Floats, NDArray[np.float64]]:
    """Forecast short series as shares of their parents.

    The share is that of the periods which both have, sums over sums; the parent's intervals are
    carried down and widened by the series' own steps. Where they share no period, or the parent
    stood at zero, the series' own level stands.

    Args:
        panel: n short series whose `parents` are rows of `parents`
        parents: the panel of the parents
        outlook: the forecast of `parents`

    Returns:
        mean (n, h) and quantiles (n, h, 5).
    """
    horizon = outlook.horizon
    mean, quantiles = forecast_constant(panel, horizon)
    for row, parent in enumerate(panel.parents):
        share = _share(panel, parents, (row, int(parent)))
        if share is None:
            continue
        # The parent may be known for longer: its forecast begins where the series ends.
        skip = int(panel.last[row] - parents.last[parent])
        steps = np.clip(np.arange(horizon) + skip, 0, horizon - 1)
        own = quantiles[row] - mean[row][:, None]
        above = outlook.quantiles[parent][steps] - outlook.p50[parent][steps][:, None]
        mean[row] = share * outlook.mean[parent][steps]
        spread = np.sign(own) * np.hypot(own, share * above)
        quantiles[row] = share * outlook.p50[parent][steps][:, None] + spread
    return mean, quantiles


def _share(panel: Panel, parents: Panel, rows: tuple[int, int]) -> float | None:
    row, parent = rows
    begin = max(panel.first[row], parents.first[parent])
    end = min(panel.last[row], parents.last[parent]) + 1
    own = panel.series(row)[begin - panel.first[row] : end - panel.first[row]]
    whole = parents.series(parent)[begin - parents.first[parent] : end - parents.first[parent]]
    if end <= begin or whole.sum() <= 0 or own.sum() < 0:
        return None
    return float(own.sum() / whole.sum())
