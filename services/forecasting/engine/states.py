"""States of a panel's models: new periods update them without looking back."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.forecasting.engine.forecasting import (
    Fits,
    Settings,
    Smoother,
    Tuning,
    put_together,
    rows_by,
    tune_some,
)
from services.forecasting.engine.outcomes import Forecast
from services.forecasting.engine.panels import Floats, Ints, Panel
from services.forecasting.engine.routes import Method, route
from services.forecasting.engine.smoothing import fit_smoothing, model_tables

Narrow = NDArray[np.float32]
# Of every model its level, trend and squared errors (n, 124); seasonal states (n, m, 24);
# seasonal indices (n, m); and eight numbers per series.
Kept = tuple[Narrow, Narrow, Narrow, Narrow, Floats, Floats]

NEW = -1
_NUMBERS = 8
_LENGTH = 2  # place of a series' length among its eight numbers
_CHUNK_SERIES = 1_000


@dataclass(frozen=True, slots=True)
class States:
    """What a fit leaves behind.

    Attributes:
        methods: how each series was forecast, (n,)
        tuning: blend, correction and intervals that were chosen; None where nothing is smoothed
        kept: the models of the smoothed series, in their order
    """

    methods: tuple[Method, ...]
    tuning: Tuning | None
    kept: Kept


def fit_states(
    panel: Panel, horizon: int, settings: Settings | None = None
) -> tuple[Forecast, States]:
    """Forecast a panel as `forecasting.forecast` does, to the byte, and keep what it needs.

    Args:
        panel: n series
        horizon: h, also of every forecast from these states
        settings: how much work it may be

    Cost: of a forecast and of one more run of the models; 1.6 kB per smoothed series, and 1.0 kB
    per ten periods of a season.
    """
    settings = settings or Settings()
    methods = route(panel)
    rows = rows_by(methods, "smoothing")
    tuning = tune_some(panel, horizon, settings, rows=rows)

    def fit(part: Panel, _rows: slice) -> Fits:
        return fit_smoothing(part, horizon)

    told = put_together(panel, horizon, methods=methods, smoother=Smoother(tuning, fit))
    return told, States(methods, tuning, _keep(panel.select(rows)))


def _keep(panel: Panel) -> Kept:
    from services.forecasting.engine.state_kernels import keep_states

    tables = model_tables(panel.season)
    every, size, season = tables[2].shape[1], panel.size, panel.season
    kept: Kept = (
        np.zeros((size, every), dtype=np.float32),
        np.zeros((size, every), dtype=np.float32),
        np.zeros((size, every), dtype=np.float32),
        np.zeros((size, season, tables[1].shape[1]), dtype=np.float32),
        np.zeros((size, season)),
        np.zeros((size, _NUMBERS)),
    )

    def keep(begin: int, end: int) -> None:
        starts = panel.starts[begin : end + 1]
        values = panel.values[starts[0] : starts[-1]]
        keep_states(values, starts - starts[0], tables, *_take(kept, slice(begin, end)))

    _by_chunks(keep, size)
    return kept


def forecast_states(
    states: States, panel: Panel, horizon: int, *, rows: Ints | None = None
) -> Forecast:
    """Forecast a panel that has grown since its states were kept.

    1. Take each new value into the states of its series' models: nothing older is looked at.
    2. Look ahead from the states; blend, correct and put intervals around by the fit's tuning.
    3. Series that are not smoothed are forecast anew: their methods cost next to nothing.

    Args:
        states: of the same series; a course that was known then is the same now, or longer
        panel: n series as they are now
        horizon: h, that of the fit
        rows: (n,) which series of the fit each one is, or -1: it has begun since and is short.
            All in the same order where None.

    Returns:
        As `forecasting.forecast`, but that seasonal indices, methods and tuning are the fit's.

    Cost: linear in smoothed series and new values, whatever the length of the past: 10 us each.
    """
    rows = np.arange(panel.size) if rows is None else rows
    methods = _methods(states, panel, rows)
    place_of = np.cumsum([one == "smoothing" for one in states.methods]) - 1
    order = place_of[rows[rows_by(methods, "smoothing")]]

    def look(part: Panel, places: slice) -> Fits:
        return _moved_fits(states.kept, order[places], part, horizon=horizon)

    return put_together(panel, horizon, methods=methods, smoother=Smoother(states.tuning, look))


def _methods(states: States, panel: Panel, rows: Ints) -> list[Method]:
    found = route(panel) if (rows == NEW).any() else states.methods
    assert all(found[row] != "smoothing" for row in np.flatnonzero(rows == NEW)), "new is short"
    old = rows.tolist()
    return [found[row] if at == NEW else states.methods[at] for row, at in enumerate(old)]


def _moved_fits(kept: Kept, order: Ints, panel: Panel, *, horizon: int) -> Fits:
    """Return the courses (n, 4, h) of some series, at places `order`, after their new values."""
    from services.forecasting.engine.state_kernels import look_ahead, move_states

    tables = model_tables(panel.season)
    fits = np.empty((panel.size, 4, horizon))
    grown = panel.lengths - kept[-1][order, _LENGTH].astype(np.int64)

    def look(begin: int, end: int) -> None:
        # Copies: what is kept stays as it was.
        moved = _take(kept, order[begin:end])
        ends, count = panel.starts[begin + 1 : end + 1], grown[begin:end]
        for step in range(int(count.max(initial=0))):
            there = count > step
            values = panel.values[np.where(there, ends - count + step, 0)]
            move_states(values, there, tables, *moved)
        look_ahead(tables, *moved, fits[begin:end])

    _by_chunks(look, panel.size)
    return fits


def _take(kept: Kept, rows: slice | Ints) -> Kept:
    """Return some series: views of a slice, copies by their places."""
    level, trend, errors, phases, indices, numbers = kept
    narrow = (level[rows], trend[rows], errors[rows], phases[rows])
    return *narrow, indices[rows], numbers[rows]


def _by_chunks(work: Callable[[int, int], None], size: int) -> None:
    """Let every core work on a thousand series at a time."""
    begins = range(0, size, _CHUNK_SERIES)
    ends = (min(begin + _CHUNK_SERIES, size) for begin in begins)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
        list(threads.map(work, begins, ends))
