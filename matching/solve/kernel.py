"""Deferred acceptance in numba: a block of students proposes at once and shares the waits."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from matching.jit import kernel
from matching.prefetch import prefetch
from matching.solve.tables import BLOCK, BOARD, LOW, MARKET, Block, Board, Market

ZERO, ONE, TWO = np.uint64(0), np.uint64(1), np.uint64(2)

# A cache line has eight words; what is read next of a list and of a heap may lie in the line after.
_WISHES_AHEAD = np.uint64(3)
_HEAP_AHEAD = np.uint64(6)


@kernel()
def sift_down(
    heap: NDArray[np.uint64], base: np.uint64, place: np.uint64, size: np.uint64, value: np.uint64
) -> None:
    """Put `value` into a heap of `size` at `place` and let it sink."""
    while True:
        child = TWO * place + ONE
        if child >= size:
            break
        if child + ONE < size:
            child += np.uint64(heap[base + child + ONE] < heap[base + child])
        if heap[base + child] >= value:
            break
        heap[base + place] = heap[base + child]
        place = child
    heap[base + place] = value


@kernel()
def hold(market: Market, board: Board, post: np.uint64, value: np.uint64) -> np.uint64:
    """Let `post` hold a priority above its cut-off; return the priority it lets go, or 0.

    A heap is filled from its last place to its first (as Floyd 1964 builds one): taking an open
    seat and taking the least one's are the same sinking, from different places.
    """
    base = np.uint64(market.first[post])
    seats = np.uint64(market.first[post + ONE]) - base
    size = np.uint64(board.held[post])
    if size < seats:
        size += ONE
        board.held[post] = size
        sift_down(board.heap, base, seats - size, seats, value)
        if size == seats:
            board.cutoff[post] = board.heap[base]
        return ZERO
    out = board.heap[base]
    sift_down(board.heap, base, ZERO, seats, value)
    board.cutoff[post] = board.heap[base]
    return out


@kernel()
def gather(
    market: Market, board: Board, block: Block, refused: int, todo: NDArray[np.int32]
) -> int:
    """Fill the block: first with the refused, who count that wish as tried, then from `todo`.

    Return how many of `todo` found a place.
    """
    for at in range(refused):
        student = np.uint64(market.holder[block.refused[at]])
        block.student[at] = student
        prefetch(market.indptr, student)
        prefetch(board.tried, student)
    taken = min(block.student.size - refused, todo.size)
    for at in range(taken):
        student = np.uint64(todo[at])
        block.student[refused + at] = student
        prefetch(market.indptr, student)
        prefetch(board.tried, student)
    for at in range(refused):
        board.tried[block.student[at]] += 1
    return taken


@kernel()
def load(market: Market, board: Board, block: Block, count: int) -> None:
    """Find where each student's list goes on and where it ends."""
    for at in range(count):
        student = block.student[at]
        wish = np.uint64(market.indptr[student]) + np.uint64(board.tried[student])
        block.wish[at] = wish
        block.end[at] = np.uint64(market.indptr[student + ONE])
        prefetch(market.wishes, wish)
        prefetch(market.wishes, wish + _WISHES_AHEAD)
        prefetch(market.lottery, student)


@kernel()
def look(market: Market, board: Board, block: Block, count: int) -> None:
    """Ask for the cut-off of each student's next wish."""
    for at in range(count):
        wish = block.wish[at]
        if wish < block.end[at]:
            prefetch(board.cutoff, np.uint64(market.wishes[wish] & LOW))


@kernel()
def scan(market: Market, board: Board, block: Block, count: int) -> int:
    """Go to each student's first wish above its cut-off; who has none leaves the block.

    Return how many stay.
    """
    staying = 0
    for at in range(count):
        student = block.student[at]
        wish = block.wish[at]
        end = block.end[at]
        number = np.uint64(market.lottery[student])
        post = ZERO
        while wish < end:
            edge = market.wishes[wish]
            post = np.uint64(edge & LOW)
            if ((edge & ~LOW) | number) > board.cutoff[post]:
                break
            wish += ONE
        board.tried[student] = wish - np.uint64(market.indptr[student])
        if wish == end:
            board.matching[student] = -1
            continue
        block.student[staying] = student
        block.wish[staying] = wish
        staying += 1
        first = np.uint64(market.first[post])
        prefetch(board.heap, first)
        prefetch(board.heap, first + _HEAP_AHEAD)
        prefetch(board.held, post)
    return staying


@kernel()
def _offer(market: Market, board: Board, block: Block, count: int) -> int:
    """Let each student propose; write down the lottery number of whoever is refused.

    Return how many those are.
    """
    refused = 0
    for at in range(count):
        student = block.student[at]
        edge = market.wishes[block.wish[at]]
        post = np.uint64(edge & LOW)
        value = np.uint64((edge & ~LOW) | np.uint64(market.lottery[student]))
        out = value  # where another of the block has raised the cut-off since the scan
        if value > board.cutoff[post]:
            board.matching[student] = post
            out = hold(market, board, post, value)
        if out != ZERO:
            number = np.uint64(out & LOW)
            block.refused[refused] = number
            refused += 1
            prefetch(market.holder, number)
    return refused


@kernel(types.void(MARKET, BOARD, BLOCK, types.Array(types.int32, 1, "C", readonly=True)))
def propose_all(market: Market, board: Board, block: Block, todo: NDArray[np.int32]) -> None:
    """Let the students of `todo` propose, each from `board.tried` on, until nobody is refused.

    1. A block of students goes through load, look, scan, offer together; each stage asks the
       memory for what the next one reads, so that the block waits once and not each student.
    2. The refused are the beginning of the next block, the next of `todo` the rest.

    The order of proposals does not change the result (McVitie and Wilson 1971).
    """
    refused = 0
    while refused > 0 or todo.size > 0:
        taken = gather(market, board, block, refused, todo)
        todo = todo[taken:]
        count = refused + taken
        load(market, board, block, count)
        look(market, board, block, count)
        count = scan(market, board, block, count)
        refused = _offer(market, board, block, count)
