import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import SmallMarket, small_markets

from matching.cycles import improve_by_cycles
from matching.errors import (
    InfeasibleError,
    NegativeSeatsError,
    PriorityNotANumberError,
    ShapeMismatchError,
)
from matching.quotas import (
    find_conflict,
    refuse_infeasible,
    repair_shortfalls,
    report_shortfalls,
)
from matching.solve import solve
from matching.verify import verify_matching


def meets(matching, seats, least):
    counts = [matching.count(post) for post in range(len(seats))]
    return all(low <= count <= high for low, count, high in zip(least, counts, seats, strict=False))


@given(market=small_markets(students=5, posts=3), data=st.data())
@settings(max_examples=150, deadline=None)
def test_quotas_are_refused_only_where_no_matching_meets_them(market, data):
    least = [data.draw(st.integers(0, 3)) for _ in market.seats]
    possible = any(meets(one, market.seats, least) for one in market.every_matching())
    try:
        refuse_infeasible(market.problem, np.array(least))
    except InfeasibleError:
        assert not possible
    else:
        assert possible


@given(market=small_markets(students=5, posts=3), data=st.data())
@settings(max_examples=120, deadline=None)
def test_a_repair_meets_the_quotas_and_counts_its_cost(market, data):
    least = [data.draw(st.integers(0, seats)) for seats in market.seats]
    if not any(meets(one, market.seats, least) for one in market.every_matching()):
        return
    before = solve(market.problem, engine="reference").matching
    short = report_shortfalls(market.problem, before, np.array(least))
    repair = repair_shortfalls(market.problem, before, np.array(least))
    after = repair.matching.tolist()
    assert meets(after, market.seats, least)
    assert repair.moved == sum(a != b for a, b in zip(before.tolist(), after, strict=True))
    lost = [market.rank(s, after[s]) - market.rank(s, int(before[s])) for s in range(len(after))]
    assert repair.ranks_lost == sum(max(one, 0) for one in lost)
    assert repair.claims == verify_matching(market.problem, repair.matching).blocking_pairs
    if not short:
        assert repair.moved == 0


@given(market=small_markets(students=5, posts=3), data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_matching_meets_the_quotas_at_fewer_wishes_lost(market, data):
    least = [data.draw(st.integers(0, seats)) for seats in market.seats]
    fitting = [one for one in market.every_matching() if meets(one, market.seats, least)]
    if not fitting:
        return
    before = solve(market.problem, engine="reference").matching.tolist()

    def lost(one):
        pairs = enumerate(zip(one, before, strict=True))
        return sum(max(0, market.rank(s, a) - market.rank(s, b)) for s, (a, b) in pairs)

    repair = repair_shortfalls(market.problem, np.array(before, np.int32), np.array(least))
    assert repair.ranks_lost == min(lost(one) for one in fitting)


def test_the_smallest_set_in_conflict_is_named():
    market = SmallMarket([[(0, 1), (1, 1)], [(2, 1)], [(2, 1)]], [1, 1, 2], [0, 1, 2]).problem
    with pytest.raises(InfeasibleError) as refused:
        refuse_infeasible(market, np.array([1, 1, 2]))
    conflict = refused.value.facts["conflict_en"]
    assert conflict == "post 0: 1, post 1: 1; 2 wanted > 1 students who wish"
    told = refused.value.detail("zh")
    assert "岗位 0 至少 1 人、岗位 1 至少 1 人；共需 2 人，只有 1 名学生填报" in told
    with pytest.raises(InfeasibleError, match="cannot hold") as refused:
        refuse_infeasible(market, np.array([0, 0, 3]))
    assert refused.value.facts["conflict_en"] == "post 2: 3 > 2 seats"
    assert "岗位 2 至少 3 人，只有 2 个名额。" in refused.value.detail("zh")


@given(market=small_markets(students=6, posts=4), data=st.data())
@settings(max_examples=120, deadline=None)
def test_no_smaller_set_of_quotas_is_in_conflict(market, data):
    least = [data.draw(st.integers(0, seats)) for seats in market.seats]
    wishes = [{post for post, _ in row} for row in market.wishes]
    sizes = [
        len(posts)
        for size in range(1, len(least) + 1)
        for posts in itertools.combinations(range(len(least)), size)
        if sum(least[post] for post in posts) > sum(bool(row & set(posts)) for row in wishes)
    ]
    conflict = find_conflict(market.problem, np.array(least))
    assert len(conflict) == (min(sizes) if sizes else 0)
    wanted = sum(least[post] for post in conflict)
    assert not conflict or wanted > sum(bool(row & set(conflict)) for row in wishes)


def test_the_first_post_of_a_larger_conflict_does_not_hide_a_smaller_one():
    # post 0 has one wisher for its two seats; posts 1, 2 and 3 have two wishers for three
    rows = [[(0, 1)], [(1, 1), (2, 1), (3, 1)], [(1, 1), (2, 1), (3, 1)]]
    market = SmallMarket(rows, [2, 1, 1, 1], [0, 1, 2]).problem
    assert find_conflict(market, np.array([2, 1, 1, 1])) == (0,)


@pytest.mark.parametrize(
    ("least", "error"),
    [
        ([1], ShapeMismatchError),
        ([1, 0, 0], ShapeMismatchError),
        ([0, -1], NegativeSeatsError),
        ([0.5, 1], PriorityNotANumberError),
        ([np.nan, 1], PriorityNotANumberError),
    ],
)
def test_quotas_that_are_none_are_refused_everywhere(least, error):
    market = SmallMarket([[(0, 1)], [(1, 1)]], [1, 1], [0, 1]).problem
    placed, quotas = np.array([0, 1], np.int32), np.array(least)
    for ask in (report_shortfalls, repair_shortfalls):
        with pytest.raises(error):
            ask(market, placed, quotas)
        with pytest.raises(ShapeMismatchError):
            ask(market, placed[:1], np.array([1, 1]))
    with pytest.raises(error):
        find_conflict(market, quotas)


def passed_over_by_score(market, matching):
    """Students who would rather be at a post that holds somebody of a lower score or has a seat."""
    found = []
    for student, wishes in enumerate(market.wishes):
        for post, key in wishes[: market.rank(student, matching[student])]:
            held = [s for s, at in enumerate(matching) if at == post]
            weaker = [s for s in held if dict(market.wishes[s])[post] < key]
            if len(held) < market.seats[post] or weaker:
                found.append((student, post))
    return found


@given(market=small_markets(keys=2))
@settings(max_examples=200, deadline=None)
def test_trades_hurt_nobody_pass_over_no_score_and_leave_no_better_choice(market):
    before = solve(market.problem, engine="reference").matching
    improved = improve_by_cycles(market.problem, before)
    after = improved.matching.tolist()
    assert not passed_over_by_score(market, after)
    for student in range(len(after)):
        assert market.rank(student, after[student]) <= market.rank(student, int(before[student]))
    for other in market.every_matching():
        if not passed_over_by_score(market, other) and meets(other, market.seats, [0] * 9):
            ranks = [
                (market.rank(s, other[s]), market.rank(s, after[s])) for s in range(len(after))
            ]
            assert not (all(a <= b for a, b in ranks) and any(a < b for a, b in ranks))


def test_trades_begin_from_a_matching_of_the_same_market():
    market = SmallMarket([[(0, 1)], [(0, 1)]], [1], [0, 1]).problem
    with pytest.raises(ShapeMismatchError):
        improve_by_cycles(market, np.array([0], np.int32))
