"""Kernels of the batched engine: seasonal indices and 120 smoothing models per series, compiled.

One series is one call: its states fit the processor's first cache, and no result depends on which
thread or which neighbour it was computed with.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from matching.jit import allocating_kernel

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Cube = NDArray[np.float64]


Tables = tuple[Matrix, Matrix, Matrix]

# Rows of a table of models.
ALPHA, BETA, PHI, GAMMA, PARAMETERS = range(5)
# Rows of what a fit gives.
ETS, THETA, WALK, SIGMA = range(4)

INDEX_MIN = 0.05
_START_PERIODS = 8
_TREND_START = 0.7
_VARIANCE_MIN = 1e-12
# A series of zeros has no scale: any will do, and zeros stay zeros.
_SCALE_MIN = 1e-300


@allocating_kernel()
def _detrended(values: Vector, season: int, multiplies: bool) -> Vector:  # noqa: FBT001
    """Return values against their trend, NaN where no full season lies around."""
    size = values.size
    found = np.full(size, np.nan)
    if size >= 3 * season:
        half = season // 2
        for at in range(half, size - half):
            total = values[at - half + 1 : at + half].sum()
            ends = values[at - half] + values[at + half]
            total += 0.5 * ends if season % 2 == 0 else ends
            level = total / season
            if not multiplies:
                found[at] = values[at] - level
            elif level > 0:
                found[at] = values[at] / level
        return found
    # Below three seasons the centred mean leaves fewer than two values per phase: take a line
    # through the means of the last two seasons instead.
    late = values[size - season :].mean()
    slope = (late - values[size - 2 * season : size - season].mean()) / season
    for at in range(size - size // season * season, size):
        level = late + slope * (at - (size - 1 - (season - 1) / 2))
        if not multiplies:
            found[at] = values[at] - level
        elif level > 0:
            found[at] = values[at] / level
    return found


@allocating_kernel()
def _phase_means(found: Vector, season: int) -> tuple[Vector, float, int]:
    """Return the mean of each phase, the squares around them and how many values took part.

    No value took part where a phase has none.
    """
    means, squares, counted = np.zeros(season), 0.0, 0
    for phase in range(season):
        newest, total, count = found.size - 1 - phase, 0.0, 0
        for at in range(newest, -1, -season):
            if not math.isnan(found[at]):
                total += found[at]
                count += 1
        if count == 0:
            return means, 0.0, 0
        means[phase] = total / count
        for at in range(newest, -1, -season):
            if not math.isnan(found[at]):
                squares += (found[at] - means[phase]) ** 2
        counted += count
    return means, squares, counted


@allocating_kernel()
def _indices(values: Vector, season: int, multiplies: bool) -> Vector:  # noqa: FBT001
    """Return seasonal indices by phase, shrunk to neutral as James and Stein would.

    Phase p is that of the value p periods before the last one.
    """
    neutral = 1.0 if multiplies else 0.0
    indices = np.full(season, neutral)
    size = values.size
    if season < 2 or size < 2 * season:
        return indices
    found = _detrended(values, season, multiplies)
    means, squares, counted = _phase_means(found, season)
    freedom = counted - season
    if freedom < 0:
        return indices
    centre = means.mean()
    if freedom == 0 or (multiplies and centre <= 0):
        return indices
    means = means / centre if multiplies else means - centre
    spread = ((means - neutral) ** 2).sum() / (season - 1)
    noise = squares / freedom * season / counted
    shrink = noise / max(spread, _VARIANCE_MIN)
    if season > 3:
        shrink *= (season - 3) / (season - 1)
    indices = neutral + (1 - min(shrink, 1.0)) * (means - neutral)
    return np.maximum(indices, INDEX_MIN) if multiplies else indices


@allocating_kernel()
def _adjusted(values: Vector, indices: Vector, multiplies: bool) -> Vector:  # noqa: FBT001
    season = indices.size
    result = np.empty(values.size)
    for at in range(values.size):
        index = indices[(values.size - 1 - at) % season]
        result[at] = values[at] / index if multiplies else values[at] - index
    return result


@allocating_kernel()
def slope_of(values: Vector) -> float:
    """Return the slope of a line through values, 0 where there are fewer than two."""
    middle, mean = (values.size - 1) / 2, values.mean()
    rise, spread = 0.0, 0.0
    for at in range(values.size):
        rise += (at - middle) * (values[at] - mean)
        spread += (at - middle) ** 2
    return rise / spread if spread > 0 else 0.0


@allocating_kernel()
def _start(adjusted: Vector, models: Matrix, level: Vector, trend: Vector) -> None:
    """Begin levels and trends on a line through the first values."""
    head = adjusted[:_START_PERIODS]
    mean, slope = head.mean(), slope_of(head) if head.size > 2 else 0.0
    for model in range(level.size):
        if models[PHI, model] == 0.0:
            level[model], trend[model] = mean, 0.0
        else:
            level[model] = mean - slope * (head.size + 1) / 2
            trend[model] = slope * _TREND_START


@allocating_kernel()
def step(
    value: float, models: Matrix, level: Vector, trend: Vector, seasonal: Vector, errors: Vector
) -> None:
    """Take one value into the states of every model, and its squared error into the sums."""
    alpha, beta, phi, gamma = models[ALPHA], models[BETA], models[PHI], models[GAMMA]
    for model in range(level.size):
        drift = phi[model] * trend[model]
        expected = level[model] + drift
        error = value - expected - seasonal[model]
        errors[model] += error * error
        level[model] = expected + alpha[model] * error
        trend[model] = drift + alpha[model] * beta[model] * error
        seasonal[model] += gamma[model] * error


@allocating_kernel()
def _weights(errors: Vector, models: Matrix, size: int) -> Vector:
    """Return the models' weights by AICc, (c,) summing to 1."""
    count = max(size, 3)
    scores = np.empty(errors.size)
    for model in range(errors.size):
        parameters = models[PARAMETERS, model]
        room = count - parameters - 1
        penalty = 2 * parameters * (parameters + 1) / room if room > 0 else 50.0
        variance = max(errors[model] / count, _VARIANCE_MIN)
        scores[model] = count * math.log(variance) + 2 * parameters + penalty
    weights = np.exp(-0.5 * (scores - scores.min()))
    return weights / weights.sum()


@allocating_kernel()
def _add_group(
    models: Matrix,
    states: tuple[Vector, Vector, Vector],
    weights: Vector,
    phases: Matrix,
    result: Matrix,
) -> None:
    """Add one group's weighted courses to row ETS and their variances to row SIGMA."""
    level, trend, errors = states
    alpha, beta, phi = models[ALPHA], models[BETA], models[PHI]
    power, reach = np.ones(level.size), np.zeros(level.size)
    spread, lag = np.ones(level.size), np.zeros(level.size)
    for step in range(result.shape[1]):
        course, variance = 0.0, 0.0
        row = phases[(-1 - step) % phases.shape[0]]
        for model in range(level.size):
            power[model] *= phi[model]
            reach[model] += power[model]
            if step > 0:
                lag[model] += power[model]
                spread[model] += (alpha[model] * (1 + beta[model] * lag[model])) ** 2
            course += weights[model] * (level[model] + reach[model] * trend[model] + row[model])
            variance += weights[model] * errors[model] * spread[model]
        result[ETS, step] += course
        result[SIGMA, step] += variance


@allocating_kernel()
def _theta(models: Matrix, states: tuple[Vector, Vector, Vector], size: int) -> tuple[float, float]:
    """Return level and weight of the newest value, over the models without trend."""
    level, _trend, errors = states
    count = max(size, 3)
    scores = np.full(level.size, np.inf)
    for model in range(level.size):
        if models[PHI, model] == 0.0:
            scores[model] = count * math.log(max(errors[model] / count, _VARIANCE_MIN))
    weights = np.exp(-0.5 * (scores - scores.min()))
    weights /= weights.sum()
    return (weights * level).sum(), max((weights * models[ALPHA]).sum(), 0.02)


@allocating_kernel()
def project(
    tables: Tables,
    states: tuple[Vector, Vector, Vector],
    phases: Matrix,
    course: tuple[float, float, float],
    result: Matrix,
) -> None:
    """Write ETS, theta, random walk and the deviation of errors, adjusted for season, (4, h).

    `phases` has no column where the seasons stand still: then the plain models answer alone.
    """
    plain, evolving, both = tables
    level, trend, errors = states
    last, drift, length = course
    size, count = int(length), plain.shape[1]
    result[:] = 0.0
    own = (level[:count], trend[:count], errors[:count])
    none = np.zeros((1, count))
    if phases.shape[1] > 0:
        weights = _weights(errors, both, size)
        rest = (level[count:], trend[count:], errors[count:])
        _add_group(evolving, rest, weights[count:], phases, result)
        _add_group(plain, own, weights[:count], none, result)
    else:
        _add_group(plain, own, _weights(own[2], plain, size), none, result)
    newest, alpha = _theta(plain, own, size)
    start = (1 - (1 - alpha) ** size) / alpha
    for step in range(result.shape[1]):
        result[THETA, step] = newest + drift * (step + start)
        result[WALK, step] = last
        result[SIGMA, step] = math.sqrt(result[SIGMA, step] / max(size - 2, 1))


@allocating_kernel()
def run(
    adjusted: Vector,
    tables: Tables,
    states: tuple[Vector, Vector, Vector],
    phases: Matrix,
) -> None:
    """Run every model over one series, writing its states and its seasonal states."""
    plain, evolving, both = tables
    level, trend, errors = states
    count, season = plain.shape[1], phases.shape[0]
    errors[:] = 0.0
    phases[:] = 0.0
    none = np.zeros(count)
    _start(adjusted, both, level, trend)
    for at in range(adjusted.size):
        value = adjusted[at]
        step(value, plain, level[:count], trend[:count], none, errors[:count])
        if phases.shape[1] > 0:
            row = phases[(adjusted.size - 1 - at) % season]
            step(value, evolving, level[count:], trend[count:], row, errors[count:])


@allocating_kernel()
def unadjust(result: Matrix, indices: Vector, scale: float, multiplies: bool) -> None:  # noqa: FBT001
    """Put the season and the scale back; a positive series never goes below zero."""
    season = indices.size
    for step in range(result.shape[1]):
        index = indices[(-1 - step) % season]
        result[SIGMA, step] *= scale * (index if multiplies else 1.0)
        for row in (ETS, THETA, WALK):
            value = result[row, step] * index if multiplies else result[row, step] + index
            result[row, step] = scale * (max(value, 0.0) if multiplies else value)


@allocating_kernel()
def prepare(raw: Vector, season: int) -> tuple[Vector, Vector, float, bool]:
    """Return a series without scale and season, its indices, its scale and how they apply."""
    scale = max(np.abs(raw).mean(), _SCALE_MIN)
    own = raw / scale
    multiplies = own.min() > 0
    indices = _indices(own, season, multiplies)
    return _adjusted(own, indices, multiplies), indices, scale, multiplies


@allocating_kernel(
    "void(f8[::1], i8[::1], i8, Tuple((f8[:, ::1], f8[:, ::1], f8[:, ::1])), f8[:, :, ::1])"
)
def fit_many(
    values: Vector,
    starts: NDArray[np.int64],
    season: int,
    tables: Tables,
    result: Cube,
) -> None:
    """Fit every series and write its (4, h) into `result`, (n, 4, h)."""
    _plain, evolving, both = tables
    every = both.shape[1]
    states = (np.empty(every), np.empty(every), np.empty(every))
    phases, still = np.zeros((season, evolving.shape[1])), np.zeros((season, 0))
    for row in range(starts.size - 1):
        raw = values[starts[row] : starts[row + 1]]
        adjusted, indices, scale, multiplies = prepare(raw, season)
        moving = phases if season > 1 and raw.size >= 2 * season else still
        run(adjusted, tables, states, moving)
        course = (adjusted[-1], 0.5 * slope_of(adjusted), float(raw.size))
        project(tables, states, moving, course, result[row])
        unadjust(result[row], indices, scale, multiplies)
