"""The price certificate: weak duality, recomputed from the assignment and the prices alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.auction.errors import InfeasibleAssignmentError
from matching.auction.market import AssignmentMarket
from matching.errors import ShapeMismatchError

_STUDENTS_PER_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the prices prove: no assignment whatever is worth more than `bound`.

    Attributes:
        value: total weight of the assignment.
        bound: least total that the prices allow to any feasible assignment.
        gap: bound - value, an upper limit of what was lost.
        gap_share: gap / bound, 0 where the bound is 0.
    """

    value: float
    bound: float
    gap: float
    gap_share: float


def certify(
    market: AssignmentMarket, matching: NDArray[np.int32], prices: NDArray[np.float64]
) -> Certificate:
    """Check an assignment against every cap and bound its loss by weak duality.

    Any prices >= 0 give a true bound, so nothing of the solver has to be trusted:
    bound = sum over caps of cap * price + sum over students of the best surplus, max(0, weight -
    prices of the post and of the groups above it).

    Args:
        market: the market.
        matching: (n,) int32, the post of each student, -1 for none.
        prices: (m + g,) float64 >= 0 in the unit of the weights, one per post and group.

    Raises:
        InfeasibleAssignmentError: a cap is exceeded, or a pair is not in the market.
        ShapeMismatchError: an array has another length, or a price is negative or no number.

    Cost: O(e) time in blocks of students; about 0.5 s for 20 million pairs.

    Source: Bertsekas, The auction algorithm (1988); LP duality of a laminar flow.

    >>> from matching.auction.market import build_assignment_market
    >>> market = build_assignment_market(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], weights=[3.0, 1.0, 2.5], seats=[1, 1]
    ... )
    >>> certify(market, np.array([1, 0], np.int32), np.array([2.0, 0.0])).gap
    0.0
    """
    groups = market.nest.caps.size
    if matching.shape != (market.indptr.size - 1,):
        raise ShapeMismatchError(
            name="matching", wanted=market.indptr.size - 1, given=matching.size
        )
    if prices.shape != (market.seats.size + groups,) or not (prices >= 0).all():
        raise ShapeMismatchError(
            name="prices", wanted=f"{market.seats.size + groups} >= 0", given=prices.size
        )
    caps = np.concatenate([market.seats, market.nest.caps]).astype(np.int64)
    _check_caps(market, matching, caps)
    faced = _sum_above(market, prices)[: market.seats.size]
    value, surplus = _sum_students(market, matching, faced)
    bound = float(caps @ prices) + surplus
    return Certificate(value, bound, bound - value, (bound - value) / bound if bound else 0.0)


def _sum_above(market: AssignmentMarket, prices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each node costs: its own price and those of all groups above it."""
    posts = market.seats.size
    total = prices.copy()
    above = market.nest.parent.astype(np.int64)
    while (above >= 0).any():
        inside = above >= 0
        total[inside] += prices[posts + above[inside]]
        above[inside] = market.nest.parent[posts + above[inside]]
    return total


def _check_caps(
    market: AssignmentMarket, matching: NDArray[np.int32], caps: NDArray[np.int64]
) -> None:
    posts = market.seats.size
    if matching.size and (int(matching.min()) < -1 or int(matching.max()) >= posts):
        raise InfeasibleAssignmentError(node=int(matching.max()), placed=1, cap=-1)
    placed = np.zeros(caps.size, dtype=np.int64)
    placed[:posts] = np.bincount(matching[matching >= 0], minlength=posts)
    above = market.nest.parent[:posts].astype(np.int64)
    while (above >= 0).any():
        inside = np.flatnonzero(above >= 0)
        np.add.at(placed, posts + above[inside], placed[inside])
        above[inside] = market.nest.parent[posts + above[inside]]
    over = placed > caps
    if over.any():
        node = int(np.argmax(over))
        raise InfeasibleAssignmentError(node=node, placed=int(placed[node]), cap=int(caps[node]))


def _sum_students(
    market: AssignmentMarket, matching: NDArray[np.int32], faced: NDArray[np.float64]
) -> tuple[float, float]:
    """Return the assignment's total weight and the students' total best surplus."""
    value = surplus = 0.0
    students = market.indptr.size - 1
    for first in range(0, students, _STUDENTS_PER_BLOCK):
        bounds = market.indptr[first : first + _STUDENTS_PER_BLOCK + 1]
        pairs = slice(int(bounds[0]), int(bounds[-1]))
        owner = np.repeat(np.arange(bounds.size - 1), np.diff(bounds))
        posts, weights = market.posts[pairs], market.weights[pairs]
        best = np.zeros(bounds.size - 1)
        own = np.diff(bounds) > 0
        if owner.size:
            starts = (bounds[:-1] - bounds[0])[own]
            best[own] = np.maximum.reduceat(weights - faced[posts], starts)
        surplus += float(np.maximum(best, 0.0).sum())
        seat = matching[first : first + bounds.size - 1]
        used = posts == seat[owner]
        missing = np.bincount(owner[used], minlength=bounds.size - 1) < (seat >= 0)
        if missing.any():
            node = int(seat[np.argmax(missing)])
            raise InfeasibleAssignmentError(node=node, placed=1, cap=-1)
        value += float(weights[used].sum())
    return value, surplus
