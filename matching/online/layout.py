"""Lines before posts from rows of wishes, in numba: count, place, then sort each line."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from matching.jit import allocating_kernel, kernel

_INTS = types.Array(types.int64, 1, "C")
_FIXED = types.Array(types.int64, 1, "C", readonly=True)
_WISHES = types.Array(types.uint64, 1, "C", readonly=True)
_NUMBERS = types.Array(types.uint32, 1, "C", readonly=True)
_PRIORITIES = types.Array(types.uint64, 1, "C")
_STUDENTS = types.Array(types.int32, 1, "C")
_RANKS = types.Array(types.uint16, 1, "C")
Lines = tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.uint16]]


def form_lines(
    indptr: NDArray[np.int64],
    wishes: NDArray[np.uint64],
    lottery: NDArray[np.uint32],
    first: NDArray[np.int64],
) -> Lines:
    """Return priorities (falling), students and ranks of every line, at the places of `first`.

    Shapes: indptr (n + 1,), wishes (e,), lottery (n,), first (m + 1,); each result (first[-1],).
    Cost: O(e log line) time, 14 bytes per place. numpy makes the arrays, and not the kernel: large
    ones then lie in large pages of memory, and events look into them anywhere.
    """
    size = int(first[-1])
    lines = (np.zeros(size, np.uint64), np.zeros(size, np.int32), np.zeros(size, np.uint16))
    _form(indptr, wishes, lottery, first, *lines)
    return lines


@allocating_kernel(
    types.void(_FIXED, _WISHES, _NUMBERS, _INTS, _PRIORITIES, _STUDENTS, _RANKS),
)
def _form(
    indptr: NDArray[np.int64],
    wishes: NDArray[np.uint64],
    lottery: NDArray[np.uint32],
    first: NDArray[np.int64],
    value: NDArray[np.uint64],
    who: NDArray[np.int32],
    rank: NDArray[np.uint16],
) -> None:
    end = first[:-1].copy()
    for student in range(indptr.size - 1):
        for wish in range(indptr[student], indptr[student + 1]):
            post = np.int64(wishes[wish] & np.uint64(0xFFFFFFFF))
            key = wishes[wish] & np.uint64(0xFFFFFFFF00000000)
            value[end[post]] = ~(key | np.uint64(lottery[student]))
            who[end[post]] = student
            rank[end[post]] = wish - indptr[student]
            end[post] += 1
    for post in range(first.size - 1):
        begin, stop = first[post], end[post]
        order = np.argsort(value[begin:stop])
        value[begin:stop] = ~value[begin:stop][order]
        who[begin:stop] = who[begin:stop][order]
        rank[begin:stop] = rank[begin:stop][order]


@kernel(
    types.void(
        _INTS,
        _INTS,
        types.Array(types.int32, 1, "C"),
        types.Array(types.int32, 1, "C"),
        types.Array(types.int32, 1, "C"),
    )
)
def mark_worst(
    first: NDArray[np.int64],
    sizes: NDArray[np.int64],
    who: NDArray[np.int32],
    matching: NDArray[np.int32],
    worst: NDArray[np.int32],
) -> None:
    """Write the position of each post's least held student, -1 where it holds nobody."""
    for post in range(first.size - 1):
        for at in range(sizes[post] - 1, -1, -1):
            if matching[who[first[post] + at]] == post:
                worst[post] = at
                break
