"""Deferred acceptance in numba: many proposal chains in flight, each hiding the others' waits."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from matching.jit import kernel
from matching.prefetch import prefetch
from matching.solve.tables import BOARD, LANES, LOW, MARKET, Board, Lanes, Market

LANE_COUNT = 24

IDLE, LOAD, LOOK, SCAN, OFFER = -1, 0, 1, 2, 3
ZERO, ONE, TWO = np.uint64(0), np.uint64(1), np.uint64(2)


@kernel()
def sift_up(heap: NDArray[np.uint64], base: np.uint64, place: np.uint64, value: np.uint64) -> None:
    """Put `value` into a heap at `place` and let it rise."""
    while place > ZERO:
        parent = (place - ONE) >> ONE
        if heap[base + parent] <= value:
            break
        heap[base + place] = heap[base + parent]
        place = parent
    heap[base + place] = value


@kernel()
def sift_down(heap: NDArray[np.uint64], base: np.uint64, size: np.uint64, value: np.uint64) -> None:
    """Replace a heap's least value by `value` and let it sink."""
    place = ZERO
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
    """Let `post` hold a priority above its cut-off; return the priority it lets go, or 0."""
    heap = board.heap
    base = np.uint64(market.first[post])
    seats = np.uint64(market.seats[post])
    size = np.uint64(board.held[post])
    if size < seats:
        board.held[post] = size + ONE
        sift_up(heap, base, size, value)
        if size + ONE == seats:
            board.cutoff[post] = heap[base]
        return ZERO
    out = heap[base]
    sift_down(heap, base, seats, value)
    board.cutoff[post] = heap[base]
    return out


@kernel()
def load(market: Market, board: Board, lanes: Lanes, lane: int) -> None:
    student = lanes.student[lane]
    base = np.uint64(market.indptr[student])
    wish = base + np.uint64(board.tried[student])
    lanes.wish[lane] = wish
    lanes.end[lane] = np.uint64(market.indptr[student + ONE])
    prefetch(market.wishes, wish)
    prefetch(market.lottery, student)
    lanes.stage[lane] = LOOK


@kernel()
def look(market: Market, board: Board, lanes: Lanes, lane: int) -> bool:
    """Ask for the post of the next wish; True when the list is at its end."""
    wish = lanes.wish[lane]
    if wish >= lanes.end[lane]:
        board.matching[lanes.student[lane]] = -1
        return True
    post = np.uint64(market.wishes[wish] & LOW)
    prefetch(board.cutoff, post)
    prefetch(market.first, post)
    lanes.stage[lane] = SCAN
    return False


@kernel()
def _scan(market: Market, board: Board, lanes: Lanes, lane: int) -> bool:
    """Go to the first wish above its cut-off; True when there is none."""
    student = lanes.student[lane]
    wish = lanes.wish[lane]
    end = lanes.end[lane]
    number = np.uint64(market.lottery[student])
    while wish < end:
        edge = market.wishes[wish]
        post = np.uint64(edge & LOW)
        if ((edge & ~LOW) | number) > board.cutoff[post]:
            lanes.wish[lane] = wish
            lanes.stage[lane] = OFFER
            prefetch(board.heap, np.uint64(market.first[post]))
            prefetch(board.held, post)
            return False
        wish += ONE
    board.tried[student] = wish - np.uint64(market.indptr[student])
    board.matching[student] = -1
    return True


@kernel()
def _offer(market: Market, board: Board, lanes: Lanes, lane: int) -> bool:
    """Propose; go on with the student who is let go; True when nobody is."""
    student = lanes.student[lane]
    wish = lanes.wish[lane]
    edge = market.wishes[wish]
    post = np.uint64(edge & LOW)
    value = np.uint64((edge & ~LOW) | np.uint64(market.lottery[student]))
    if value <= board.cutoff[post]:  # another lane raised it since the scan
        lanes.wish[lane] = wish + ONE
        lanes.stage[lane] = SCAN
        return False
    board.tried[student] = wish - np.uint64(market.indptr[student])
    board.matching[student] = post
    out = hold(market, board, post, value)
    if out == ZERO:
        return True
    loser = np.uint64(market.holder[out & LOW])
    board.tried[loser] += 1
    lanes.student[lane] = loser
    lanes.stage[lane] = LOAD
    prefetch(market.indptr, loser)
    return False


@kernel()
def _advance(market: Market, board: Board, lanes: Lanes, lane: int) -> bool:
    """Take one lane one stage further; True when its chain is done."""
    stage = lanes.stage[lane]
    if stage == LOAD:
        load(market, board, lanes, lane)
        return False
    if stage == LOOK:
        return look(market, board, lanes, lane)
    if stage == SCAN:
        return _scan(market, board, lanes, lane)
    return _offer(market, board, lanes, lane)


@kernel(types.void(MARKET, BOARD, LANES, types.Array(types.int32, 1, "C", readonly=True)))
def propose_all(market: Market, board: Board, lanes: Lanes, todo: NDArray[np.int32]) -> None:
    """Let the students of `todo` propose, each from `board.tried` on, until nobody is refused.

    1. Each lane takes a student and goes through load, look, scan, offer; each stage asks the
       memory for what the next one reads.
    2. A refused student stays in the lane; a settled one gives the lane to the next of `todo`.

    The order of proposals does not change the result (McVitie and Wilson 1971).
    """
    taken = 0
    live = 0
    for lane in range(lanes.stage.size):
        if taken < todo.size:
            lanes.student[lane] = np.uint64(todo[taken])
            lanes.stage[lane] = LOAD
            taken += 1
            live += 1
    while live > 0:
        for lane in range(lanes.stage.size):
            if lanes.stage[lane] == IDLE or not _advance(market, board, lanes, lane):
                continue
            if taken < todo.size:
                lanes.student[lane] = np.uint64(todo[taken])
                lanes.stage[lane] = LOAD
                taken += 1
            else:
                lanes.stage[lane] = IDLE
                live -= 1
