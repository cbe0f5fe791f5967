"""What a clearing takes of memory, stated before it starts."""

from __future__ import annotations

# The interpreter, numpy, numba and its compiled kernels, measured at 0.3 GB and rounded up.
_PROCESS = 400_000_000
_PER_WISH_GIVEN = 4 + 4  # post and key, as the caller holds them
_PER_WISH = 8  # packed
# indptr and lottery of the caller and again of the problem, then holder, tried, matching, turn
_PER_STUDENT = 2 * (8 + 4) + 4 + 2 + 4 + 4
# seats of the caller, of the problem and the stamp; then first, held, cut-off
_PER_POST = 3 * 4 + 8 + 4 + 8
_PER_SEAT = 8


def bound_memory(*, students: int, wishes: int, posts: int, seats: int) -> int:
    """Return the most bytes that one process takes to build and clear a market without caps.

    The caller's arrays count: posts as int32, keys as uint32, indptr as int64, seats as int32,
    lottery as uint32. Shards take 8 bytes more per seat and shard.

    Args:
        students: how many.
        wishes: of all students together.
        posts: how many.
        seats: of all posts together, 0 or more.

    Cost: none. Source: the arrays of `matching.problem`, `matching.solve.tables`; the tests hold
    the bound against their sizes, `make scale` against a whole process.

    >>> bound_memory(students=10_000_000, wishes=200_000_000, posts=1_000_000, seats=10_000_000)
    4092000000
    """
    per_wish = (_PER_WISH_GIVEN + _PER_WISH) * wishes
    return _PROCESS + per_wish + _PER_STUDENT * students + _PER_POST * posts + _PER_SEAT * seats
