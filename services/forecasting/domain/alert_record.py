"""The record of warnings: how probable we said it was, and what it turned out to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BINS = 10


@dataclass(frozen=True, slots=True)
class Trial:
    """One forecast of a warning: its probability, whether it held before, and the outcome."""

    probability: float
    before: bool
    outcome: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts of about the same probability, and how often it came."""

    low: float
    high: float
    trials: int
    forecast: float
    happened: float


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """How good warnings have been; None where nothing can be said yet."""

    settled: int
    brier: float | None
    brier_persistence: float | None
    onsets: int
    onset_ap: float | None
    exits: int
    exit_ap: float | None
    reliability: tuple[Bin, ...]


def score_trials(trials: Sequence[Trial]) -> AlertRecord:
    """Return the record of settled trials.

    Persistence (it stays as it was) is scored on the same trials. Onsets are judged among those
    that did not hold before, exits among those that did: all of it together would flatter
    whoever repeats yesterday.

    >>> score_trials([Trial(0.9, False, True), Trial(0.2, False, False)]).onset_ap
    1.0
    """
    if not trials:
        return AlertRecord(0, None, None, 0, None, 0, None, ())
    told = np.array([each.probability for each in trials])
    was = np.array([each.before for each in trials])
    came = np.array([each.outcome for each in trials])
    return AlertRecord(
        settled=len(trials),
        brier=float(np.mean((told - came) ** 2)),
        brier_persistence=float(np.mean((was.astype(float) - came) ** 2)),
        onsets=int((~was & came).sum()),
        onset_ap=average_precision(came[~was], told[~was]),
        exits=int((was & ~came).sum()),
        exit_ap=average_precision(~came[was], 1 - told[was]),
        reliability=_reliability(told, came),
    )


def average_precision(came: np.ndarray, told: np.ndarray) -> float | None:
    """Return the average precision of scores; ties share their mean precision; None: none came.

    >>> average_precision(np.array([True, False, True]), np.array([0.9, 0.8, 0.1]))
    0.8333333333333333
    """
    total = int(came.sum())
    if total == 0:
        return None
    precision_sum = 0.0
    for score in np.unique(told)[::-1]:
        chosen = told >= score
        new = int(came[told == score].sum())
        precision_sum += new * float(came[chosen].mean())
    return precision_sum / total


def _reliability(told: np.ndarray, came: np.ndarray) -> tuple[Bin, ...]:
    number = np.minimum((told * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(
            low=place / BINS,
            high=(place + 1) / BINS,
            trials=int((number == place).sum()),
            forecast=float(told[number == place].mean()),
            happened=float(came[number == place].mean()),
        )
        for place in range(BINS)
        if (number == place).any()
    )
