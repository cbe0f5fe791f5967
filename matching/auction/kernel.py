"""The auction in numba: many bidding chains in flight, each hiding the others' waits."""

from __future__ import annotations

import numpy as np
from numba import types

from matching.auction.heaps import push, replace
from matching.auction.tables import (
    BIDDERS,
    LOW,
    POST_BITS,
    ROOM,
    SALE,
    Bidders,
    Room,
    Sale,
    Whole,
)
from matching.jit import kernel
from matching.prefetch import prefetch

LANE_COUNT = 16

_IDLE, _SCAN, _BID = -1, 0, 1
_LINE = 8  # pairs in one cache line


@kernel()
def _scan(sale: Sale, room: Room, bidders: Bidders, lane: Whole, step: Whole) -> bool:
    """Find the best post and what the second best leaves; True when nothing is worth a bid."""
    student = bidders.student[lane]
    best = 0
    second = 0
    chosen = -1
    for pair in range(sale.indptr[student], sale.indptr[student + 1]):
        edge = sale.pairs[pair]
        post = np.int64(edge & LOW)
        surplus = np.int64(edge >> POST_BITS) - np.int64(room.price[post])
        if surplus > second:
            if surplus > best:
                second = best
                best = surplus
                chosen = post
            else:
                second = surplus
    if chosen < 0:
        room.matching[student] = -1
        return True
    bidders.post[lane] = chosen
    bidders.bid[lane] = np.int64(room.price[chosen]) + best - second + step
    bidders.stage[lane] = _BID
    prefetch(room.heap, np.uint64(sale.first[chosen]))
    return False


@kernel()
def _bid(sale: Sale, room: Room, bidders: Bidders, lane: Whole) -> bool:
    """Place the bid and go on with the student it displaces; True when it displaces nobody."""
    student = bidders.student[lane]
    post = bidders.post[lane]
    bid = bidders.bid[lane]
    if bid <= np.int64(room.price[post]):  # another lane raised it since the scan
        bidders.stage[lane] = _SCAN
        return False
    base = np.int64(sale.first[post])
    seats = np.int64(sale.seats[post])
    size = np.int64(room.held[post])
    value = (np.uint64(bid) << POST_BITS) | np.uint64(student)
    room.matching[student] = post
    if size < seats:
        push(room.heap, base, size, value)
        room.held[post] = size + 1
        if size + 1 == seats:
            room.price[post] = np.int32(room.heap[base] >> POST_BITS)
        return True
    loser = np.int64(room.heap[base] & LOW)
    replace(room.heap, base, seats, value)
    room.price[post] = np.int32(room.heap[base] >> POST_BITS)
    room.matching[loser] = -1
    bidders.student[lane] = loser
    bidders.stage[lane] = _SCAN
    pair = np.uint64(sale.indptr[loser])
    for line in range(3):
        prefetch(sale.pairs, pair + np.uint64(line * _LINE))
    return False


@kernel(types.int64(SALE, ROOM, BIDDERS, types.int64))
def sell_all(sale: Sale, room: Room, bidders: Bidders, step: Whole) -> Whole:
    """Let every student bid until nobody wants to; return the number of stages taken.

    1. A lane scans its student's pairs: best surplus, second best (staying unplaced counts 0).
    2. It bids price + best - second + step; a full post lets its least bid go, and the price of a
       full post is the least bid it holds.
    3. The displaced student bids next in the same lane; a lane that displaced nobody takes the
       next student.

    Prices begin at 0 and rise at full posts only, so that complementary slackness holds within
    one step per placed student.
    """
    students = sale.indptr.size - 1
    taken = 0
    live = 0
    stages = 0
    while taken < students or live > 0:
        for lane in range(bidders.stage.size):
            stage = bidders.stage[lane]
            if stage == _IDLE:
                if taken < students:
                    bidders.student[lane] = taken
                    bidders.stage[lane] = _SCAN
                    taken += 1
                    live += 1
                continue
            stages += 1
            if stage == _SCAN:
                done = _scan(sale, room, bidders, lane, step)
            else:
                done = _bid(sale, room, bidders, lane)
            if done:
                bidders.stage[lane] = _IDLE
                live -= 1
    return stages
