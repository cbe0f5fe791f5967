"""What a clearing gives: a post per student and one cut-off per post."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.problem import LOW, Problem

CLOSED = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A matching and its cut-offs.

    Attributes:
        matching: (n,) int32; the student's post, -1 where none.
        cutoffs: (m,) uint64; the least priority held (key << 32 | lottery number) where all seats
            are taken, 0 where a seat is open, 2**64 - 1 where there are no seats. Every student
            sits at the first wish whose cut-off they reach.
    """

    matching: NDArray[np.int32]
    cutoffs: NDArray[np.uint64]


def priorities_of(problem: Problem, student: int) -> NDArray[np.uint64]:
    """Return a student's priority at each wish: (wishes,) uint64, key << 32 | lottery number.

    Cost: O(wishes of the student).

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> [(int(one) >> 32, int(one) & 1) for one in priorities_of(market, 0)]
    [(5, 1), (1, 1)]
    """
    wishes = problem.wishes[problem.indptr[student] : problem.indptr[student + 1]]
    return (wishes & ~LOW) | np.uint64(problem.lottery[student])


def find_ranks(problem: Problem, matching: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return at which wish each student sits: (n,) int32 counted from 0, -1 where at none.

    Cost: O(e) in numpy.
    Shapes: matching (n,).

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> find_ranks(market, np.array([1, 0], dtype=np.int32)).tolist()
    [1, 0]
    """
    owner = np.repeat(np.arange(problem.students, dtype=np.int32), np.diff(problem.indptr))
    posts = (problem.wishes & LOW).astype(np.int64)
    hits = np.flatnonzero(posts == matching[owner])
    ranks = np.full(problem.students, -1, dtype=np.int32)
    ranks[owner[hits]] = hits - problem.indptr[owner[hits]]
    return ranks


def count_placed(problem: Problem, matching: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return how many students each post holds: (m,) int64.

    Shapes: matching (n,). Cost: O(n + m).

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> count_placed(market, np.array([1, 0], dtype=np.int32)).tolist()
    [1, 1]
    """
    return np.bincount(matching[matching >= 0], minlength=problem.posts)
