"""The check in numpy: slower than the kernel, ready without numba, and a check of the kernel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.problem import Problem
from matching.verify.limits import claim_limits

_KEY = np.uint64(0xFFFFFFFF00000000)


def _spread(
    problem: Problem, matching: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64], NDArray[np.int64]]:
    """Return, per wish, its student, post and priority, and per student the wish they sit at."""
    owner = np.repeat(np.arange(problem.students), np.diff(problem.indptr))
    posts = (problem.wishes & ~_KEY).astype(np.int64)
    values = (problem.wishes & _KEY) | problem.lottery[owner].astype(np.uint64)
    place = problem.indptr[1:].copy()  # the end of the list: nowhere
    sits = np.flatnonzero(posts == matching[owner])
    place[owner[sits]] = sits
    return owner, posts, values, place


def _tally(
    problem: Problem, matching: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.uint64], int]:
    """Return students and least priority per post, and the placements outside their lists."""
    _, posts, values, place = _spread(problem, matching)
    placed = matching[(matching >= 0) & (matching < problem.posts)]
    held = np.bincount(placed, minlength=problem.posts)
    worst = np.full(problem.posts, np.iinfo(np.uint64).max)
    seated = place < problem.indptr[1:]
    np.minimum.at(worst, posts[place[seated]], values[place[seated]])
    return held, worst, int(np.count_nonzero((matching >= 0) & ~seated))


def count_blocking(
    problem: Problem, matching: NDArray[np.int32]
) -> tuple[int, int, int, tuple[int, int] | None]:
    """Return blocking pairs, overfull posts, unwished placements and the first blocking pair.

    Shapes: matching (n,). Cost: O(e) in numpy.

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> count_blocking(market, np.array([0, -1], dtype=np.int32))
    (1, 0, 0, (1, 0))
    """
    owner, posts, values, place = _spread(problem, matching)
    held, worst, unwished = _tally(problem, matching)
    limits, overfull = claim_limits(problem, held, worst)
    preferred = np.arange(posts.size) < place[owner]
    blocking = np.flatnonzero(preferred & (values > limits[posts]))
    first = (int(owner[blocking[0]]), int(posts[blocking[0]])) if blocking.size else None
    return blocking.size, overfull, unwished, first


def count_unproven(
    problem: Problem, matching: NDArray[np.int32], cutoffs: NDArray[np.uint64]
) -> tuple[int, int, int]:
    """Return misplaced students, overfull posts and cut-offs of posts with an open seat.

    Shapes: matching (n,), cutoffs (m,). Cost: O(e) in numpy.

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> count_unproven(market, np.array([1, 0], dtype=np.int32), np.zeros(2, dtype=np.uint64))
    (1, 0, 0)
    """
    owner, posts, values, place = _spread(problem, matching)
    held, worst, _ = _tally(problem, matching)
    limits, overfull = claim_limits(problem, held, worst)
    reached = np.flatnonzero(values >= cutoffs[posts])
    earliest = problem.indptr[1:].copy()
    np.minimum.at(earliest, owner[reached], reached)
    unwished = (matching >= 0) & (place == problem.indptr[1:])
    misplaced = int(np.count_nonzero((earliest != place) | unwished))
    if problem.caps is None:
        limits = np.where(held < problem.seats, np.uint64(0), np.iinfo(np.uint64).max)
    return misplaced, overfull, int(np.count_nonzero(cutoffs > limits))
