"""Why this post and why not that one: each wish with its cut-off and the place in line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from matching.errors import UnknownStudentError
from matching.outcome import CLOSED, Outcome, count_placed, find_ranks, priorities_of
from matching.problem import LOW, POST_BITS, Problem

SHOWN_FROM = 5  # a cut-off over fewer placements is somebody's own score


class Verdict(Enum):
    """What became of a wish."""

    PLACED = "placed"
    BELOW_CUTOFF = "below_cutoff"
    NOT_NEEDED = "not_needed"  # an earlier wish was granted
    NO_SEATS = "no_seats"


@dataclass(frozen=True, slots=True)
class Priority:
    """A priority in its two parts: the key of the score, then the lottery number."""

    key: int
    lottery: int


@dataclass(frozen=True, slots=True)
class WishReason:
    """What became of one wish, in numbers that the student may see.

    Attributes:
        wish: place in the student's own list, from 0.
        own: the student's own priority at this post.
        place_in_line: 1 + the students of higher priority who ended here or would rather be here.
        seats: of the post.
        placed: students placed at the post.
        cutoff: the least priority placed; None where a seat stayed open, where there are no seats
            and where fewer than the shown number were placed.
        needed: the cut-off that the student did not reach; None where reached or not shown.
        lottery_decided: the score was that of the cut-off and only the lottery number was lower;
            None where the cut-off is not shown.
    """

    wish: int
    post: int
    verdict: Verdict
    own: Priority
    place_in_line: int
    seats: int
    placed: int
    cutoff: Priority | None
    needed: Priority | None
    lottery_decided: bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Per post, everybody who ended there or would rather be there, by falling priority.

    Attributes:
        first: (m + 1,) int64; the line of post p is `values[first[p]:first[p + 1]]`.
        values: (k,) uint64 priorities, falling within each post.
    """

    first: NDArray[np.int64]
    values: NDArray[np.uint64]
    ranks: NDArray[np.int32]
    placed: NDArray[np.int64]


def draw_up_lines(problem: Problem, outcome: Outcome) -> Lines:
    """Return the line before each post, once per clearing.

    A student stands in line at each wish up to the one where they sit. The placed students of a
    post are the first of its line; the next one is who would move up if a seat were added.

    Cost: O(e) and one sort of those wishes. Source: demand at a cut-off (Azevedo and Leshno 2016).
    Shapes: see `Lines`.

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> from matching.solve import solve
    >>> draw_up_lines(market, solve(market)).first.tolist()
    [0, 2, 3]
    """
    ranks = find_ranks(problem, outcome.matching)
    lengths = np.diff(problem.indptr)
    owner = np.repeat(np.arange(problem.students), lengths)
    place = np.arange(problem.wishes.size) - problem.indptr[owner]
    upto = np.where(ranks < 0, lengths, ranks + 1)[owner]
    wishes, owner = problem.wishes[place < upto], owner[place < upto]
    posts = (wishes & LOW).astype(np.int64)
    values = (wishes & ~LOW) | problem.lottery[owner].astype(np.uint64)
    order = np.lexsort((np.iinfo(np.uint64).max - values, posts))
    first = np.zeros(problem.posts + 1, dtype=np.int64)
    np.cumsum(np.bincount(posts, minlength=problem.posts), out=first[1:])
    return Lines(first, values[order], ranks, count_placed(problem, outcome.matching))


def explain_student(
    problem: Problem,
    outcome: Outcome,
    lines: Lines,
    *,
    student: int,
    shown_from: int = SHOWN_FROM,
) -> list[WishReason]:
    """Return what became of each wish of one student, best first.

    Args:
        problem: the market.
        outcome: its clearing.
        lines: of `draw_up_lines` for the same clearing.
        student: row of the student.
        shown_from: a cut-off is shown only where at least so many were placed.

    Raises: UnknownStudentError.
    Cost: O(wishes log line).
    Source: one cut-off per post explains a stable matching (Azevedo and Leshno 2016).

    >>> from matching.problem import build_problem
    >>> from matching.solve import solve
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> outcome = solve(market)
    >>> lines = draw_up_lines(market, outcome)
    >>> reasons = explain_student(market, outcome, lines, student=0, shown_from=1)
    >>> [(r.post, r.verdict.value, r.place_in_line) for r in reasons]
    [(0, 'below_cutoff', 2), (1, 'placed', 1)]
    >>> reasons[0].needed
    Priority(key=7, lottery=0)
    """
    if not 0 <= student < problem.students:
        raise UnknownStudentError(student=student)
    begin = int(problem.indptr[student])
    own_values = priorities_of(problem, student)
    return [
        _reason(
            problem,
            outcome,
            lines,
            wish=wish,
            student=student,
            post=int(problem.wishes[begin + wish] & LOW),
            value=value,
            shown_from=shown_from,
        )
        for wish, value in enumerate(own_values.tolist())
    ]


def _reason(
    problem: Problem,
    outcome: Outcome,
    lines: Lines,
    *,
    wish: int,
    student: int,
    post: int,
    value: int,
    shown_from: int,
) -> WishReason:
    limit = int(outcome.cutoffs[post])
    placed = int(lines.placed[post])
    verdict = _verdict(wish, int(lines.ranks[student]), closed=limit == int(CLOSED))
    shown = 0 < limit < int(CLOSED) and placed >= shown_from
    cutoff = _split(limit) if shown else None
    missed = value < limit
    return WishReason(
        wish=wish,
        post=post,
        verdict=verdict,
        own=_split(value),
        place_in_line=_place(lines, post, value),
        seats=int(problem.seats[post]),
        placed=placed,
        cutoff=cutoff,
        needed=cutoff if missed else None,
        lottery_decided=(missed and cutoff.key == value >> int(POST_BITS)) if cutoff else None,
    )


def _verdict(wish: int, rank: int, *, closed: bool) -> Verdict:
    if wish == rank:
        return Verdict.PLACED
    if 0 <= rank < wish:
        return Verdict.NOT_NEEDED
    return Verdict.NO_SEATS if closed else Verdict.BELOW_CUTOFF


def _place(lines: Lines, post: int, value: int) -> int:
    line = lines.values[lines.first[post] : lines.first[post + 1]]
    # The line falls: search it from its end, where it rises.
    return 1 + line.size - int(np.searchsorted(line[::-1], np.uint64(value), side="right"))


def _split(value: int) -> Priority:
    return Priority(key=value >> int(POST_BITS), lottery=value & int(LOW))
