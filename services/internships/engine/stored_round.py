"""A solved round as it was kept, back as the arrays on which it was solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.caps import Caps
from matching.problem import Problem, build_problem
from services.internships.engine.settling import RoundRules
from services.internships.engine.what_if import Moved, Trial, odds_of, try_change


@dataclass(frozen=True, slots=True, eq=False)
class StoredRound:
    """A round's market: wishes with the keys that competed (0: did not), seats, lottery.

    Attributes:
        indptr: (n + 1,) int64.
        wishes: (e,) int64 rows of posts.
        keys: (e,) int64.
        seats: (m,) int64.
        lottery: (n,) int64, a permutation.
        caps: those that bind, None without.
        rules: how it was settled.
    """

    indptr: NDArray[np.int64]
    wishes: NDArray[np.int64]
    keys: NDArray[np.int64]
    seats: NDArray[np.int64]
    lottery: NDArray[np.int64]
    caps: Caps | None
    rules: RoundRules

    def problem(self) -> tuple[Problem, NDArray[np.int64]]:
        """Return the market of the wishes that competed, and which rows those are."""
        kept = np.flatnonzero(self.keys > 0)
        owner = np.repeat(np.arange(self.indptr.size - 1), np.diff(self.indptr))
        indptr = np.zeros(self.indptr.size, dtype=np.int64)
        np.cumsum(np.bincount(owner[kept], minlength=indptr.size - 1), out=indptr[1:])
        problem = build_problem(
            indptr=indptr,
            posts=self.wishes[kept],
            keys=self.keys[kept],
            seats=self.seats,
            lottery=self.lottery,
            caps=self.caps,
        )
        return problem, kept


def try_stored(stored: StoredRound, trial: Trial) -> list[Moved]:
    """Return who moves by a change of a stored round (`engine.what_if.try_change`)."""
    return try_change(stored.problem()[0], stored.rules, trial)


def odds_of_stored(stored: StoredRound, seed: str) -> tuple[Sequence[Sequence[float]], int]:
    """Return, per student, the odds of each wish, and over how many lotteries."""
    problem, kept = stored.problem()
    found, lotteries = odds_of(problem, seed=seed)
    odds = np.zeros(stored.wishes.size, dtype=np.float64)
    odds[kept] = found
    bounds = stored.indptr[1:-1]
    return [part.round(4).tolist() for part in np.split(odds, bounds)], lotteries
