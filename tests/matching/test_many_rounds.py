import itertools
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import SmallMarket, random_market, small_markets

from matching.caps import build_caps
from matching.errors import (
    InfeasibleError,
    NegativeSeatsError,
    NotTheirWishError,
    UnknownPostError,
)
from matching.problem import Problem
from matching.reserves import DuplicateReserveError, Reserve, expand_reserves
from matching.rounds import Choice, plan_next_round
from matching.solve import solve
from matching.solve.posts_propose import solve_posts_propose
from matching.verify import verify_cutoffs, verify_matching


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=80, deadline=None)
def test_in_the_next_round_who_freezes_stays_and_who_floats_never_does_worse(seed):
    rng = np.random.default_rng(seed)
    market = random_market(rng, students=25, posts=6, length=5)
    first = solve(market.problem).matching
    choices = rng.integers(0, 4, 25).astype(np.int8)
    fuller = SmallMarket(
        market.wishes, [s + int(rng.integers(0, 2)) for s in market.seats], market.lottery
    )
    later = plan_next_round(fuller.problem, first, choices)
    second = solve(later)
    assert verify_matching(later, second.matching).stable
    for student, choice in enumerate(choices):
        before, after = int(first[student]), int(second.matching[student])
        if choice == Choice.LEAVE:
            assert after == -1
        elif choice == Choice.FREEZE and before >= 0:
            assert after == before
        elif choice == Choice.FLOAT and before >= 0:
            assert market.rank(student, after) <= market.rank(student, before)


def test_seats_below_the_frozen_placements_are_infeasible_and_named():
    market = SmallMarket([[(0, 1)], [(0, 1)]], [1], [0, 1]).problem
    kept = np.zeros(2, dtype=np.int32)
    with pytest.raises(InfeasibleError) as refused:
        plan_next_round(market, kept, np.full(2, Choice.FREEZE, dtype=np.int8))
    assert "post 0: 2 kept > 1" in refused.value.detail("en")
    assert "岗位 0：已保留 2 人，上限 1 人。" in refused.value.detail("zh")


def test_a_hard_cap_below_the_frozen_placements_is_infeasible_and_named():
    bare = SmallMarket([[(0, 1)], [(1, 1)]], [1, 1], [0, 1]).problem
    caps = build_caps(parent=[2, 2, -1], limits=[1], hard=[True], names=["mill"])
    market = Problem(bare.indptr, bare.wishes, bare.seats, bare.lottery, caps)
    both = np.array([0, 1], np.int32), np.full(2, Choice.FLOAT, np.int8)
    with pytest.raises(InfeasibleError, match="cannot hold") as refused:
        plan_next_round(market, *both)
    assert "mill: 2 kept > 1" in refused.value.detail("en")
    names = ["车工", "铣工", "轧钢厂"]
    with pytest.raises(InfeasibleError) as refused:
        plan_next_round(market, *both, names=names)
    assert "轧钢厂：已保留 2 人，上限 1 人。" in refused.value.detail("zh")
    with pytest.raises(InfeasibleError) as refused:
        plan_next_round(replace(market, seats=bare.seats * 0), *both, names=names)
    assert "车工：已保留 1 人，上限 0 人。" in refused.value.detail("zh")


def test_nobody_keeps_a_post_that_they_do_not_wish_for():
    market = SmallMarket([[(0, 1)]], [1, 1], [0]).problem
    for post in (1, 7):  # another one, and one that is not there
        with pytest.raises(NotTheirWishError):
            plan_next_round(market, np.array([post], np.int32), np.array([Choice.FLOAT], np.int8))


def chosen_of_post(market, applicants, post, classes, reserves):
    """The choice of a post word by word: reserves by priority, then the rest by priority."""
    order = sorted(applicants, key=lambda s: market.worth(s, post), reverse=True)
    chosen, kept_empty = [], 0
    for reserve in reserves:
        if reserve.post == post:
            members = [s for s in order if classes[s] == reserve.student_class][: reserve.seats]
            chosen += members
            kept_empty += (reserve.seats - len(members)) if reserve.hard else 0
    room = market.seats[post] - len(chosen) - kept_empty
    return set(chosen) | set([s for s in order if s not in chosen][:room])


@given(market=small_markets(students=6, posts=2), data=st.data())
@settings(max_examples=150, deadline=None)
def test_reserves_choose_members_first_and_nobody_has_a_claim_under_that_choice(market, data):
    n, m = len(market.wishes), len(market.seats)
    classes = np.array(data.draw(st.lists(st.integers(-1, 1), min_size=n, max_size=n)), np.int32)
    reserves = []
    for post, seats in enumerate(market.seats):
        first = data.draw(st.integers(0, seats))
        second = data.draw(st.integers(0, seats - first))
        reserves += [
            Reserve(post, 0, first, data.draw(st.booleans())),
            Reserve(post, 1, second, data.draw(st.booleans())),
        ]
    apart = expand_reserves(market.problem, classes, reserves)
    matching = apart.fold(solve(apart.problem)).tolist()
    for post in range(m):
        wanting = [
            s
            for s, wishes in enumerate(market.wishes)
            if any(p == post for p, _ in wishes)
            and market.rank(s, post) <= market.rank(s, matching[s])
        ]
        held = {s for s in range(n) if matching[s] == post}
        assert chosen_of_post(market, wanting, post, classes, reserves) == held


@pytest.mark.parametrize("hard", [False, True])
def test_the_strongest_member_takes_the_reserve_and_leaves_the_open_seat_to_the_others(hard):
    # the member of the highest priority would get the open seat too, and then two members sit there
    market = SmallMarket([[(0, 9)], [(0, 8)], [(0, 7)]], [2], [0, 1, 2]).problem
    classes = np.array([0, -1, 0], np.int32)
    apart = expand_reserves(market, classes, [Reserve(0, 0, 1, hard)])
    assert apart.fold(solve(apart.problem)).tolist() == [0, 0, -1]


@pytest.mark.parametrize(("hard", "second"), [(False, 0), (True, -1)])
def test_what_the_class_does_not_want_goes_to_others_only_where_the_reserve_is_soft(hard, second):
    market = SmallMarket([[(0, 9)], [(0, 8)]], [2], [0, 1]).problem
    apart = expand_reserves(market, np.array([-1, -1], np.int32), [Reserve(0, 0, 1, hard)])
    assert apart.fold(solve(apart.problem)).tolist() == [0, second]


def test_reserves_above_the_seats_are_infeasible_and_named():
    market = SmallMarket([[(0, 1)]], [2], [0]).problem
    with pytest.raises(InfeasibleError) as refused:
        expand_reserves(market, np.zeros(1, np.int32), [Reserve(0, 0, 2), Reserve(0, 1, 1)])
    assert "class 0: 2, class 1: 1" in refused.value.detail("en")
    assert "岗位 0 共 2 个名额，班级 0 预留 2、班级 1 预留 1。" in refused.value.detail("zh")
    with pytest.raises(InfeasibleError) as refused:  # the one that alone is too many
        expand_reserves(market, np.zeros(1, np.int32), [Reserve(0, 0, 1), Reserve(0, 1, 3)])
    assert "seats, class 1: 3." in refused.value.detail("en")


@pytest.mark.parametrize(
    ("second", "error", "row"),
    [
        (Reserve(0, 0, 1), DuplicateReserveError, 1),
        (Reserve(0, 1, -1), NegativeSeatsError, 1),
        (Reserve(1, 0, 1), UnknownPostError, 1),
        (Reserve(-1, 0, 1), UnknownPostError, 1),
    ],
)
def test_a_reserve_that_is_none_is_refused_with_its_row(second, error, row):
    market = SmallMarket([[(0, 1)]], [2], [0]).problem
    with pytest.raises(error) as refused:
        expand_reserves(market, np.zeros(1, np.int32), [Reserve(0, 0, 1), second])
    assert refused.value.facts["row"] == row


@given(market=small_markets())
@settings(max_examples=150, deadline=None)
def test_when_posts_propose_no_stable_matching_is_better_for_any_post(market):
    outcome = solve_posts_propose(market.problem)
    assert verify_cutoffs(market.problem, outcome.matching, outcome.cutoffs).proven
    found = tuple(outcome.matching.tolist())
    stable = market.every_stable_matching()
    assert found in stable
    for other in stable:  # what is best for every post is worst for every student
        for student in range(len(market.wishes)):
            assert market.rank(student, found[student]) >= market.rank(student, other[student])
    assert Counter(found) == Counter(solve(market.problem).matching.tolist())


def nested(market: SmallMarket) -> Problem:
    """The market under two caps that bind: one over the first two posts, one over all."""
    last = len(market.seats)
    parent = [*[last, last, *[last + 1] * last][:last], last + 1, -1]
    caps = build_caps(parent=parent, limits=[1, 2], hard=[True, True])
    return replace(market.problem, caps=caps)


def placed_under_caps(market: SmallMarket) -> list[int]:
    return solve(nested(market), engine="reference").matching.tolist()


def placed_beside_reserves(market: SmallMarket) -> list[int]:
    classes = np.arange(len(market.wishes), dtype=np.int32) % 2
    reserves = [Reserve(post, 0, min(1, s), post % 2 == 0) for post, s in enumerate(market.seats)]
    apart = expand_reserves(market.problem, classes, reserves)
    return apart.fold(solve(apart.problem, engine="reference")).tolist()


@pytest.mark.parametrize("place", [placed_under_caps, placed_beside_reserves])
@given(market=small_markets(students=4, posts=3))
@settings(max_examples=40, deadline=None)
def test_under_caps_and_beside_reserves_no_student_gains_by_any_misreport(place, market):
    honest = place(market)
    for student, wishes in enumerate(market.wishes):
        for size in range(len(wishes) + 1):
            for lie in itertools.permutations(wishes, size):
                lists = [*market.wishes[:student], list(lie), *market.wishes[student + 1 :]]
                got = place(SmallMarket(lists, market.seats, market.lottery))[student]
                assert market.rank(student, got) >= market.rank(student, honest[student])
