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
from matching.solve.kernel import ONE, TWO, ZERO, gather, load, look, scan, sift_down
from matching.solve.tables import BLOCK, BOARD, CLOSED, LOW, MARKET, Block, Board, Market


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
def _sift_up(heap: NDArray[np.uint64], base: np.uint64, place: np.uint64, value: np.uint64) -> None:
    """Put `value` into a heap at `place` and let it rise."""
    while place > ZERO:
        parent = (place - ONE) >> ONE
        if heap[base + parent] <= value:
            break
        heap[base + place] = heap[base + parent]
        place = parent
    heap[base + place] = value


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
        sift_down(board.heap, base, ZERO, size, board.heap[base + size])
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
        sift_down(board.heap, base, ZERO, np.uint64(board.held[post]), value)
        board.cutoff[post] = max(board.cutoff[post], board.heap[base])
        _climb(forest, post, board.heap[base])
        return out
    _sift_up(board.heap, base, np.uint64(board.held[post]), value)
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
def _ask(market: Market, forest: Forest, block: Block, count: int) -> None:
    """Ask for what an offer reads of the post and of the groups above it."""
    for at in range(count):
        post = np.uint64(market.wishes[block.wish[at]] & LOW)
        prefetch(market.seats, post)
        prefetch(forest.above, TWO * post)
    for at in range(count):
        post = np.uint64(market.wishes[block.wish[at]] & LOW)
        group = _parent(forest, np.int64(post))
        if group >= 0:
            width = np.uint64(forest.first[group + 1] - forest.first[group])
            slot = np.uint64(forest.above[TWO * post + ONE])
            prefetch(forest.tree, TWO * np.uint64(forest.first[group]) + width + slot)


@kernel()
def _offer(market: Market, board: Board, forest: Forest, block: Block, count: int) -> int:
    """Let each student propose; write down the lottery number of whoever is refused.

    Return how many those are.
    """
    refused = 0
    for at in range(count):
        student = block.student[at]
        edge = market.wishes[block.wish[at]]
        post = np.int64(edge & LOW)
        value = np.uint64((edge & ~LOW) | np.uint64(market.lottery[student]))
        out = value
        if _reaches(board, forest, post, value):
            board.matching[student] = post
            out = _enter(market, board, forest, post, value)
        if out != ZERO:
            number = np.uint64(out & LOW)
            block.refused[refused] = number
            refused += 1
            prefetch(market.holder, number)
    return refused


@kernel(types.void(MARKET, BOARD, FOREST, BLOCK, types.Array(types.int32, 1, "C", readonly=True)))
def propose_all_nested(
    market: Market, board: Board, forest: Forest, block: Block, todo: NDArray[np.int32]
) -> None:
    """Let the students of `todo` propose under nested caps until nobody is refused.

    As `kernel.propose_all`; a proposal that makes groups overfull costs the least priority of the
    smallest of them its place. The result does not depend on the order: the choice of a laminar
    family of caps is substitutable (Kamada and Kojima 2015; Fleiner 2003).
    """
    refused = 0
    while refused > 0 or todo.size > 0:
        taken = gather(market, board, block, refused, todo)
        todo = todo[taken:]
        count = refused + taken
        load(market, board, block, count)
        look(market, board, block, count)
        count = scan(market, board, block, count)
        _ask(market, forest, block, count)
        refused = _offer(market, board, forest, block, count)


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
