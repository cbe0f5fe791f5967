"""The auction under nested caps: a bid displaces the least of the smallest full group above it."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from matching.auction.heaps import push, replace
from matching.auction.tables import EMPTY, LOW, POST_BITS, ROOM, SALE, TREE, Room, Sale, Tree, Whole
from matching.jit import kernel


@kernel()
def _full_above(tree: Tree, node: Whole) -> Whole:
    """Return the smallest full node among `node` and the groups above it, -1 for none."""
    while node >= 0 and tree.held[node] < tree.caps[node]:
        node = tree.parent[node]
    return node


@kernel()
def _settle(tree: Tree, base: Whole, size: Whole, node: Whole) -> None:
    """Move `node` to its right place in the heap of children of a group."""
    place = tree.place[node]
    key = tree.least[node]
    while place > 0:
        above = (place - 1) >> 1
        other = tree.children[base + above]
        if tree.least[other] <= key:
            break
        tree.children[base + place] = other
        tree.place[other] = place
        place = above
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        right = tree.children[base + min(child + 1, size - 1)]
        if tree.least[right] < tree.least[tree.children[base + child]]:
            child += 1
        other = tree.children[base + child]
        if tree.least[other] >= key:
            break
        tree.children[base + place] = other
        tree.place[other] = place
        place = child
    tree.children[base + place] = node
    tree.place[node] = place


@kernel()
def _refresh(tree: Tree, posts: Whole, node: Whole, least: np.uint64) -> None:
    """Give `node` its new least bid and carry the change up to the root."""
    tree.least[node] = least
    group = tree.parent[node]
    while group >= 0:
        base = np.int64(tree.first[group - posts])
        size = np.int64(tree.first[group - posts + 1]) - base
        _settle(tree, base, size, node)
        tree.least[group] = tree.least[tree.children[base]]
        node = group
        group = tree.parent[node]


@kernel()
def _count(tree: Tree, node: Whole, change: Whole) -> None:
    while node >= 0:
        tree.held[node] += change
        node = tree.parent[node]


@kernel()
def _displace(sale: Sale, room: Room, tree: Tree, node: Whole) -> Whole:
    """Take the least bid within `node` out and return its student."""
    posts = sale.seats.size
    while node >= posts:
        node = np.int64(tree.children[tree.first[node - posts]])
    base = sale.first[node]
    loser = np.int64(room.heap[base] & LOW)
    size = np.int64(room.held[node]) - 1
    room.held[node] = size
    if size > 0:
        replace(room.heap, base, size, np.uint64(room.heap[base + size]))
    room.matching[loser] = -1
    _count(tree, node, -1)
    _refresh(tree, posts, node, np.uint64(room.heap[base]) if size > 0 else EMPTY)
    return loser


@kernel()
def _price(tree: Tree, post: Whole) -> Whole:
    full = _full_above(tree, post)
    return np.int64(tree.least[full] >> POST_BITS) if full >= 0 else 0


@kernel()
def _serve(sale: Sale, room: Room, tree: Tree, student: Whole, step: Whole) -> Whole:
    """Let one student bid; return the student this displaces, -1 for nobody."""
    best = 0
    second = 0
    chosen = -1
    for pair in range(sale.indptr[student], sale.indptr[student + 1]):
        edge = sale.pairs[pair]
        post = np.int64(edge & LOW)
        surplus = np.int64(edge >> POST_BITS) - _price(tree, post)
        if surplus > best:
            second = best
            best = surplus
            chosen = post
        elif surplus > second:
            second = surplus
    if chosen < 0:
        return -1
    bid = _price(tree, chosen) + best - second + step
    full = _full_above(tree, chosen)
    loser = _displace(sale, room, tree, full) if full >= 0 else -1
    base = sale.first[chosen]
    push(
        room.heap,
        base,
        np.int64(room.held[chosen]),
        (np.uint64(bid) << POST_BITS) | np.uint64(student),
    )
    room.held[chosen] += 1
    room.matching[student] = chosen
    _count(tree, chosen, 1)
    _refresh(tree, sale.seats.size, chosen, np.uint64(room.heap[base]))
    return loser


@kernel(types.int64(SALE, ROOM, TREE, types.int64))
def sell_nested(sale: Sale, room: Room, tree: Tree, step: Whole) -> Whole:
    """Let every student bid under nested caps until nobody wants to; return the number of bids.

    What a post costs is the least bid held within the smallest full node above it; the least of a
    larger full group is never more, so each node's own price (the difference) is >= 0 and the
    prices are a dual solution of the laminar program. Costs never fall, as in the plain auction.
    """
    served = 0
    for student in range(sale.indptr.size - 1):
        bidder = student
        while bidder >= 0:
            bidder = _serve(sale, room, tree, bidder, step)
            served += 1
    return served


@kernel(types.void(TREE, types.Array(types.int64, 1, "C")))
def own_prices(tree: Tree, prices: NDArray[np.int64]) -> None:
    """Write the price of each node itself, in units: its least bid over that of the full above."""
    for node in range(tree.caps.size):
        prices[node] = 0
        if tree.held[node] >= tree.caps[node]:
            above = tree.parent[node]
            under = _price(tree, above) if above >= 0 else 0
            prices[node] = np.int64(tree.least[node] >> POST_BITS) - under
