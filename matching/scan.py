"""Passes over millions of wishes that numpy would have to sort for, in numba."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from matching.jit import allocating_kernel, kernel

_FIXED = types.Array(types.int64, 1, "C", readonly=True)
_PACKED = types.Array(types.uint64, 1, "C")
_STAMPS = types.Array(types.int32, 1, "C")
_KEY_MAX = np.uint64(2**32 - 2)
_POST_BITS = np.uint64(32)
_ONE = np.uint64(1)


@allocating_kernel(
    types.int64(
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int32, 1, "C", readonly=True),
        types.int64,
    ),
)
def find_repeated(indptr: NDArray[np.int64], posts: NDArray[np.int32], count: int) -> int:
    """Return the first row whose post its student has already wished for, or -1.

    A stamp per post remembers who wished for it last. Cost: O(e), 4 bytes per post.
    """
    stamp = np.full(count, -1, dtype=np.int32)
    for student in range(indptr.size - 1):
        for row in range(indptr[student], indptr[student + 1]):
            if stamp[posts[row]] == student:
                return row
            stamp[posts[row]] = student
    return -1


@kernel(
    [
        types.int64(
            _FIXED,
            types.Array(post, 1, "C", readonly=True),
            types.Array(key, 1, "C", readonly=True),
            _PACKED,
            _STAMPS,
        )
        for post in (types.int32, types.int64)
        for key in (types.uint32, types.int64)
    ]
)
def pack_wishes(
    indptr: NDArray[np.int64],
    posts: NDArray[np.integer],  # int32 or int64
    keys: NDArray[np.integer],  # uint32 or int64
    wishes: NDArray[np.uint64],
    stamp: NDArray[np.int32],
) -> int:
    """Check and pack every wish in one pass; return the first row that is wrong in any way, or -1.

    `stamp` has one -1 per post. Unsigned comparison catches negative numbers too. Cost: O(e), each
    array read or written once.
    """
    count = np.uint64(stamp.size)
    for student in range(indptr.size - 1):
        for row in range(indptr[student], indptr[student + 1]):
            post = np.uint64(posts[row])
            key = np.uint64(keys[row])
            if post >= count or key - _ONE >= _KEY_MAX or stamp[post] == student:
                return row
            stamp[post] = student
            wishes[row] = (key << _POST_BITS) | post
    return -1
