"""Deferred acceptance under nested caps in numba: post heaps, and per group a tournament tree.

A group's tree holds the least priority of each of its members (posts or groups), so that the
least of a whole group is its root, and one change climbs only as far as it matters.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from matching.jit import kernel
from matching.prefetch import prefetch
from matching.problem import readonly
from matching.solve.kernel import (
    IDLE,
    LOAD,
    LOOK,
    OFFER,
    ONE,
    SCAN,
    TWO,
    ZERO,
    load,
    look,
    sift_down,
    sift_up,
)
from matching.solve.tables import BOARD, CLOSED, LANES, LOW, MARKET, Board, Lanes, Market

_REACH = 4  # a stage between SCAN and OFFER


class Forest(NamedTuple):
    """Posts (0..m-1) and groups (m..) with what their trees need."""

    above: NDArray[np.int32]  # two numbers per node: its parent, its place among its members
    limit: NDArray[np.int64]  # groups' only: a post counts by `Board.held`
    placed: NDArray[np.int64]
    first: NDArray[np.int64]  # where a group's members begin in `member`; its tree at twice that
    member: NDArray[np.int32]
    tree: NDArray[np.uint64]


FOREST = numba.typeof(
    Forest(
        readonly(np.empty(0, dtype=np.int32)),
        readonly(np.empty(0, dtype=np.int64)),
        np.empty(0, dtype=np.int64),
        readonly(np.empty(0, dtype=np.int64)),
        readonly(np.empty(0, dtype=np.int32)),
        np.empty(0, dtype=np.uint64),
    )
)


@kernel()
def _parent(forest: Forest, node: np.int64) -> np.int64:
    return np.int64(forest.above[TWO * np.uint64(node)])


@kernel()
def _climb(forest: Forest, node: np.int64, least: np.uint64) -> None:
    """Tell the groups above a node its least priority, as far up as that changes theirs."""
    group = _parent(forest, node)
    while group >= 0:
        base = TWO * np.uint64(forest.first[group])
        width = np.uint64(forest.first[group + 1] - forest.first[group])
        at = width + np.uint64(forest.above[TWO * np.uint64(node) + ONE])
        forest.tree[base + at] = least
        while at > ONE:
            least = min(forest.tree[base + at], forest.tree[base + (at ^ ONE)])
            at >>= ONE
            if forest.tree[base + at] == least:
                return
            forest.tree[base + at] = least
        node = group
        group = _parent(forest, node)


@kernel()
def _least_of(forest: Forest, group: np.int64) -> np.uint64:
    """Return the least priority that a group holds (of an empty group the greatest of all)."""
    return forest.tree[TWO * np.uint64(forest.first[group]) + ONE]


@kernel()
def _find_least(forest: Forest, group: np.int64, posts: int) -> np.int64:
    """Return the post that holds the least priority of a group."""
    node = group
    while node >= posts:
        base = TWO * np.uint64(forest.first[node])
        width = np.uint64(forest.first[node + 1] - forest.first[node])
        at = ONE
        while at < width:
            left = TWO * at
            at = left + np.uint64(forest.tree[base + left] != forest.tree[base + at])
        node = np.int64(forest.member[np.uint64(forest.first[node]) + at - width])
    return node


@kernel()
def _take_least(market: Market, board: Board, forest: Forest, post: np.int64) -> np.uint64:
    """Let a post's least priority go; return it."""
    base = np.uint64(market.first[post])
    out = board.heap[base]
    size = np.uint64(board.held[post]) - ONE
    board.held[post] = size
    if size > ZERO:
        sift_down(board.heap, base, size, board.heap[base + size])
    _climb(forest, post, board.heap[base] if size > ZERO else CLOSED)
    group = _parent(forest, post)
    while group >= 0:
        forest.placed[group] -= 1
        group = _parent(forest, group)
    return out


@kernel()
def _count_in(board: Board, forest: Forest, post: np.int64) -> np.int64:
    """Count one more in every group above a post; return the smallest overfull one, or -1."""
    overfull = np.int64(-1)
    group = _parent(forest, post)
    while group >= 0:
        forest.placed[group] += 1
        if overfull < 0:
            if forest.placed[group] > forest.limit[group]:
                overfull = group
            elif forest.placed[group] == forest.limit[group]:
                board.cutoff[group] = max(board.cutoff[group], _least_of(forest, group))
        group = _parent(forest, group)
    return overfull


@kernel()
def _enter(
    market: Market, board: Board, forest: Forest, post: np.int64, value: np.uint64
) -> np.uint64:
    """Let a post take a priority; return the one that its smallest overfull group lets go, or 0."""
    base = np.uint64(market.first[post])
    if board.held[post] == market.seats[post]:
        out = board.heap[base]
        sift_down(board.heap, base, np.uint64(board.held[post]), value)
        board.cutoff[post] = max(board.cutoff[post], board.heap[base])
        _climb(forest, post, board.heap[base])
        return out
    sift_up(board.heap, base, np.uint64(board.held[post]), value)
    board.held[post] += 1
    if board.heap[base] == value:
        _climb(forest, post, value)
    if board.held[post] == market.seats[post]:
        board.cutoff[post] = max(board.cutoff[post], board.heap[base])
    overfull = _count_in(board, forest, post)
    if overfull < 0:
        return ZERO
    out = _take_least(market, board, forest, _find_least(forest, overfull, market.seats.size))
    board.cutoff[overfull] = max(out, _least_of(forest, overfull))
    return out


@kernel()
def _reaches(board: Board, forest: Forest, post: np.int64, value: np.uint64) -> bool:
    """Tell whether a priority is above the cut-offs of a post and of all groups above it."""
    if value <= board.cutoff[post]:
        return False
    group = _parent(forest, post)
    while group >= 0:
        if value <= board.cutoff[group]:
            # the post need not ask the group again for anybody so low
            board.cutoff[post] = board.cutoff[group]
            return False
        group = _parent(forest, group)
    return True


@kernel()
def _scan(market: Market, board: Board, forest: Forest, lanes: Lanes, lane: int) -> bool:
    """Go to the first wish above its post's cut-off; True when there is none."""
    student = lanes.student[lane]
    wish = lanes.wish[lane]
    number = np.uint64(market.lottery[student])
    while wish < lanes.end[lane]:
        edge = market.wishes[wish]
        post = np.uint64(edge & LOW)
        if ((edge & ~LOW) | number) > board.cutoff[post]:
            lanes.wish[lane] = wish
            lanes.stage[lane] = _REACH
            prefetch(board.heap, np.uint64(market.first[post]))
            prefetch(board.held, post)
            prefetch(market.seats, post)
            prefetch(forest.above, TWO * post)
            return False
        wish += ONE
    board.tried[student] = wish - np.uint64(market.indptr[student])
    board.matching[student] = -1
    return True


@kernel()
def _ask(market: Market, board: Board, forest: Forest, lanes: Lanes, lane: int) -> None:
    """Ask the groups above the post; on to the offer, or back to the scan."""
    student = lanes.student[lane]
    edge = market.wishes[lanes.wish[lane]]
    post = np.int64(edge & LOW)
    value = np.uint64((edge & ~LOW) | np.uint64(market.lottery[student]))
    if not _reaches(board, forest, post, value):
        lanes.wish[lane] += ONE
        lanes.stage[lane] = SCAN
        return
    group = _parent(forest, post)
    if group >= 0:
        width = np.uint64(forest.first[group + 1] - forest.first[group])
        slot = np.uint64(forest.above[TWO * np.uint64(post) + ONE])
        prefetch(forest.tree, TWO * np.uint64(forest.first[group]) + width + slot)
    lanes.stage[lane] = OFFER


@kernel()
def _offer(market: Market, board: Board, forest: Forest, lanes: Lanes, lane: int) -> bool:
    """Propose; go on with the student who is let go; True when nobody is."""
    student = lanes.student[lane]
    wish = lanes.wish[lane]
    edge = market.wishes[wish]
    post = np.int64(edge & LOW)
    value = np.uint64((edge & ~LOW) | np.uint64(market.lottery[student]))
    if not _reaches(board, forest, post, value):  # another lane raised a cut-off since the scan
        lanes.wish[lane] = wish + ONE
        lanes.stage[lane] = SCAN
        return False
    board.tried[student] = wish - np.uint64(market.indptr[student])
    board.matching[student] = post
    out = _enter(market, board, forest, post, value)
    if out == ZERO:
        return True
    loser = np.uint64(market.holder[out & LOW])
    board.tried[loser] += 1
    lanes.student[lane] = loser
    lanes.stage[lane] = LOAD
    prefetch(market.indptr, loser)
    return False


@kernel()
def _advance(market: Market, board: Board, forest: Forest, lanes: Lanes, lane: int) -> bool:
    """Take one lane one stage further; True when its chain is done."""
    stage = lanes.stage[lane]
    if stage == LOAD:
        load(market, board, lanes, lane)
        return False
    if stage == LOOK:
        return look(market, board, lanes, lane)
    if stage == SCAN:
        return _scan(market, board, forest, lanes, lane)
    if stage == _REACH:
        _ask(market, board, forest, lanes, lane)
        return False
    return _offer(market, board, forest, lanes, lane)


@kernel(types.void(MARKET, BOARD, FOREST, LANES, types.int64, types.int64))
def propose_all_nested(
    market: Market, board: Board, forest: Forest, lanes: Lanes, begin: int, end: int
) -> None:
    """Let students begin..end-1 propose under nested caps until nobody is refused.

    As `kernel.propose_all`; a proposal that makes groups overfull costs the least priority of the
    smallest of them its place. The result does not depend on the order: the choice of a laminar
    family of caps is substitutable (Kamada and Kojima 2015; Fleiner 2003).
    """
    taken = begin
    live = 0
    for lane in range(lanes.stage.size):
        if taken < end:
            lanes.student[lane] = np.uint64(taken)
            lanes.stage[lane] = LOAD
            taken += 1
            live += 1
    while live > 0:
        for lane in range(lanes.stage.size):
            if lanes.stage[lane] == IDLE or not _advance(market, board, forest, lanes, lane):
                continue
            if taken < end:
                lanes.student[lane] = np.uint64(taken)
                lanes.stage[lane] = LOAD
                taken += 1
            else:
                lanes.stage[lane] = IDLE
                live -= 1


@kernel(types.void(MARKET, BOARD, FOREST, types.Array(types.uint64, 1, "C")))
def read_cutoffs(market: Market, board: Board, forest: Forest, cutoffs: NDArray[np.uint64]) -> None:
    """Write each post's cut-off: the least priority of the smallest full node above or at it."""
    for post in range(cutoffs.size):
        base = np.uint64(market.first[post])
        if board.held[post] == market.seats[post]:
            cutoffs[post] = board.heap[base] if board.held[post] > 0 else CLOSED
            continue
        group = _parent(forest, np.int64(post))
        while group >= 0 and forest.placed[group] < forest.limit[group]:
            group = _parent(forest, group)
        # an empty group without room has the greatest number as its least
        cutoffs[post] = _least_of(forest, group) if group >= 0 else ZERO
