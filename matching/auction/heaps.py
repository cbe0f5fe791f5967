"""Min-heaps of bids in one flat array, as numba kernels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.auction.tables import Whole
from matching.jit import kernel


@kernel()
def push(heap: NDArray[np.uint64], base: Whole, size: Whole, value: np.uint64) -> None:
    """Add `value` to a heap of `size` values that begins at `base`."""
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if heap[base + above] <= value:
            break
        heap[base + place] = heap[base + above]
        place = above
    heap[base + place] = value


@kernel()
def replace(heap: NDArray[np.uint64], base: Whole, size: Whole, value: np.uint64) -> None:
    """Replace the least value of a heap by `value`."""
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and heap[base + child + 1] < heap[base + child]:
            child += 1
        if heap[base + child] >= value:
            break
        heap[base + place] = heap[base + child]
        place = child
    heap[base + place] = value
