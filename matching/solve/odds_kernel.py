"""A market cleared under many lotteries, in numba: one small deferred acceptance after another."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from matching.jit import kernel
from matching.solve.kernel import hold
from matching.solve.tables import BOARD, CLOSED, LOW, MARKET, Board, Market

_ONE = np.uint64(1)
_COUNTS = types.Array(types.uint32, 1, "C")
_ORDER = types.Array(types.int32, 1, "C", readonly=True)
_NUMBERS = types.Array(types.uint32, 1, "C")


@kernel()
def _mix(state: np.uint64) -> np.uint64:
    """Return the next random word after a counter (SplitMix64: Steele, Lea and Flood 2014)."""
    word = np.uint64(state * np.uint64(0x9E3779B97F4A7C15))
    word = np.uint64((word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9))
    word = np.uint64((word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB))
    return np.uint64(word ^ (word >> np.uint64(31)))


@kernel()
def _shuffle(lottery: NDArray[np.uint32], holder: NDArray[np.uint32], seed: np.uint64) -> None:
    """Draw the lottery anew (Fisher and Yates; the bias of the product is below 2**-32)."""
    for number in range(holder.size):  # from the same order each time: the seed alone decides
        holder[number] = number
    for last in range(holder.size - 1, 0, -1):
        word = _mix(np.uint64(seed + np.uint64(last)))
        other = np.int64(((word >> np.uint64(32)) * np.uint64(last + 1)) >> np.uint64(32))
        swapped = holder[other]
        holder[other] = holder[last]
        holder[last] = swapped
    for number in range(holder.size):
        lottery[holder[number]] = number


@kernel()
def _reset(market: Market, board: Board) -> None:
    for post in range(market.seats.size):
        board.held[post] = 0
        board.cutoff[post] = CLOSED if market.seats[post] == 0 else np.uint64(0)
    for student in range(board.tried.size):
        board.tried[student] = 0


@kernel()
def _propose(market: Market, board: Board, student: np.uint64) -> np.uint64:
    """Let a student propose until a post holds them; return the priority let go, or 0."""
    base = np.uint64(market.indptr[student])
    wish = base + np.uint64(board.tried[student])
    end = np.uint64(market.indptr[student + _ONE])
    number = np.uint64(market.lottery[student])
    out = np.uint64(0)
    while wish < end:
        edge = market.wishes[wish]
        post = np.uint64(edge & LOW)
        value = np.uint64((edge & ~LOW) | number)
        if value > board.cutoff[post]:
            out = hold(market, board, post, value)
            break
        wish += _ONE
    board.tried[student] = wish - base
    return out


@kernel(types.void(MARKET, BOARD, _NUMBERS, _NUMBERS, _COUNTS, types.uint64[::1], _ORDER))
def count_places(
    market: Market,
    board: Board,
    lottery: NDArray[np.uint32],
    holder: NDArray[np.uint32],
    counts: NDArray[np.uint32],
    seeds: NDArray[np.uint64],
    order: NDArray[np.int32],
) -> None:
    """Clear the market once per seed; count at each wish how often its student sat there.

    Students propose in `order`, which changes no result (McVitie and Wilson 1971): where the
    strongest come first, fewer are displaced again.

    `market.lottery` and `market.holder` are read-only views of `lottery` and `holder`.
    """
    for seed in seeds:
        _shuffle(lottery, holder, seed)
        _reset(market, board)
        for starter in order:
            out = _propose(market, board, np.uint64(starter))
            while out != np.uint64(0):
                loser = np.uint64(market.holder[out & LOW])
                board.tried[loser] += 1
                out = _propose(market, board, loser)
        for student in range(lottery.size):
            wish = np.uint64(market.indptr[student]) + np.uint64(board.tried[student])
            if wish < np.uint64(market.indptr[student + 1]):
                counts[wish] += 1
