"""What a clearing takes of memory, stated before it starts."""

from __future__ import annotations

import numpy as np

from matching.problem import Problem
from matching.solve import KERNEL_FROM

# The interpreter, numpy, numba and its compiled kernels, measured at 0.3 GB and rounded up.
_PROCESS = 400_000_000
_PER_WISH_GIVEN = 4 + 4  # post and key, as the caller holds them
_PER_WISH = 8  # packed
# indptr and lottery of the caller and again of the problem, then holder, tried, matching, turn
_PER_STUDENT = 2 * (8 + 4) + 4 + 2 + 4 + 4
# seats of the caller, of the problem and the stamp; then first, held, cut-off
_PER_POST = 3 * 4 + 8 + 4 + 8
_PER_SEAT = 8
# A post or group under nested caps: the caps of the caller and those that bind, the forest with
# its trees, and what it takes to grow them.
_PER_NODE = 160

# What `match solve` takes beside the market: numba and the kernels, or below their size the lists
# of the plain engine and of the plain check; then owners and posts while the results are named.
_SMALL, _LARGE = 60_000_000, _PROCESS
_PER_WISH_PLAIN, _PER_WISH_NAMED = 80, 26
_PER_STUDENT_NAMED = 400
_PER_NODE_NAMED = 500


def bound_memory(*, students: int, wishes: int, posts: int, seats: int, groups: int = 0) -> int:
    """Return the most bytes that one process takes to build and clear a market.

    The caller's arrays count: posts as int32, keys as uint32, indptr as int64, seats as int32,
    lottery as uint32. Shards take 8 bytes more per seat and shard. Not covered: a central
    assignment (16 bytes per pair, `matching.auction.assign_central`), odds (4 bytes per wish and
    thread), names of students and posts, reading and writing files (`bound_run`).

    Args:
        students: how many.
        wishes: of all students together.
        posts: how many.
        seats: of all posts together, 0 or more.
        groups: of nested caps, 0 without.

    Cost: none. Source: the arrays of `matching.problem`, `matching.solve.tables`; the tests hold
    the bound against their sizes, `make scale` against a whole process.

    >>> bound_memory(students=10_000_000, wishes=200_000_000, posts=1_000_000, seats=10_000_000)
    4092000000
    """
    per_wish = (_PER_WISH_GIVEN + _PER_WISH) * wishes
    per_node = _PER_NODE * (posts + groups) if groups else 0
    own = _PER_STUDENT * students + _PER_POST * posts + _PER_SEAT * seats + per_node
    return _PROCESS + per_wish + own


def bound_run(*, students: int, wishes: int, posts: int, seats: int, groups: int = 0) -> int:
    """Return the most bytes that clearing, naming and checking take beside a market that was read.

    It is what `match solve` still needs after its files are read. Not covered: the files
    themselves while they are read, and ids of students or posts longer than some 50 characters.

    Args: as `bound_memory`.
    Cost: none. Source: measured (tests/matching/test_memory.py), rounded up.

    >>> bound_run(students=1_000_000, wishes=20_000_000, posts=100_000, seats=1_000_000)
    1378000000
    """
    small = wishes < KERNEL_FROM
    own = _PER_STUDENT_NAMED * students + _PER_NODE_NAMED * (posts + groups) + _PER_SEAT * seats
    per_wish = _PER_WISH_PLAIN if small else _PER_WISH_NAMED
    return (_SMALL if small else _LARGE) + per_wish * wishes + own


def bound_market(problem: Problem) -> int:
    """Return `bound_run` of a market.

    Cost: O(m). Source: as `bound_run`.

    >>> from matching.problem import build_problem
    >>> market = build_problem(indptr=[0, 1], posts=[0], keys=[5], seats=[4], lottery=[0])
    >>> bound_market(market)
    60001012
    """
    return bound_run(
        students=problem.students,
        wishes=problem.wishes.size,
        posts=problem.posts,
        seats=int(problem.seats.sum(dtype=np.int64)),
        groups=0 if problem.caps is None else problem.caps.limits.size,
    )
