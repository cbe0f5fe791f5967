"""Odds that a level will lie above a threshold: what a warning says, and its record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.forecasting.engine.panels import Flags, Floats, Ints

# Levels of few people move by chance alone; besides, all move by this variance.
_VARIANCE_COMMON = 0.02
_PSEUDO_COUNT = 2.0
_WINDOWS = 4
_SHOCK_SHARE = 0.5
_BINS = 10


@dataclass(frozen=True, slots=True)
class Levels:
    """What is watched: n cells over t periods.

    Attributes:
        values: (n, t), the newest last, such as the log of posts per seeker
        spread: (n, t) deviation that a step of this cell would have by chance alone
    """

    values: Floats
    spread: Floats

    def until(self, length: int) -> Levels:
        """Return the levels as they were after their first `length` periods."""
        return Levels(self.values[:, :length], self.spread[:, :length])


def log_ratio(above: Floats, below: Floats) -> Levels:
    """Return the levels of a ratio of counts, log (above + 2) / (below + 2).

    Args:
        above: (n, t) counts, such as vacancies
        below: (n, t) counts, such as seekers

    >>> log_ratio(np.array([[2.0]]), np.array([[2.0]])).values.tolist()
    [[0.0]]
    """
    one, two = above + _PSEUDO_COUNT, below + _PSEUDO_COUNT
    return Levels(np.log(one / two), np.sqrt(_VARIANCE_COMMON + 1 / one + 1 / two))


def warn_odds(levels: Levels, *, threshold: float, horizon: int) -> Floats:
    """Return the probability that each cell lies at or above a threshold, (n, h).

    1. Steps of the last four windows, less each window's median (the shock that all cells share)
       and in units of the cell's own spread, are what may happen to a cell.
    2. What may happen to all cells is half of each shock that has happened.
    3. The share of both together that would lead to or over the threshold.

    Args:
        levels: n cells of at least h + 2 periods
        threshold: in the unit of `levels.values`
        horizon: h periods

    Cost: linear in cells; 1 s for 100,000 cells of 12 periods.

    >>> flat = Levels(np.zeros((3, 8)), np.ones((3, 8)))
    >>> warn_odds(flat, threshold=1.0, horizon=1).tolist()
    [[0.0], [0.0], [0.0]]
    """
    cells, length = levels.values.shape
    assert length >= horizon + 2
    found = np.empty((cells, horizon))
    now = levels.values[:, -1]
    for step in range(1, horizon + 1):
        steps = levels.values[:, step:] - levels.values[:, :-step]
        # The very first level of a record is often of another survey.
        steps = steps[:, 1:] if steps.shape[1] > 1 else steps
        shocks = np.median(steps, axis=0)
        windows = min(_WINDOWS, steps.shape[1])
        spread = levels.spread[:, -step - windows : -step]
        scores = np.sort(((steps - shocks)[:, -windows:] / spread).ravel())
        found[:, step - 1] = np.mean(
            [
                1.0
                - np.searchsorted(
                    scores, (threshold - now - _SHOCK_SHARE * shock) / levels.spread[:, -1]
                )
                / scores.size
                for shock in shocks
            ],
            axis=0,
        )
    return found


@dataclass(frozen=True, slots=True)
class Bin:
    """Warnings of nearly the same probability: what was said and what happened.

    Attributes:
        low, high: bounds of the probabilities
        cells: how many warnings
        said: their mean probability
        happened: the share of them that came true
    """

    low: float
    high: float
    cells: int
    said: float
    happened: float


@dataclass(frozen=True, slots=True)
class Record:
    """How warnings of one horizon have done, over all origins.

    Attributes:
        horizon: periods ahead
        origins: how many places of the past
        cells: how many warnings were scored
        brier: mean squared error of the probabilities
        brier_persistence: of saying that nothing will change
        onset_precision: average precision among cells that were below, None where none rose
        exit_precision: average precision among cells that were above, None where none fell
        reliability: ten bins of probability, those without a warning left out
    """

    horizon: int
    origins: int
    cells: int
    brier: float
    brier_persistence: float
    onset_precision: float | None
    exit_precision: float | None
    reliability: tuple[Bin, ...]


def record_odds(
    levels: Levels, *, threshold: float, horizon: int, origins: Sequence[int]
) -> Record:
    """Say odds from several places of the past and score them by what happened.

    Persistence alone is right nearly always, so that shares of right answers say nothing: the
    Brier score and the precision of onsets and exits do. Precisions are means over origins.

    Args:
        levels: n cells
        threshold: in the unit of `levels.values`
        horizon: periods ahead, one horizon alone
        origins: numbers of periods that were known, each at least horizon + 2 and at most
            t - horizon
    """
    assert origins
    said, happened, before = [], [], []
    onsets: list[float | None] = []
    exits: list[float | None] = []
    for known in origins:
        odds = warn_odds(levels.until(known), threshold=threshold, horizon=horizon)[:, -1]
        true = levels.values[:, known + horizon - 1] >= threshold
        above = levels.values[:, known - 1] >= threshold
        said.append(odds)
        happened.append(true)
        before.append(above)
        onsets.append(average_precision(odds[~above], true[~above]))
        exits.append(average_precision(1.0 - odds[above], ~true[above]))
    odds, true = np.concatenate(said), np.concatenate(happened)
    above = np.concatenate(before)
    return Record(
        horizon=horizon,
        origins=len(origins),
        cells=odds.size,
        brier=float(((odds - true) ** 2).mean()),
        brier_persistence=float((above != true).mean()),
        onset_precision=_mean(onsets),
        exit_precision=_mean(exits),
        reliability=reliability(odds, true),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    told = [value for value in values if value is not None]
    return float(np.mean(told)) if told else None


def average_precision(odds: Floats, happened: Flags) -> float | None:
    """Return the mean precision over the events, those of equal odds together; None without.

    >>> average_precision(np.array([0.9, 0.5, 0.1]), np.array([True, False, True]))
    0.8333333333333333
    """
    events = int(happened.sum())
    if not events:
        return None
    order = np.argsort(-odds, kind="stable")
    ranked, true = odds[order], happened[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), ranked.size - 1)
    right = np.cumsum(true)[last]
    gained = np.diff(right, prepend=0)
    return float((gained * right / (last + 1)).sum() / events)


def reliability(odds: Floats, happened: Flags) -> tuple[Bin, ...]:
    """Return what was said and what happened in ten bins of probability, empty ones left out."""
    places = np.minimum((odds * _BINS).astype(np.int64), _BINS - 1)
    bins: list[Bin] = []
    for place in range(_BINS):
        inside = places == place
        if inside.any():
            said, true = float(odds[inside].mean()), float(happened[inside].mean())
            bins.append(Bin(place / _BINS, (place + 1) / _BINS, int(inside.sum()), said, true))
    return tuple(bins)


@dataclass(frozen=True, slots=True)
class Hysteresis:
    """When a state begins and when it ends.

    Attributes:
        enter: probability from which a period speaks for the state
        leave: probability below which a period speaks against it, at most `enter`
        enter_periods: periods in a row that begin it
        leave_periods: periods in a row that end it
    """

    enter: float
    leave: float
    enter_periods: int = 1
    leave_periods: int = 2


def step_states(active: Flags, runs: Ints, *, odds: Floats, rule: Hysteresis) -> tuple[Flags, Ints]:
    """Move states by one period.

    Args:
        active: (n,) whether each state holds
        runs: (n,) periods in a row that have spoken against the present state
        odds: (n,) probabilities of this period
        rule: when a state begins and ends

    Returns:
        The new states and runs, (n,) each. Between the two probabilities nothing changes.

    >>> rule = Hysteresis(0.7, 0.4, 1, 2)
    >>> active, runs = np.array([True]), np.array([0])
    >>> for odds in (0.3, 0.5, 0.3, 0.2):
    ...     active, runs = step_states(active, runs, odds=np.array([odds]), rule=rule)
    ...     print(active.item())
    True
    True
    True
    False
    """
    against = np.where(active, odds < rule.leave, odds >= rule.enter)
    runs = np.where(against, runs + 1, 0)
    turned = runs >= np.where(active, rule.leave_periods, rule.enter_periods)
    return np.where(turned, ~active, active), np.where(turned, 0, runs)
