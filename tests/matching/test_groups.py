import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import SmallMarket, small_markets

from matching.errors import UnknownStudentError
from matching.groups import OverlappingGroupsError, solve_together
from matching.solve import solve
from matching.verify import verify_matching


@given(market=small_markets(), data=st.data())
@settings(max_examples=150, deadline=None)
def test_groups_stay_at_one_post_and_the_price_is_the_true_one(market, data):
    students = data.draw(st.permutations(range(len(market.wishes))))
    size = data.draw(st.integers(0, len(students)))
    groups = [students[: size // 2], students[size // 2 : size]]
    together = solve_together(market.problem, groups)
    matching = together.matching.tolist()
    for group, post in zip(groups, together.kept, strict=True):
        if post >= 0:
            assert {matching[student] for student in group} == {post}
    found = verify_matching(market.problem, together.matching)
    assert found.overfull_posts == found.unwished_placements == 0
    assert found.blocking_pairs == together.claims
    alone = solve(market.problem).matching.tolist()
    worse = {s for s in range(len(alone)) if market.rank(s, matching[s]) > market.rank(s, alone[s])}
    members = {student for group in groups for student in group}
    assert together.displaced == len(worse - members)
    assert together.members_worse == len(worse & members)
    for student, post in enumerate(matching):  # no outsider is passed over for a weaker member
        if student in members:
            continue
        for wish, _ in market.wishes[student][: market.rank(student, post)]:
            held = [s for s in range(len(matching)) if matching[s] == wish and s in members]
            assert all(market.worth(s, wish) > market.worth(student, wish) for s in held)


@given(market=small_markets())
@settings(max_examples=40, deadline=None)
def test_without_groups_nothing_changes_and_nothing_costs(market):
    together = solve_together(market.problem, [])
    assert together.matching.tolist() == solve(market.problem).matching.tolist()
    assert (together.claims, together.displaced, together.members_worse) == (0, 0, 0)


def test_groups_that_share_a_student_or_name_nobody_are_refused():
    market = SmallMarket([[(0, 1)], [(0, 1)]], [1], [0, 1]).problem
    with pytest.raises(OverlappingGroupsError):
        solve_together(market, [[0, 1], [1]])
    with pytest.raises(UnknownStudentError):
        solve_together(market, [[5]])


def test_an_empty_group_asks_for_nothing():
    market = SmallMarket([[(0, 1)]], [1], [0]).problem
    together = solve_together(market, [[]])
    assert np.array_equal(together.matching, [0])
    assert together.kept == (-1,)


def test_groups_are_placed_by_the_kernel_as_by_the_reference():
    import matching.solve.plain  # noqa: F401  # from here on `auto` takes the kernel

    market = SmallMarket([[(0, 3), (1, 1)], [(0, 1), (1, 1)], [(0, 2)]], [2, 2], [0, 1, 2]).problem
    assert solve_together(market, [[0, 1]]).matching.tolist() == [1, 1, 0]
