"""Central assignment: never below the proven gap, against scipy and linear programming."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment, linprog
from scipy.sparse import coo_matrix

from matching.auction import (
    AssignmentMarket,
    CyclicGroupsError,
    InfeasibleAssignmentError,
    WeightsNotExactError,
    assign_central,
    build_assignment_market,
    certify,
)
from matching.auction.errors import UnknownGroupError
from matching.errors import (
    DuplicateWishError,
    NegativeSeatsError,
    NumberOutOfRangeError,
    PriorityNotANumberError,
    ShapeMismatchError,
    TooLargeError,
    UnknownPostError,
)


def draw_market(
    rng: np.random.Generator,
    *,
    students: int,
    posts: int,
    groups: int = 0,
    whole: bool = False,
    cap: int = 5,
) -> AssignmentMarket:
    lengths = rng.integers(0, min(posts, 5) + 1, students)
    chosen = [rng.permutation(posts)[:length] for length in lengths]
    pairs = int(lengths.sum())
    weights = rng.integers(-2, 30, pairs) if whole else rng.normal(1.0, 1.0, pairs)
    # parents carry smaller numbers than their children: a forest by construction
    above = [int(rng.integers(-1, group)) for group in range(groups)]
    return build_assignment_market(
        indptr=np.concatenate([[0], np.cumsum(lengths)]),
        posts=np.concatenate([*chosen, np.empty(0, np.int64)]),
        weights=weights,
        seats=rng.integers(0, 4, posts),
        parent=np.array([*rng.integers(-1, groups, posts), *above]) if groups else None,
        caps=rng.integers(0, cap + 1, groups),
    )


def best_by_linear_programming(market: AssignmentMarket) -> float:
    if market.posts.size == 0:
        return 0.0
    students, posts = market.indptr.size - 1, market.seats.size
    owner = np.repeat(np.arange(students), np.diff(market.indptr))
    rows, columns = [owner], [np.arange(owner.size)]
    node = market.posts.astype(np.int64)
    pair = np.arange(owner.size)
    while node.size:
        rows.append(students + node)
        columns.append(pair)
        above = market.nest.parent[node]
        node, pair = posts + above[above >= 0], pair[above >= 0]
    row, column = np.concatenate(rows), np.concatenate(columns)
    caps = np.concatenate([np.ones(students), market.seats, market.nest.caps])
    matrix = coo_matrix((np.ones(row.size), (row, column)), shape=(caps.size, owner.size))
    return -linprog(-market.weights, A_ub=matrix.tocsr(), b_ub=caps, bounds=(0, 1)).fun


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 2**32), st.integers(0, 12), st.integers(1, 6), st.integers(0, 5))
def test_the_value_is_within_the_printed_gap_of_the_optimum_under_nested_caps(
    seed, students, posts, groups
):
    rng = np.random.default_rng(seed)
    market = draw_market(rng, students=students, posts=posts, groups=groups)
    best = best_by_linear_programming(market)
    found = assign_central(market).certificate
    assert found.value <= best + 1e-6
    assert found.bound >= best - 1e-6
    assert found.gap <= 0.002 * max(market.weights.max(initial=0.0), 0.0) * students + 1e-6


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 2**32), st.integers(0, 12), st.integers(0, 4))
def test_whole_weights_give_the_exact_optimum_when_it_is_asked_for(seed, students, groups):
    rng = np.random.default_rng(seed)
    market = draw_market(rng, students=students, posts=5, groups=groups, whole=True)
    found = assign_central(market, eps=0.0).certificate
    assert found.value == pytest.approx(best_by_linear_programming(market), abs=1e-9)
    assert found.gap < 1.0


def test_five_hundred_students_get_what_scipy_gives_them():
    rng = np.random.default_rng(5)
    weights = rng.integers(1, 1000, (500, 500))
    market = build_assignment_market(
        indptr=np.arange(0, 250_001, 500),
        posts=np.tile(np.arange(500), 500),
        weights=weights.ravel(),
        seats=np.ones(500, np.int64),
    )
    rows, columns = linear_sum_assignment(weights, maximize=True)
    assert assign_central(market, eps=0.0).certificate.value == weights[rows, columns].sum()


@pytest.mark.parametrize("groups", [0, 40])
def test_a_larger_market_keeps_every_cap_and_the_stated_tolerance(groups):
    rng = np.random.default_rng(9)
    market = draw_market(rng, students=3000, posts=400, groups=groups, cap=300)
    coarse, fine = assign_central(market), assign_central(market, eps=1e-5)
    assert fine.certificate.gap <= coarse.certificate.gap + 1e-9
    assert fine.certificate.gap <= 1e-5 * 3000
    assert (fine.prices >= 0).all()
    best = best_by_linear_programming(market)
    assert coarse.certificate.value <= best + 1e-6
    assert best <= coarse.certificate.bound + 1e-6


def test_an_open_seat_costs_nothing():
    rng = np.random.default_rng(2)
    market = draw_market(rng, students=200, posts=90)
    found = assign_central(market)
    held = np.bincount(found.matching[found.matching >= 0], minlength=90)
    assert (found.prices[held < market.seats] == 0).all()


def test_the_same_market_gives_the_same_bytes():
    market = draw_market(np.random.default_rng(4), students=500, posts=60, groups=8)
    first, second = assign_central(market), assign_central(market)
    assert first.matching.tobytes() == second.matching.tobytes()
    assert first.prices.tobytes() == second.prices.tobytes()


def test_a_flipped_placement_is_caught_or_costs_value():
    rng = np.random.default_rng(8)
    market = draw_market(rng, students=60, posts=10, groups=3)
    found = assign_central(market, eps=1e-6)
    for student in np.flatnonzero(found.matching >= 0):
        forged = found.matching.copy()
        forged[student] = -1
        dropped = certify(market, forged, found.prices)
        assert dropped.gap > found.certificate.gap
        forged[student] = (found.matching[student] + 1) % 10
        pairs = market.posts[market.indptr[student] : market.indptr[student + 1]]
        if forged[student] not in pairs:
            with pytest.raises(InfeasibleAssignmentError):
                certify(market, forged, found.prices)


def test_prices_that_are_wrong_only_widen_the_gap():
    rng = np.random.default_rng(3)
    market = draw_market(rng, students=40, posts=8, groups=2)
    best = best_by_linear_programming(market)
    matching = assign_central(market).matching
    for _ in range(20):
        found = certify(market, matching, rng.exponential(1.0, 10))
        assert found.bound >= best - 1e-6


def test_a_cap_that_is_exceeded_is_named():
    market = build_assignment_market(
        indptr=[0, 1, 2],
        posts=[0, 1],
        weights=[1.0, 1.0],
        seats=[1, 1],
        parent=[0, 0, -1],
        caps=[1],
    )
    with pytest.raises(InfeasibleAssignmentError) as caught:
        certify(market, np.array([0, 1], np.int32), np.zeros(3))
    assert caught.value.facts == {"node": 2, "placed": 2, "cap": 1}


def test_nobody_is_placed_where_nothing_is_worth_it():
    market = build_assignment_market(
        indptr=[0, 1, 1, 2], posts=[0, 1], weights=[-1.0, 0.0], seats=[3, 3]
    )
    found = assign_central(market)
    assert found.matching.tolist() == [-1, -1, -1]
    assert (found.certificate.value, found.certificate.gap_share) == (0.0, 0.0)


GOOD = {"indptr": [0, 2], "posts": [0, 1], "weights": [1.0, 2.0], "seats": [1, 1]}


@pytest.mark.parametrize(
    ("change", "error", "fact"),
    [
        ({"weights": [1.0, float("nan")]}, PriorityNotANumberError, ("row", 1)),
        ({"weights": [1.0]}, ShapeMismatchError, ("name", "weights")),
        ({"posts": [0, 2]}, UnknownPostError, ("row", 1)),
        ({"posts": [1, 1]}, DuplicateWishError, ("row", 1)),
        ({"seats": [1, -1]}, NegativeSeatsError, ("row", 1)),
        ({"indptr": [0, 3]}, ShapeMismatchError, ("name", "indptr")),
        ({"indptr": []}, ShapeMismatchError, ("given", "nothing")),
        ({"posts": [0, float("nan")]}, PriorityNotANumberError, ("name", "posts")),
        ({"seats": [1, float("nan")]}, PriorityNotANumberError, ("row", 1)),
        ({"seats": [1.5, 1]}, PriorityNotANumberError, ("row", 0)),
        ({"caps": [float("nan")], "parent": [0, 0, -1]}, PriorityNotANumberError, ("name", "caps")),
        ({"caps": [-1], "parent": [0, 0, -1]}, NegativeSeatsError, ("row", 0)),
        ({"caps": [1], "parent": [0, 0.5, -1]}, PriorityNotANumberError, ("name", "parent")),
        ({"indptr": [0, 2, 1, 2]}, ShapeMismatchError, ("name", "indptr")),
        ({"caps": [1], "parent": [0, 1, -1]}, UnknownGroupError, ("row", 1)),
        ({"caps": [1], "parent": [0, 0]}, ShapeMismatchError, ("name", "parent")),
        ({"caps": [1, 1, 1], "parent": [0, 0, -1, 2, 1]}, CyclicGroupsError, ("row", 1)),
        ({"caps": [1], "parent": [0, 0, 0]}, CyclicGroupsError, ("row", 0)),
    ],
)
def test_a_wrong_market_is_refused_where_it_is_wrong(change, error, fact):
    with pytest.raises(error) as caught:
        build_assignment_market(**(GOOD | change))
    assert caught.value.facts[fact[0]] == fact[1]


def test_more_pairs_than_thirty_two_bits_count_are_refused():
    endless = np.broadcast_to(np.int64(0), (2**32,))  # as many numbers in the memory of one
    with pytest.raises(TooLargeError) as caught:
        build_assignment_market(**(GOOD | {"posts": endless}))
    assert caught.value.facts["given"] == 2**32


@pytest.mark.parametrize(
    ("change", "eps", "name"),
    [
        ({"weights": [1e-308, 1e-308]}, None, "weights"),
        ({"weights": [1.0, 1e200]}, None, "weights"),
        ({}, -1.0, "eps"),
        ({}, float("nan"), "eps"),
        ({}, float("inf"), "eps"),
    ],
)
def test_numbers_that_cannot_be_reckoned_with_are_refused_by_name(change, eps, name):
    with pytest.raises(NumberOutOfRangeError) as refused:
        assign_central(build_assignment_market(**(GOOD | change)), eps=eps)
    assert refused.value.facts["name"] == name


def test_an_exact_optimum_is_refused_for_fractions():
    with pytest.raises(WeightsNotExactError):
        assign_central(build_assignment_market(**(GOOD | {"weights": [0.5, 2.0]})), eps=0.0)
