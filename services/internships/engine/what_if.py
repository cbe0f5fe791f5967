"""What would happen: a solved round with one thing changed, and everybody who moves by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.errors import NoSeatToRemoveError
from matching.odds import estimate_odds
from matching.online import AddSeat, ChangeWishes, LiveMarket, RemoveSeat, Withdraw
from matching.problem import LOW, POST_BITS, Problem, build_problem, readonly
from services.internships.engine.settling import RoundRules, settle

# Every lottery clears the whole market once: so many wishes in all, and no fewer than a hundred.
_LOTTERIES_MAX = 1000
_WISHES_IN_ALL = 400_000_000
_LOTTERIES_MIN = 100


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A student leaves."""

    student: int


@dataclass(frozen=True, slots=True)
class SeatChange:
    """A post has one seat more (`by` 1) or less (`by` -1)."""

    post: int
    by: int


@dataclass(frozen=True, slots=True)
class NewWishes:
    """A student files other wishes, or competes with other priorities."""

    student: int
    posts: tuple[int, ...]
    keys: tuple[int, ...]


Trial = Withdrawal | SeatChange | NewWishes


@dataclass(frozen=True, slots=True)
class Moved:
    """A student who ends elsewhere: posts by number, -1 for none, and why."""

    student: int
    before: int
    after: int
    cause: str


def try_change(problem: Problem, rules: RoundRules, trial: Trial) -> list[Moved]:
    """Return everybody who moves; the same as clearing the changed market again.

    A plain market is changed event by event, which also tells why each moves; under other rules or
    hard caps it is cleared twice and compared.

    Raises: those of the engine, where the change contradicts the rules.
    Cost: plain: opening sorts the wishes once; otherwise two clearings.
    """
    if rules.plain and rules.least is None and problem.caps is None:
        return _try_live(problem, trial)
    before = settle(problem, rules).matching
    after = settle(_changed(problem, trial), rules).matching
    moved = np.flatnonzero(before != after)
    return [Moved(int(s), int(before[s]), int(after[s]), "resettled") for s in moved]


def _try_live(problem: Problem, trial: Trial) -> list[Moved]:
    live = LiveMarket(problem)
    match trial:
        case Withdrawal(student):
            event = Withdraw(student)
        case SeatChange(post, by):
            event = AddSeat(post) if by > 0 else RemoveSeat(post)
        case NewWishes(student, posts, keys):
            event = ChangeWishes(student, posts, keys)
    moves = live.apply(event).moves
    return [
        Moved(move.student, move.before, move.after, move.cause.name.lower())
        for move in moves
        if move.before != move.after
    ]


def _changed(problem: Problem, trial: Trial) -> Problem:
    match trial:
        case Withdrawal(student):
            return _with_row(problem, student, (), ())
        case NewWishes(student, posts, keys):
            return _with_row(problem, student, posts, keys)
        case SeatChange(post, by):
            seats = problem.seats.copy()
            if seats[post] + by < 0:
                raise NoSeatToRemoveError(post=post)
            seats[post] += by
            return replace(problem, seats=readonly(seats))


def _with_row(problem: Problem, student: int, posts: Sequence[int], keys: Sequence[int]) -> Problem:
    begin, end = int(problem.indptr[student]), int(problem.indptr[student + 1])
    at = (problem.wishes & LOW).astype(np.int64)
    key = (problem.wishes >> POST_BITS).astype(np.int64)
    indptr = problem.indptr.copy()
    indptr[student + 1 :] += len(posts) - (end - begin)
    return build_problem(
        indptr=indptr,
        posts=np.concatenate([at[:begin], np.array(posts, dtype=np.int64), at[end:]]),
        keys=np.concatenate([key[:begin], np.array(keys, dtype=np.int64), key[end:]]),
        seats=problem.seats,
        lottery=problem.lottery,
        caps=problem.caps,
    )


def odds_of(problem: Problem, *, seed: str) -> tuple[NDArray[np.float64], int]:
    """Return how often each wish is granted over many lotteries, and how many those were.

    Everything but the lottery stays as it is, so the odds say what luck had to do with it.

    Shapes: (e,) shares of 1. Raises: CapsNotOnlineError under hard caps.
    Cost: a clearing per lottery; 1,000 of 200,000 wishes take about a second.
    """
    budget = _WISHES_IN_ALL // max(1, problem.wishes.size)
    lotteries = int(np.clip(budget, _LOTTERIES_MIN, _LOTTERIES_MAX))
    return estimate_odds(problem, lotteries=lotteries, seed=seed), lotteries
