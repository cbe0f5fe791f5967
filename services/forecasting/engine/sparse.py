"""Sparse counts: gamma-Poisson rates shrunk to the panel's, averaged with pooled trees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.forecasting.engine.corrections import one_thread
from services.forecasting.engine.intervals import LEVELS
from services.forecasting.engine.panels import Floats, Panel

# After so many periods a value counts half: what did best a year ago, and 24 where that says
# nothing.
_HALF_LIFE = 24.0
_HALF_LIVES = (6.0, 12.0, 48.0)
_LONGEST = 120
# Shares of the trees that are tried on the last year, and the one where that says nothing.
_SHARE = 0.5
_SHARES = (0.25, 0.0)
_GAIN_MIN = 0.01
_MEMORY = 24
_TARGET = 12
_CASES_MIN = 2_000
_CASES_MAX = 60_000
_SERIES_MIN = 50


@dataclass(frozen=True, slots=True)
class Rates:
    """What is believed of each series' mean per period.

    Attributes:
        rate: (n,) mean per period
        dispersion: (n,) variance of one period's value over its mean, at least 1
        shape: (n,) certainty of the rate, as periods times rate plus the panel's
    """

    rate: Floats
    dispersion: Floats
    shape: Floats


def forecast_sparse(panel: Panel, horizon: int) -> tuple[Floats, NDArray[np.float64]]:
    """Forecast sparse series.

    1. The mean of each series' past, recent periods weighing more, shrunk to the panel's by the
       share of its spread that is not noise.
    2. Where the panel is large enough, shallow trees on the last 24 periods say the mean of the
       next 12; half of each, or less of the trees (`choose_looks`).
    3. Quantiles of a negative binomial law: the rate is uncertain, and counts come in lumps.

    Args:
        panel: n series without a negative value
        horizon: h

    Returns:
        mean (n, h) and quantiles (n, h, 5) in whole numbers where the history is whole.

    Cost: 30 us per series, and 4 s for the trees.

    Source: Robbins (1956) for empirical Bayes; Syntetos and Boylan (2005) for why Croston is
    biased.
    """
    looks = choose_looks(panel)
    rates = shrink_rates(panel, looks.half_life)
    trees = _tree_rates(panel) if looks.share else None
    rate = _joined(rates.rate, trees, looks.share)
    quantiles = _quantiles(Rates(rate, rates.dispersion, rates.shape))
    mean = np.repeat(rate[:, None], horizon, axis=1)
    return mean, np.repeat(quantiles[:, None, :], horizon, axis=1)


@dataclass(frozen=True, slots=True)
class Looks:
    """How a panel's past is looked at: when a value counts half, and how much the trees count."""

    half_life: float = _HALF_LIFE
    share: float = _SHARE


def choose_looks(panel: Panel) -> Looks:
    """Return how to look at a panel, by what would have told its last twelve periods best.

    Another half-life than 24, or another share of the trees than a half, must have told the sums
    of these twelve better by one per cent.

    Args:
        panel: n series without a negative value
    """
    known, rows = panel.head(_TARGET, shortest=_TARGET)
    if known.size < _SERIES_MIN:
        return Looks()
    happened = panel.tail(_TARGET)[rows].mean(axis=1)

    def error(rate: Floats) -> float:
        return float(np.abs(rate - happened).sum())

    rates = {one: shrink_rates(known, one).rate for one in (_HALF_LIFE, *_HALF_LIVES)}
    half_life = _better({one: error(rate) for one, rate in rates.items()}, usual=_HALF_LIFE)
    trees = _tree_rates(known)
    if trees is None:
        return Looks(half_life)
    shares = {one: _joined(rates[half_life], trees, one) for one in (_SHARE, *_SHARES)}
    share = _better({one: error(rate) for one, rate in shares.items()}, usual=_SHARE)
    return Looks(half_life, share)


def _better(errors: dict[float, float], *, usual: float) -> float:
    """Return the choice of least error, the usual one where it is nearly as good."""
    best = min(errors, key=lambda one: errors[one])
    return best if errors[best] < errors[usual] * (1 - _GAIN_MIN) else usual


def _joined(rate: Floats, trees: Floats | None, share: float) -> Floats:
    return rate if trees is None else (1 - share) * rate + share * trees


def shrink_rates(panel: Panel, half_life: float = _HALF_LIFE) -> Rates:
    """Shrink each series' recent mean to the panel's.

    Args:
        panel: n series without a negative value
        half_life: after so many periods a value counts half
    """
    recent = panel.tail(min(int(panel.lengths.max()), _LONGEST))
    there = np.isfinite(recent)
    ages = np.arange(recent.shape[1])[::-1]
    weights = np.where(there, 0.5 ** (ages / half_life), 0.0)
    total = weights.sum(axis=1)
    # As many periods of equal weight would be as certain.
    periods = total**2 / (weights**2).sum(axis=1)
    own = (weights * np.where(there, recent, 0.0)).sum(axis=1) / total
    squares = (weights * np.where(there, recent - own[:, None], 0.0) ** 2).sum(axis=1) / total
    spread = squares * periods / np.maximum(periods - 1, 1)
    centre = float((own * periods).sum() / periods.sum())
    pooled = float(spread.sum()) / max(float(own.sum()), 1e-12)
    # The noise of the prior's mean and not of each series' own: a large one is not less certain.
    noise = pooled * centre / periods
    between = max(float(own.var()) - float(noise.mean()), 0.0)
    trust = between / np.maximum(between + noise, np.finfo(np.float64).tiny)
    rate = centre + trust * (own - centre)
    pooled = max(pooled, 1.0)
    return Rates(rate, np.maximum(_dispersion(spread, own, pooled), 1.0), periods * rate + centre)


def _dispersion(spread: Floats, own: Floats, pooled: float) -> Floats:
    """Return lumpiness per series: half its own, half the panel's."""
    return (np.where(own > 0, spread / np.maximum(own, 1e-12), pooled) + pooled) / 2


def _tree_rates(panel: Panel) -> Floats | None:
    """Return rates by trees that saw every series' past, (n,); None on a small panel."""
    longest = int(panel.lengths.max())
    steps = range(min(6, _TARGET), longest - _TARGET)
    if panel.size < _SERIES_MIN or not steps:
        return None
    cases: list[Floats] = []
    targets: list[Floats] = []
    for back in steps:
        rows = np.flatnonzero(panel.lengths - back >= _TARGET)
        reach = min(back, _TARGET)
        cases.append(_describe(panel.tail(_MEMORY, skip=back)[rows]))
        targets.append(panel.tail(reach, skip=back - reach)[rows].mean(axis=1))
    told, happened = np.concatenate(cases), np.concatenate(targets)
    if happened.size < _CASES_MIN or not happened.any():
        return None
    return _fit_trees(told, happened, _describe(panel.tail(_MEMORY)))


def _fit_trees(cases: Floats, targets: Floats, now: Floats) -> Floats:
    from sklearn.ensemble import HistGradientBoostingRegressor

    stride = -(-targets.size // _CASES_MAX)
    with one_thread():
        tree = HistGradientBoostingRegressor(
            loss="poisson",
            max_iter=100,
            learning_rate=0.06,
            max_leaf_nodes=12,
            min_samples_leaf=200,
            early_stopping=False,  # pyright: ignore[reportArgumentType]  # stub says str
            random_state=0,
        ).fit(cases[::stride], targets[::stride])
        return np.asarray(tree.predict(now), dtype=np.float64)


def _describe(past: Floats) -> Floats:
    """Describe the last 24 periods of each series, (n, 9)."""
    there = np.isfinite(past)
    filled = np.where(there, past, 0.0)
    positive = filled > 0
    length = there.sum(axis=1)
    count = positive.sum(axis=1)
    width = past.shape[1]
    newest = np.where(count > 0, width - 1 - np.argmax(positive[:, ::-1], axis=1), -1)
    total = filled.sum(axis=1)
    return np.column_stack(
        [
            filled[:, -3:].mean(axis=1),
            filled[:, -6:].mean(axis=1),
            filled[:, -12:].mean(axis=1),
            total / length,
            positive[:, -12:].mean(axis=1),
            count / length,
            width - 1 - newest,
            filled.max(axis=1),
            total / np.maximum(count, 1),
        ]
    )


def _quantiles(rates: Rates) -> NDArray[np.float64]:
    """Return quantiles of one period's value, (n, 5)."""
    from scipy.stats import nbinom

    # Variance of a period: of counts that come in lumps, and of the rate itself.
    rate = np.maximum(rates.rate, 1e-12)
    excess = np.maximum(rates.dispersion - 1.0 + rate / np.maximum(rates.shape, 1e-12), 1e-6)
    size = rate / excess
    found = np.stack([nbinom.ppf(level, size, 1.0 / (1.0 + excess)) for level in LEVELS], axis=1)
    # A rate so small that the law is a point at zero.
    found = np.where(np.isfinite(found) & (rates.rate[:, None] > 1e-9), found, 0.0)
    return np.maximum.accumulate(np.maximum(found, 0.0), axis=1)
