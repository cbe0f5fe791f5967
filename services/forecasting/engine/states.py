"""States of a panel's models: a new period updates them without looking back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.forecasting.engine.choices import blend
from services.forecasting.engine.forecasting import Settings, Tuning, bound, tune
from services.forecasting.engine.intervals import (
    LEVELS,
    apply_calibration,
    expected_deviation,
    seasons_of,
)
from services.forecasting.engine.outcomes import Forecast
from services.forecasting.engine.panels import Flags, Floats, Panel, make_panel
from services.forecasting.engine.smoothing import SIGMA, model_tables
from services.forecasting.engine.windows import error_scale

Kept = tuple[
    NDArray[np.float32],
    NDArray[np.float32],
    NDArray[np.float32],
    NDArray[np.float32],
    Floats,
    Floats,
]

_KEPT_NUMBERS = 8


@dataclass(frozen=True, slots=True)
class States:
    """Everything that a panel's next forecast needs.

    Attributes:
        recent: the last season of each series, as a panel
        lowest: (n,) lowest value so far
        sizes: (n,) mean absolute value when the states were fitted, which picks the intervals
        scale: (n,) scale of errors then
        seasons: (n,) seasons that were known then
        tuning: blend and intervals chosen then
        kept: level, trend and squared errors of every model (n, 124), seasonal states (n, m, 24),
            seasonal indices (n, m), and eight numbers per series
    """

    recent: Panel
    lowest: Floats
    sizes: Floats
    scale: Floats
    seasons: Floats
    tuning: Tuning
    kept: Kept


def fit_states(panel: Panel, horizon: int, settings: Settings | None = None) -> States:
    """Fit every series once and keep the states of its models.

    Args:
        panel: n series, each of at least one value; all are smoothed
        horizon: the longest horizon that will be asked for
        settings: how much work the tuning may be; the pooled correction is left out, since it
            looks back over seasons

    Cost: as a forecast; memory 1.6 kB per series, and 0.4 kB per ten periods of a season.
    """
    from services.forecasting.engine.state_kernels import keep_states

    chosen = replace(settings or Settings(), corrects=False)
    stride = -(-panel.size // chosen.series_tuned)
    tuning = tune(panel.select(np.arange(0, panel.size, stride)), horizon, chosen)
    tables = model_tables()
    every, size, season = tables[2].shape[1], panel.size, panel.season
    kept = (
        np.zeros((size, every), dtype=np.float32),
        np.zeros((size, every), dtype=np.float32),
        np.zeros((size, every), dtype=np.float32),
        np.zeros((size, season, tables[1].shape[1]), dtype=np.float32),
        np.zeros((size, season)),
        np.zeros((size, _KEPT_NUMBERS)),
    )
    keep_states(panel.values, panel.starts, tables, *kept)
    places = panel.starts[:-1]
    sizes = np.add.reduceat(np.abs(panel.values), places) / panel.lengths
    lowest = np.minimum.reduceat(panel.values, places)
    return States(
        recent=_last_season(panel),
        lowest=lowest,
        sizes=sizes,
        scale=error_scale(panel),
        seasons=seasons_of(panel),
        tuning=tuning,
        kept=kept,
    )


def _last_season(panel: Panel) -> Panel:
    lengths = np.minimum(panel.lengths, panel.season)
    past = panel.tail(panel.season)
    series = [row[row.size - length :] for row, length in zip(past, lengths, strict=True)]
    first = panel.last - lengths + 1
    return make_panel(panel.keys, series, season=panel.season, first=first)


def update(states: States, values: Floats, present: Flags | None = None) -> States:
    """Take a new period into the states; what was given is left as it was.

    Args:
        states: of n series
        values: (n,) the new period's values, finite where present
        present: (n,) which series have one; all where None. A series without one stays at its
            period: its states know nothing of the gap.

    Cost: linear in series and models, whatever the length of the past: 1 us per series.
    """
    from services.forecasting.engine.state_kernels import move_states

    there = np.ones(values.size, dtype=np.bool_) if present is None else present
    assert np.isfinite(values[there]).all()
    kept = states.kept
    moved: Kept = (
        kept[0].copy(),
        kept[1].copy(),
        kept[2].copy(),
        kept[3].copy(),
        kept[4],
        kept[5].copy(),
    )
    news = np.where(there, values, 0.0)
    move_states(news, there, model_tables(), *moved)
    lowest = np.where(there, np.minimum(states.lowest, values), states.lowest)
    return replace(states, recent=_pushed(states.recent, news, there), lowest=lowest, kept=moved)


def _pushed(recent: Panel, values: Floats, there: Flags) -> Panel:
    """Append one value to each series that has one, keeping a season of them."""
    past = recent.tail(recent.season)
    known = np.where(there[:, None], np.column_stack([past[:, 1:], values]), past)
    grown = np.minimum(recent.lengths + there, recent.season)
    kept = np.isfinite(known)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(grown)])
    first = recent.last + there - grown + 1
    return replace(recent, values=known[kept], starts=starts, first=first)


def forecast_states(states: States, horizon: int) -> Forecast:
    """Forecast from states alone.

    Args:
        states: of n series
        horizon: h periods, at most that of `fit_states`

    Returns:
        As `forecasting.forecast` without correction gives for smoothed series; seasonal indices
        and intervals are those of the fit.
    """
    from services.forecasting.engine.state_kernels import look_ahead

    panel = states.recent
    fits = np.empty((panel.size, 4, horizon))
    look_ahead(model_tables(), *states.kept, fits)
    point = blend(panel, fits, states.tuning.choice)
    sigma = expected_deviation(fits[:, SIGMA], states.scale, states.seasons)
    quantiles = np.empty((panel.size, horizon, len(LEVELS)))
    calibration = states.tuning.calibration
    apply_calibration(calibration, point, sigma=sigma, level=states.sizes, result=quantiles)
    bound(states.lowest, (point, quantiles))
    methods = ("smoothing",) * panel.size
    choice = states.tuning.choice
    return Forecast(panel.keys, panel.last + 1, point, quantiles, methods, choice)
