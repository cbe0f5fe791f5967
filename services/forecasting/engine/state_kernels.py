"""Kernels of kept states: fit once, take a new value, look ahead; states in single precision."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.jit import allocating_kernel
from services.forecasting.engine.kernels import (
    Cube,
    Matrix,
    Tables,
    Vector,
    prepare,
    project,
    run,
    step,
    unadjust,
)

# Kept in single precision; the inner kernels are compiled for either.
Narrow = Any

# Columns of what a series keeps beside its models' states.
SCALE, MULTIPLIES, LENGTH, LAST, SUM, SUM_OF_PLACES, EVOLVES, TURN = range(8)
_STATES = "f4[:, ::1], f4[:, ::1], f4[:, ::1], f4[:, :, ::1], f8[:, ::1], f8[:, ::1]"
_TABLES = "Tuple((f8[:, ::1], f8[:, ::1], f8[:, ::1]))"


@allocating_kernel(f"void(f8[::1], i8[::1], {_TABLES}, {_STATES})")
def keep_states(
    values: Vector,
    starts: NDArray[np.int64],
    tables: Tables,
    level: Narrow,
    trend: Narrow,
    errors: Narrow,
    phases: Narrow,
    indices: Matrix,
    kept: Matrix,
) -> None:
    """Run every series and keep its states, (n, 124) each, seasonal ones (n, m, 24)."""
    every, season = tables[2].shape[1], indices.shape[1]
    states = (np.empty(every), np.empty(every), np.empty(every))
    moving, still = np.zeros((season, tables[1].shape[1])), np.zeros((season, 0))
    for row in range(starts.size - 1):
        raw = values[starts[row] : starts[row + 1]]
        adjusted, own, scale, multiplies = prepare(raw, season)
        evolves = season > 1 and raw.size >= 2 * season
        run(adjusted, tables, states, moving if evolves else still)
        level[row], trend[row], errors[row] = states
        if evolves:
            phases[row] = moving
        indices[row] = own
        kept[row, SCALE], kept[row, MULTIPLIES] = scale, multiplies
        kept[row, LENGTH], kept[row, LAST] = raw.size, adjusted[-1]
        kept[row, SUM], kept[row, EVOLVES], kept[row, TURN] = adjusted.sum(), evolves, 0
        kept[row, SUM_OF_PLACES] = (adjusted * np.arange(raw.size)).sum()


@allocating_kernel(f"void(f8[::1], b1[::1], {_TABLES}, {_STATES})")
def move_states(
    news: Vector,
    present: NDArray[np.bool_],
    tables: Tables,
    level: Narrow,
    trend: Narrow,
    errors: Narrow,
    phases: Narrow,
    indices: Matrix,
    kept: Matrix,
) -> None:
    """Take one new value per series, where there is one, into its states."""
    season, count = indices.shape[1], tables[0].shape[1]
    none: Narrow = np.zeros(count, dtype=np.float32)
    for row in range(news.size):
        if not present[row]:
            continue
        own = kept[row]
        own[TURN] += 1
        phase = int(-own[TURN]) % season
        index, value = indices[row, phase], news[row] / own[SCALE]
        value = value / index if own[MULTIPLIES] else value - index
        step(value, tables[0], level[row, :count], trend[row, :count], none, errors[row, :count])
        if own[EVOLVES]:
            rest = (level[row, count:], trend[row, count:], errors[row, count:])
            step(value, tables[1], rest[0], rest[1], phases[row, phase], rest[2])
        own[SUM] += value
        own[SUM_OF_PLACES] += value * own[LENGTH]
        own[LENGTH] += 1
        own[LAST] = value


@allocating_kernel(f"void({_TABLES}, {_STATES}, f8[:, :, ::1])")
def look_ahead(
    tables: Tables,
    level: Narrow,
    trend: Narrow,
    errors: Narrow,
    phases: Narrow,
    indices: Matrix,
    kept: Matrix,
    result: Cube,
) -> None:
    """Write each series' (4, h) from its states, as `fit_many` does from its values."""
    season = indices.shape[1]
    for row in range(result.shape[0]):
        own, turn = kept[row], int(kept[row, TURN]) % season
        # Phase 0 is that of the newest value.
        order = (np.arange(season) - turn) % season
        width = phases.shape[2] if own[EVOLVES] else 0
        now = np.zeros((season, width))
        for phase in range(season):
            now[phase] = phases[row, order[phase], :width]
        length = own[LENGTH]
        rise = own[SUM_OF_PLACES] - (length - 1) / 2 * own[SUM]
        spread = length * (length * length - 1) / 12
        drift = 0.5 * rise / spread if spread > 0 else 0.0
        states = (
            level[row].astype(np.float64),
            trend[row].astype(np.float64),
            errors[row].astype(np.float64),
        )
        project(tables, states, now, (own[LAST], drift, length), result[row])
        unadjust(result[row], indices[row][order], own[SCALE], own[MULTIPLIES] > 0)
