"""Which priority a claim to a post has to beat: recomputed from a matching alone, caps included."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.problem import Problem

_NOBODY = np.uint64(0xFFFFFFFFFFFFFFFF)


def claim_limits(
    problem: Problem, held: NDArray[np.int64], worst: NDArray[np.uint64]
) -> tuple[NDArray[np.uint64], int]:
    """Return what a claim to each post must beat, and how many posts and hard groups are overfull.

    0 where no node from the post upwards is full; the least priority of the smallest full node
    where there is one; a number that nobody beats where that node holds nobody.

    Args:
        problem: the market.
        held: (m,) students per post.
        worst: (m,) least priority per post, the greatest number where nobody is.

    Cost: O(m depth). Source: Kamada and Kojima 2015.

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> limits, overfull = claim_limits(market, np.array([1, 0]), np.array([9, 0], dtype=np.uint64))
    >>> limits.tolist(), overfull
    ([9, 0], 0)
    """
    limits = np.where(held >= problem.seats, worst, np.uint64(0))
    limits[problem.seats == 0] = _NOBODY
    overfull = int(np.count_nonzero(held > problem.seats))
    if problem.caps is None:
        return limits, overfull
    caps = problem.caps
    undecided = held < problem.seats
    at = np.where(undecided, caps.parent[: problem.posts], -1)
    members, least = _sum_up(problem, held, worst)
    room = np.full(caps.parent.size, np.iinfo(np.int64).max)
    room[problem.posts :][caps.hard] = caps.limits[caps.hard]
    full = members >= room
    while (at >= 0).any():
        here = at >= 0
        decided = np.zeros_like(here)
        decided[here] = full[at[here]]
        limits[decided] = least[at[decided]]
        limits[decided & (room[at] == 0)] = _NOBODY
        up = here & ~decided
        at = np.where(up, caps.parent[np.where(up, at, 0)], -1)
    return limits, overfull + int(np.count_nonzero(members > room))


def _sum_up(
    problem: Problem, held: NDArray[np.int64], worst: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return students and least priority of every post and group."""
    assert problem.caps is not None
    parent = problem.caps.parent
    members = np.zeros(parent.size, dtype=np.int64)
    least = np.full(parent.size, _NOBODY)
    at, count, low = np.arange(problem.posts), held, worst
    while at.size:
        np.add.at(members, at, count)
        np.minimum.at(least, at, low)
        up = parent[at] >= 0
        at, count, low = parent[at][up].astype(np.int64), count[up], low[up]
    return members, least
