"""What the auction's kernels see: arrays grouped as named tuples, with their numba types."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numba
import numpy as np
from numpy.typing import NDArray

LOW = np.uint64(0xFFFFFFFF)
POST_BITS = np.uint64(32)
EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
UNITS_MAX = 2**31 - 2  # a bid in whole units; prices fit int32 with room for "closed"
CLOSED = np.int32(2**31 - 1)


Whole: TypeAlias = int | np.int64  # numba gives either the same 64 bits


class Sale(NamedTuple):
    """The fixed part: pairs in whole units of weight, and where each post's heap begins."""

    indptr: NDArray[np.int64]
    pairs: NDArray[np.uint64]  # weight in units << 32 | post
    seats: NDArray[np.int32]
    first: NDArray[np.int64]


class Room(NamedTuple):
    """What changes while students bid."""

    heap: NDArray[np.uint64]  # per post a min-heap of bid << 32 | student
    held: NDArray[np.int32]
    price: NDArray[np.int32]  # least bid held once a post is full; CLOSED where no seats are
    matching: NDArray[np.int32]


class Bidders(NamedTuple):
    """Bidding chains in flight."""

    student: NDArray[np.int64]
    post: NDArray[np.int64]
    bid: NDArray[np.int64]
    stage: NDArray[np.int64]


class Tree(NamedTuple):
    """Nested caps: nodes are the m posts, then the g groups; each group has a heap of children."""

    parent: NDArray[np.int64]  # node above, -1 for none
    caps: NDArray[np.int64]
    held: NDArray[np.int64]
    least: NDArray[np.uint64]  # least bid held within a node, EMPTY where none
    children: NDArray[np.int64]  # the groups' heaps of children by `least`, one after the other
    first: NDArray[np.int64]  # (g + 1,) where a group's children begin
    place: NDArray[np.int64]  # a node's place in the heap of the group above it


def _signed(size: int = 0) -> NDArray[np.int64]:
    return np.zeros(size, dtype=np.int64)


def open_bidders(count: int) -> Bidders:
    """Return `count` idle chains."""
    return Bidders(_signed(count), _signed(count), _signed(count), np.full(count, -1))


_KEYS = np.zeros(0, dtype=np.uint64)
_SMALL = np.zeros(0, dtype=np.int32)
SALE = numba.typeof(Sale(_signed(), _KEYS, _SMALL, _signed()))
ROOM = numba.typeof(Room(_KEYS, _SMALL, _SMALL, _SMALL))
BIDDERS = numba.typeof(open_bidders(0))
TREE = numba.typeof(Tree(_signed(), _signed(), _signed(), _KEYS, _signed(), _signed(), _signed()))
