"""From a market to the auction's kernels and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.auction.kernel import LANE_COUNT, sell_all
from matching.auction.market import AssignmentMarket
from matching.auction.nested import own_prices, sell_nested
from matching.auction.tables import CLOSED, EMPTY, POST_BITS, Room, Sale, Tree, open_bidders


def sell(
    market: AssignmentMarket, units_per_weight: float, step: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Run the auction in whole units.

    Returns:
        matching (n,) int32 and prices (m + g,) int64 in units.
    """
    sale = _open_sale(market, units_per_weight)
    room = _open_room(sale, students=market.indptr.size - 1)
    if market.nest.caps.size:
        tree = _open_tree(market)
        sell_nested(sale, room, tree, step)
        prices = np.empty(tree.caps.size, dtype=np.int64)
        own_prices(tree, prices)
        return room.matching, prices
    sell_all(sale, room, open_bidders(LANE_COUNT), step)
    return room.matching, room.price.astype(np.int64)


def _open_sale(market: AssignmentMarket, units_per_weight: float) -> Sale:
    weights = np.maximum(market.weights, 0.0)
    weights *= units_per_weight
    pairs = np.rint(weights, out=weights).astype(np.uint64)
    pairs <<= POST_BITS
    # posts are not negative: the cast inside the loop is exact and needs no copy of its own
    np.bitwise_or(pairs, market.posts, out=pairs, casting="unsafe", dtype=np.uint64)
    first = np.zeros(market.seats.size + 1, dtype=np.int64)
    np.cumsum(_usable_seats(market), out=first[1:])
    return Sale(market.indptr.copy(), pairs, market.seats.copy(), first)


def _usable_seats(market: AssignmentMarket) -> NDArray[np.int64]:
    """Return how many bids a post can ever hold: seats beyond those who ask for it need no room."""
    asked = np.bincount(market.posts, minlength=market.seats.size)
    return np.minimum(market.seats, asked)


def _open_room(sale: Sale, *, students: int) -> Room:
    seats = sale.seats
    return Room(
        np.empty(int(sale.first[-1]), dtype=np.uint64),
        np.zeros(seats.size, dtype=np.int32),
        np.where(seats == 0, CLOSED, np.int32(0)),
        np.full(students, -1, dtype=np.int32),
    )


def _open_tree(market: AssignmentMarket) -> Tree:
    posts, groups = market.seats.size, market.nest.caps.size
    above = market.nest.parent.astype(np.int64)
    order = np.argsort(above, kind="stable")
    children = order[np.searchsorted(above[order], 0) :].astype(np.int64)
    first = np.zeros(groups + 1, dtype=np.int64)
    np.cumsum(np.bincount(above[children], minlength=groups), out=first[1:])
    place = np.zeros(posts + groups, dtype=np.int64)
    place[children] = np.arange(children.size) - first[above[children]]
    return Tree(
        np.where(above >= 0, above + posts, -1),
        np.concatenate([market.seats, market.nest.caps]).astype(np.int64),
        np.zeros(posts + groups, dtype=np.int64),
        np.full(posts + groups, EMPTY),
        children,
        first,
        place,
    )
