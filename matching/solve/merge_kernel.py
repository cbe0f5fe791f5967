"""Fold one part's held students into a board, in numba."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from matching.jit import kernel
from matching.solve.kernel import hold
from matching.solve.tables import BOARD, LOW, MARKET, Board, Market

_HEAP = types.Array(types.uint64, 1, "C")
_SIZES = types.Array(types.int32, 1, "C")


@kernel(types.int64(MARKET, BOARD, _HEAP, _SIZES, _SIZES))
def fold(
    market: Market,
    board: Board,
    heap: NDArray[np.uint64],
    held: NDArray[np.int32],
    losers: NDArray[np.int32],
) -> int:
    """Let each post take what a part of it holds; write down who loses a seat, return how many."""
    count = 0
    for post in range(market.seats.size):
        end = market.first[post + 1]
        for at in range(end - held[post], end):  # a heap is filled from its end
            value = np.uint64(heap[at])
            out = value
            if value > board.cutoff[post]:
                out = hold(market, board, np.uint64(post), value)
            if out != np.uint64(0):
                loser = np.int64(market.holder[out & LOW])
                board.matching[loser] = -1
                board.tried[loser] += 1
                losers[count] = loser
                count += 1
    return count
