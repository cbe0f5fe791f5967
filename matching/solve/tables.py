"""What the kernels of the solver see: arrays grouped as named tuples, with their numba types."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from matching.problem import Problem, readonly

LOW = np.uint64(0xFFFFFFFF)
CLOSED = np.uint64(0xFFFFFFFFFFFFFFFF)

# Enough proposals to hide each other's waits, few enough for the first cache; 32 to 128 cost the
# same.
BLOCK_SIZE = 48


class Market(NamedTuple):
    """The fixed part of a market."""

    indptr: NDArray[np.int64]
    wishes: NDArray[np.uint64]
    seats: NDArray[np.int32]
    lottery: NDArray[np.uint32]
    holder: NDArray[np.uint32]  # student of a lottery number
    first: NDArray[np.int64]  # first place of a post's heap in `Board.heap`; one more at the end


class Board(NamedTuple):
    """What changes while proposals are made."""

    # all posts' heaps of held priorities, one after the other; each is filled from the end of its
    # places, and from their beginning under nested caps, where a heap shrinks again
    heap: NDArray[np.uint64]
    held: NDArray[np.int32]  # students held, per post
    cutoff: NDArray[np.uint64]  # least priority held once a post is full, else 0
    tried: NDArray[np.uint16]  # wishes already refused, per student
    matching: NDArray[np.int32]


class Block(NamedTuple):
    """Students who propose at once, and where in their lists they are."""

    student: NDArray[np.uint64]
    wish: NDArray[np.uint64]
    end: NDArray[np.uint64]
    refused: NDArray[np.uint64]  # lottery numbers: who goes on in the next block


def invert(lottery: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the student who holds each lottery number."""
    holder = np.empty(lottery.size, dtype=np.uint32)
    holder[lottery] = np.arange(lottery.size, dtype=np.uint32)
    return holder


def open_market(problem: Problem) -> Market:
    """Return the kernels' view of a problem (no copies of the wishes)."""
    first = np.zeros(problem.seats.size + 1, dtype=np.int64)
    np.cumsum(problem.seats, out=first[1:])
    return Market(
        readonly(problem.indptr),
        readonly(problem.wishes),
        readonly(problem.seats),
        readonly(problem.lottery),
        readonly(invert(problem.lottery)),
        readonly(first),
    )


def open_board(market: Market) -> Board:
    """Return an empty board: nobody held, every post with seats open, the others closed."""
    seats = market.seats
    return Board(
        np.empty(int(market.first[-1]), dtype=np.uint64),
        np.zeros(seats.size, dtype=np.int32),
        np.where(seats == 0, CLOSED, np.uint64(0)),
        np.zeros(market.lottery.size, dtype=np.uint16),
        np.full(market.lottery.size, -1, dtype=np.int32),
    )


def open_block() -> Block:
    """Return an empty block."""
    places = np.zeros((4, BLOCK_SIZE), dtype=np.uint64)
    return Block(*places)


def _example() -> tuple[Market, Board, Block]:
    market = open_market(
        Problem(
            readonly(np.zeros(1, dtype=np.int64)),
            readonly(np.empty(0, dtype=np.uint64)),
            readonly(np.empty(0, dtype=np.int32)),
            readonly(np.empty(0, dtype=np.uint32)),
        )
    )
    return market, open_board(market), open_block()


MARKET, BOARD, BLOCK = (numba.typeof(part) for part in _example())
