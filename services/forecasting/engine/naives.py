"""The naive methods that every scoreboard shows: last value, Naive2, season before."""

from __future__ import annotations

import numpy as np

from services.forecasting.engine.panels import Floats, Panel

# One-sided 90 per cent of the normal law, as in the M competitions' test of seasonality.
_SEASONAL_Z = 1.645


def forecast_naive(panel: Panel, horizon: int) -> Floats:
    """Repeat each series' last value, (n, h)."""
    return np.repeat(panel.tail(1), horizon, axis=1)


def forecast_seasonal_naive(panel: Panel, horizon: int) -> Floats:
    """Repeat each series' last season, (n, h); the last value where there is none."""
    past = panel.tail(panel.season)
    found = past[:, np.arange(horizon) % panel.season]
    return np.where(np.isfinite(found), found, past[:, -1:])


def forecast_naive2(panel: Panel, horizon: int) -> Floats:
    """Repeat the last value after seasonal adjustment, (n, h): the M competitions' yardstick.

    Series of at least three seasons whose autocorrelation at one season is significant are
    divided by classical multiplicative indices; all others are as `forecast_naive`.

    Source: Makridakis, Spiliotis, Assimakopoulos, The M4 Competition (2020), benchmark Naive 2.
    """
    season = panel.season
    found = forecast_naive(panel, horizon)
    if season < 2:
        return found
    for row in range(panel.size):
        values = panel.series(row)
        if values.size < 3 * season or not (values > 0).all() or not _is_seasonal(values, season):
            continue
        indices = _indices(values, season)
        now = (values.size - 1) % season
        ahead = (values.size + np.arange(horizon)) % season
        found[row] *= indices[ahead] / indices[now]
    return found


def _is_seasonal(values: Floats, season: int) -> bool:
    centred = values - values.mean()
    power = float((centred * centred).sum())
    if power <= 0:
        return False
    lags = range(1, season + 1)
    correlations = np.array([(centred[lag:] * centred[:-lag]).sum() / power for lag in lags])
    limit = _SEASONAL_Z * np.sqrt((1 + 2 * (correlations[:-1] ** 2).sum()) / values.size)
    return bool(abs(correlations[-1]) > limit)


def _indices(values: Floats, season: int) -> Floats:
    weights = np.full(season + 1 - season % 2, 1.0 / season)
    if season % 2 == 0:
        weights[[0, -1]] /= 2
    trend = np.convolve(values, weights, "valid")
    begin = season // 2
    ratios = values[begin : begin + trend.size] / trend
    phases = np.arange(begin, begin + trend.size) % season
    means = np.array([ratios[phases == phase].mean() for phase in range(season)])
    return means / means.mean()
