"""Deferred acceptance in numba: many proposal chains in flight, each hiding the others' waits."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from matching.jit import kernel
from matching.solve.prefetch import prefetch
from matching.solve.tables import BOARD, LANES, LOW, MARKET, Board, Lanes, Market

LANE_COUNT = 24

_IDLE, _LOAD, _LOOK, _SCAN, _OFFER = -1, 0, 1, 2, 3
_ZERO, _ONE, _TWO = np.uint64(0), np.uint64(1), np.uint64(2)


@kernel()
def _sift_up(heap: NDArray[np.uint64], base: np.uint64, place: np.uint64, value: np.uint64) -> None:
    """Put `value` into a heap at `place` and let it rise."""
    while place > _ZERO:
        parent = (place - _ONE) >> _ONE
        if heap[base + parent] <= value:
            break
        heap[base + place] = heap[base + parent]
        place = parent
    heap[base + place] = value


@kernel()
def _sift_down(
    heap: NDArray[np.uint64], base: np.uint64, size: np.uint64, value: np.uint64
) -> None:
    """Replace a heap's least value by `value` and let it sink."""
    place = _ZERO
    while True:
        child = _TWO * place + _ONE
        if child >= size:
            break
        if child + _ONE < size:
            child += np.uint64(heap[base + child + _ONE] < heap[base + child])
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
        board.held[post] = size + _ONE
        _sift_up(heap, base, size, value)
        if size + _ONE == seats:
            board.cutoff[post] = heap[base]
        return _ZERO
    out = heap[base]
    _sift_down(heap, base, seats, value)
    board.cutoff[post] = heap[base]
    return out


@kernel()
def _load(market: Market, board: Board, lanes: Lanes, lane: int) -> None:
    student = lanes.student[lane]
    base = np.uint64(market.indptr[student])
    wish = base + np.uint64(board.tried[student])
    lanes.wish[lane] = wish
    lanes.end[lane] = np.uint64(market.indptr[student + _ONE])
    prefetch(market.wishes, wish)
    prefetch(market.lottery, student)
    lanes.stage[lane] = _LOOK


@kernel()
def _look(market: Market, board: Board, lanes: Lanes, lane: int) -> bool:
    """Ask for the post of the next wish; True when the list is at its end."""
    wish = lanes.wish[lane]
    if wish >= lanes.end[lane]:
        board.matching[lanes.student[lane]] = -1
        return True
    post = np.uint64(market.wishes[wish] & LOW)
    prefetch(board.cutoff, post)
    prefetch(market.first, post)
    lanes.stage[lane] = _SCAN
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
            lanes.stage[lane] = _OFFER
            prefetch(board.heap, np.uint64(market.first[post]))
            prefetch(board.held, post)
            return False
        wish += _ONE
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
        lanes.wish[lane] = wish + _ONE
        lanes.stage[lane] = _SCAN
        return False
    board.tried[student] = wish - np.uint64(market.indptr[student])
    board.matching[student] = post
    out = hold(market, board, post, value)
    if out == _ZERO:
        return True
    loser = np.uint64(market.holder[out & LOW])
    board.tried[loser] += 1
    lanes.student[lane] = loser
    lanes.stage[lane] = _LOAD
    prefetch(market.indptr, loser)
    return False


@kernel()
def _advance(market: Market, board: Board, lanes: Lanes, lane: int) -> bool:
    """Take one lane one stage further; True when its chain is done."""
    stage = lanes.stage[lane]
    if stage == _LOAD:
        _load(market, board, lanes, lane)
        return False
    if stage == _LOOK:
        return _look(market, board, lanes, lane)
    if stage == _SCAN:
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
            lanes.stage[lane] = _LOAD
            taken += 1
            live += 1
    while live > 0:
        for lane in range(lanes.stage.size):
            if lanes.stage[lane] == _IDLE or not _advance(market, board, lanes, lane):
                continue
            if taken < todo.size:
                lanes.student[lane] = np.uint64(todo[taken])
                lanes.stage[lane] = _LOAD
                taken += 1
            else:
                lanes.stage[lane] = _IDLE
                live -= 1
