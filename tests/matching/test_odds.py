import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from markets import SmallMarket, random_market, small_markets

from matching.caps import build_caps
from matching.errors import CapsNotOnlineError, NumberOutOfRangeError
from matching.odds import _strongest_first, estimate_odds
from matching.outcome import find_ranks
from matching.problem import Problem
from matching.solve import solve


@given(market=small_markets(students=4, posts=3, keys=2))
@settings(max_examples=12, deadline=None)
def test_the_odds_are_the_shares_over_all_orders_of_the_lottery(market):
    exact = np.zeros(market.problem.wishes.size)
    orders = list(itertools.permutations(range(len(market.wishes))))
    for order in orders:
        drawn = SmallMarket(market.wishes, market.seats, list(order)).problem
        ranks = find_ranks(drawn, solve(drawn, engine="reference").matching)
        seated = np.flatnonzero(ranks >= 0)
        exact[drawn.indptr[seated] + ranks[seated]] += 1 / len(orders)
    odds = estimate_odds(market.problem, lotteries=6000, seed="any")
    assert np.abs(odds - exact).max(initial=0) < 0.035  # 5.4 standard errors


def test_strict_scores_leave_nothing_to_the_lottery():
    market = SmallMarket([[(0, 3), (1, 1)], [(0, 2), (1, 2)]], [1, 1], [0, 1])
    assert estimate_odds(market.problem, lotteries=50, seed="s").tolist() == [1, 0, 0, 1]


def test_the_odds_depend_on_the_seed_and_not_on_the_threads():
    market = random_market(np.random.default_rng(4), students=50, posts=8, length=5, keys=2).problem
    one = estimate_odds(market, lotteries=99, seed="s", threads=1)
    assert one.tolist() == estimate_odds(market, lotteries=99, seed="s", threads=3).tolist()
    assert one.tolist() != estimate_odds(market, lotteries=99, seed="t", threads=1).tolist()


def test_the_odds_of_a_known_seed_never_change():
    market = SmallMarket([[(0, 1), (1, 1)], [(0, 1), (1, 2)], [(0, 1)]], [1, 1], [0, 1, 2]).problem
    odds = estimate_odds(market, lotteries=1000, seed="产教通 2026")
    assert (odds * 1000).round().tolist() == GOLDEN


GOLDEN = [344, 316, 316, 684, 340]


def test_the_strongest_propose_first_and_who_wishes_for_nothing_last():
    wishes = [[], [(0, 4)], [(1, 5), (0, 5)], [(0, 8), (1, 2), (2, 1)], [], [(2, 6)]]
    market = SmallMarket(wishes, [1, 1, 1], [0, 1, 2, 3, 4, 5]).problem
    order = _strongest_first(market).tolist()
    assert order[:4] == [5, 2, 1, 3]  # by the mean key, not by the sum: a long list is no strength
    assert sorted(order[4:]) == [0, 4]


def test_odds_over_no_lottery_or_by_no_thread_are_refused():
    market = SmallMarket([[(0, 9)]], [1], [0]).problem
    for counts in ({"lotteries": 0}, {"lotteries": 1, "threads": 0}):
        with pytest.raises(NumberOutOfRangeError) as refused:
            estimate_odds(market, seed="s", **counts)
        assert refused.value.facts == {"name": list(counts)[-1], "wanted": ">= 1", "given": 0}
    assert estimate_odds(market, lotteries=1, seed="s").tolist() == [1.0]


def test_odds_under_hard_caps_are_refused_rather_than_wrong():
    bare = SmallMarket([[(0, 9)]], [1], [0]).problem
    caps = build_caps(parent=[1, -1], limits=[1], hard=[True])
    problem = Problem(bare.indptr, bare.wishes, bare.seats, bare.lottery, caps)
    with pytest.raises(CapsNotOnlineError):
        estimate_odds(problem, lotteries=1, seed="s")
