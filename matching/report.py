"""What a clearing did, for a post and for an authority: refusals, fill, ranks, fairness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.errors import ShapeMismatchError, UnknownPostError
from matching.explain import SHOWN_FROM, Lines
from matching.outcome import Outcome, count_placed, find_ranks
from matching.problem import LOW, Problem


@dataclass(frozen=True, slots=True)
class PostReport:
    """A post's side of a clearing.

    Attributes:
        turned_away: students who would rather be here than where they are.
        short_of_score: of those, how many had a lower score than the cut-off's.
        short_of_lottery: of those, how many had its score and a lower lottery number.
    """

    seats: int
    placed: int
    wished: int
    turned_away: int
    short_of_score: int
    short_of_lottery: int


@dataclass(frozen=True, slots=True)
class GroupReport:
    """One group of students (a kind of school, a region) beside the others.

    Shares are None where fewer than the shown number belong to the group.
    """

    group: str
    students: int
    placed: float | None
    first_wish: float | None
    top_three: float | None
    mean_rank: float | None
    mean_value: float | None


def report_post(problem: Problem, outcome: Outcome, lines: Lines, *, post: int) -> PostReport:
    """Return who was turned away at a post and why, in counts.

    Raises: UnknownPostError. Cost: O(wishes); `lines` of `matching.explain.draw_up_lines`.

    >>> from matching.problem import build_problem
    >>> from matching.explain import draw_up_lines
    >>> from matching.solve import solve
    >>> market = build_problem(
    ...     indptr=[0, 1, 2, 3], posts=[0, 0, 0], keys=[5, 5, 4], seats=[1], lottery=[1, 0, 2]
    ... )
    >>> outcome = solve(market)
    >>> report_post(market, outcome, draw_up_lines(market, outcome), post=0)
    PostReport(seats=1, placed=1, wished=3, turned_away=2, short_of_score=1, short_of_lottery=1)
    """
    if not 0 <= post < problem.posts:
        raise UnknownPostError(row=0, post=post)
    line = lines.values[lines.first[post] : lines.first[post + 1]]
    placed = int(lines.placed[post])
    limit = outcome.cutoffs[post]
    short = line[line < limit]
    scored = int(np.count_nonzero((short & ~LOW) < (limit & ~LOW)))
    wished = int(np.count_nonzero((problem.wishes & LOW).astype(np.int64) == post))
    return PostReport(
        int(problem.seats[post]), placed, wished, short.size, scored, short.size - scored
    )


def report_groups(
    problem: Problem,
    matching: NDArray[np.int32],
    *,
    groups: Sequence[str],
    values: NDArray[np.float64] | None = None,
    shown_from: int = SHOWN_FROM,
) -> list[GroupReport]:
    """Return how groups of students fared, by name.

    Args:
        problem: the market.
        matching: (n,) posts.
        groups: (n,) name of each student's group.
        values: (e,) relevance, distance (steps between regions, say) or the like of each wish; its
            mean over placed students is reported.
        shown_from: groups of fewer students are named with their size alone.

    Raises: ShapeMismatchError. Cost: O(e).

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 1, 2], posts=[0, 0], keys=[5, 4], seats=[1], lottery=[1, 0]
    ... )
    >>> rows = report_groups(
    ...     market, np.array([0, -1], dtype=np.int32), groups=["a", "a"], shown_from=1
    ... )
    >>> rows[0].placed, rows[0].mean_rank
    (0.5, 1.0)
    """
    if len(groups) != problem.students:
        raise ShapeMismatchError(name="groups", wanted=problem.students, given=len(groups))
    if values is not None and values.shape != problem.wishes.shape:
        raise ShapeMismatchError(name="values", wanted=problem.wishes.size, given=values.size)
    ranks = find_ranks(problem, matching)
    names, member = np.unique(np.array(groups, dtype=object).astype(str), return_inverse=True)
    return [
        _report_group(problem, ranks, np.flatnonzero(member == at), (str(name), values, shown_from))
        for at, name in enumerate(names)
    ]


def _report_group(
    problem: Problem,
    ranks: NDArray[np.int32],
    students: NDArray[np.int64],
    named: tuple[str, NDArray[np.float64] | None, int],
) -> GroupReport:
    name, values, shown_from = named
    if students.size < shown_from:
        return GroupReport(name, students.size, None, None, None, None, None)
    own = ranks[students]
    seated = students[own >= 0]
    places = problem.indptr[seated] + ranks[seated]
    return GroupReport(
        name,
        students.size,
        float(np.mean(own >= 0)),
        float(np.mean(own == 0)),
        float(np.mean((own >= 0) & (own < 3))),
        float(np.mean(ranks[seated] + 1)) if seated.size else None,
        float(np.mean(values[places])) if values is not None and seated.size else None,
    )


def share_filled(problem: Problem, matching: NDArray[np.int32]) -> float:
    """Return the share of all seats that are taken, 0 where there are none.

    Shapes: matching (n,). Cost: O(n + m).

    >>> from matching.problem import build_problem
    >>> market = build_problem(indptr=[0, 1], posts=[0], keys=[5], seats=[4], lottery=[0])
    >>> share_filled(market, np.array([0], dtype=np.int32))
    0.25
    """
    seats = int(problem.seats.sum())
    return int(count_placed(problem, matching).sum()) / seats if seats else 0.0
