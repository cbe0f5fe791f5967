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
_LINES = types.Tuple(
    tuple(types.Array(scalar, 1, "C") for scalar in (types.uint64, types.int32, types.uint16))
)
_Lines = tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.uint16]]


@allocating_kernel(_LINES(_FIXED, _WISHES, _NUMBERS, _INTS))
def form_lines(
    indptr: NDArray[np.int64],
    wishes: NDArray[np.uint64],
    lottery: NDArray[np.uint32],
    first: NDArray[np.int64],
) -> _Lines:
    """Return priorities (falling), students and ranks of every line, at the places of `first`.

    Cost: O(e log line) time, 14 bytes per place.
    """
    size = first[-1]
    value = np.zeros(size, dtype=np.uint64)
    who = np.zeros(size, dtype=np.int32)
    rank = np.zeros(size, dtype=np.uint16)
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
    return value, who, rank


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
