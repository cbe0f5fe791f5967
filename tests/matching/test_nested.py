import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import SmallMarket, random_market, small_markets

from matching.caps import binding_forest, build_caps, count_by_group, list_exceeded
from matching.errors import (
    CapCycleError,
    NegativeCapError,
    PriorityNotANumberError,
    ShapeMismatchError,
    UnknownGroupError,
)
from matching.problem import Problem
from matching.solve import solve
from matching.verify import kernel, plain, verify_cutoffs, verify_matching

ENGINES = ["reference", "kernel"]


def nest(market: SmallMarket, caps) -> Problem:
    bare = market.problem
    return Problem(bare.indptr, bare.wishes, bare.seats, bare.lottery, caps)


@st.composite
def small_forests(draw, posts):
    """Two enterprises in a region and a group that stands alone, each soft or hard."""
    above = [draw(st.sampled_from([-1, posts, posts + 1, posts + 3])) for _ in range(posts)]
    limits = draw(st.lists(st.integers(0, 3), min_size=4, max_size=4))
    hard = draw(st.lists(st.booleans(), min_size=4, max_size=4))
    return build_caps(parent=[*above, posts + 2, posts + 2, -1, -1], limits=limits, hard=hard)


def smallest_full_node(market, caps, held, post):
    if len(held[post]) >= market.seats[post]:
        return held[post]
    group = int(caps.parent[post])
    while group >= 0:
        index = group - caps.posts
        if caps.hard[index] and len(held[group]) >= caps.limits[index]:
            return held[group]
        group = int(caps.parent[group])
    return None


def is_stable(market: SmallMarket, caps, matching) -> bool:
    """The definition of `matching.solve.nested`, word by word."""
    held = {node: [] for node in range(caps.parent.size)}
    for student, post in enumerate(matching):
        node = post
        while node >= 0:
            held[node].append(market.worth(student, post))
            node = int(caps.parent[node])
    limits = [*market.seats, *np.where(caps.hard, caps.limits, 99)]
    if any(len(held[node]) > limit for node, limit in enumerate(limits)):
        return False
    for student, wishes in enumerate(market.wishes):
        for post, _ in wishes[: market.rank(student, matching[student])]:
            full = smallest_full_node(market, caps, held, post)
            if full is None or (full and min(full) < market.worth(student, post)):
                return False
    return True


@pytest.mark.parametrize("engine", ENGINES)
@given(market=small_markets(students=5, posts=4), data=st.data())
@settings(max_examples=100, deadline=None)
def test_under_caps_the_result_is_stable_and_best_for_every_student(engine, market, data):
    caps = data.draw(small_forests(len(market.seats)))
    found = tuple(solve(nest(market, caps), engine=engine).matching.tolist())
    stable = [one for one in market.every_matching() if is_stable(market, caps, one)]
    assert found in stable
    for student in range(len(market.wishes)):
        best = min(market.rank(student, other[student]) for other in stable)
        assert market.rank(student, found[student]) == best


@pytest.mark.parametrize("checker", [plain, kernel])
@given(market=small_markets(students=4, posts=3), data=st.data())
@settings(max_examples=60, deadline=None)
def test_the_checker_knows_the_caps_on_every_matching(checker, market, data):
    caps = data.draw(small_forests(len(market.seats)))
    problem = nest(market, caps)
    for matching in market.every_matching():
        counts = checker.count_blocking(problem, np.array(matching, dtype=np.int32))
        assert (counts[:3] == (0, 0, 0)) == is_stable(market, caps, matching)


def random_forest(rng, posts):
    above = rng.integers(posts, posts + 6, posts)
    above[rng.random(posts) < 0.2] = -1
    groups = [*(posts + 6 + rng.integers(0, 3, 6)), posts + 9, posts + 9, -1, -1]
    hard = rng.random(10) < 0.8
    return build_caps(parent=[*above, *groups], limits=rng.integers(0, 12, 10), hard=hard)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=80, deadline=None)
def test_nested_kernel_and_reference_give_identical_bytes_that_prove_themselves(seed):
    rng = np.random.default_rng(seed)
    market = random_market(rng, students=int(rng.integers(1, 150)), posts=14, length=9)
    problem = nest(market, random_forest(rng, 14))
    slow, fast = (solve(problem, engine=engine) for engine in ENGINES)
    assert slow.matching.tobytes() == fast.matching.tobytes()
    assert slow.cutoffs.tobytes() == fast.cutoffs.tobytes()
    assert verify_matching(problem, fast.matching).stable
    for checker in (plain, kernel):
        assert checker.count_unproven(problem, fast.matching, fast.cutoffs) == (0, 0, 0)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_under_caps_one_flipped_placement_fails_the_checker_and_the_certificate(seed):
    rng = np.random.default_rng(seed)
    market = random_market(rng, students=40, posts=14, length=9)
    problem = nest(market, random_forest(rng, 14))
    outcome = solve(problem, engine="reference")
    student = int(rng.integers(0, 40))
    flipped = outcome.matching.copy()
    flipped[student] = int(rng.choice(np.setdiff1d(np.arange(-1, 14), flipped[student])))
    assert not verify_matching(problem, flipped).stable
    assert not verify_cutoffs(problem, flipped, outcome.cutoffs).proven


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_hard_caps_are_never_exceeded_and_soft_ones_are_reported(seed):
    rng = np.random.default_rng(seed)
    market = random_market(rng, students=80, posts=14, length=9)
    caps = random_forest(rng, 14)
    matching = solve(nest(market, caps), engine="kernel").matching
    placed = count_by_group(caps, matching)[14:]
    assert (placed[caps.hard] <= caps.limits[caps.hard]).all()
    told = {name: count for name, _, count in list_exceeded(caps, matching)}
    over = np.flatnonzero(placed > caps.limits)
    assert told == {str(group): int(placed[group]) for group in over}


def test_soft_caps_change_nothing():
    rng = np.random.default_rng(2)
    market = random_market(rng, students=80, posts=14, length=9)
    hard = random_forest(rng, 14)
    soft = build_caps(parent=hard.parent, limits=hard.limits)
    capped = solve(nest(market, soft), engine="kernel")
    assert capped.matching.tolist() == solve(market.problem).matching.tolist()


def test_a_cap_that_cannot_bind_is_left_out_and_its_members_move_up():
    caps = build_caps(
        parent=[3, 3, 4, 4, 5, -1], limits=[5, 2, 9], hard=[True, True, True], names=["a", "b", "c"]
    )
    forest = binding_forest(caps, np.array([1, 2, 4], dtype=np.int32))
    assert forest.names == ("b",)
    assert forest.parent.tolist() == [3, 3, 3, -1]
    assert (forest.limits.tolist(), forest.hard.tolist()) == ([2], [True])
    assert (forest.parent.dtype, forest.limits.dtype) == (np.int32, np.int64)


def test_of_caps_one_above_the_other_those_that_bind_stay_in_their_order():
    # each stands above the one before: c has room for all that b lets through, and e is soft
    caps = build_caps(
        parent=[2, 6, 3, 4, 5, -1, -1],
        limits=[4, 3, 3, 2, 1],
        hard=[True, True, True, True, False],
        names=["a", "b", "c", "d", "e"],
    )
    forest = binding_forest(caps, np.array([5, 9], dtype=np.int32))
    assert forest.names == ("a", "b", "d")
    assert forest.parent.tolist() == [2, -1, 3, 4, -1]
    assert forest.limits.tolist() == [4, 3, 2]


def test_caps_over_no_post_at_all_do_not_bind():
    nobody = np.zeros(0, dtype=np.int32)
    assert binding_forest(build_caps(parent=[], limits=[]), nobody).parent.tolist() == []
    above = build_caps(parent=[-1, 0], limits=[0, 5], hard=[True, True])
    assert binding_forest(above, nobody).names == ()


@pytest.mark.parametrize(
    ("parent", "limits", "error", "facts"),
    [
        ([1, 2, 1], [1, 1], CapCycleError, {"groups": "a, b"}),
        ([1, 1], [1], CapCycleError, {"groups": "a"}),
        ([1, 9], [1], UnknownGroupError, {"row": 1, "group": 9}),
        ([1, 2], [1], UnknownGroupError, {"row": 1, "group": 2}),
        ([-1, 0, -1], [1], UnknownGroupError, {"row": 1, "group": 0}),
        ([1, -2], [1], UnknownGroupError, {"row": 1, "group": -2}),
        ([1, -1, -1], [0, -4], NegativeCapError, {"group": "b", "cap": -4}),
        ([1, -1, -1], [0, -1], NegativeCapError, {"group": "b", "cap": -1}),
        ([1, -1], [float("nan")], PriorityNotANumberError, {"row": 0, "name": "limits"}),
        ([1, 0.5], [1], PriorityNotANumberError, {"row": 1, "name": "parent"}),
    ],
)
def test_wrong_groups_are_refused_and_named(parent, limits, error, facts):
    with pytest.raises(error) as refused:
        build_caps(parent=parent, limits=limits, names=["a", "b"][: len(limits)])
    assert refused.value.facts == facts
    assert "{" not in refused.value.detail("zh") + refused.value.detail("en")


def test_a_circle_is_told_without_the_groups_that_only_lead_into_it():
    parent = [1, 2, 3, 4, 2, -1]  # a < b < c < d < b, and e stands alone
    with pytest.raises(CapCycleError) as refused:
        build_caps(parent=parent, limits=[1] * 5, names=["a", "b", "c", "d", "e"])
    told = str(refused.value.facts["groups"]).split(", ")
    assert told in (["b", "c", "d"], ["c", "d", "b"], ["d", "b", "c"])


def test_groups_may_stand_one_above_the_other_as_deep_as_there_are_groups():
    for groups in range(5):
        chain = [*range(1, groups + 1), -1]
        assert build_caps(parent=chain, limits=[1] * groups).parent.tolist() == chain


def test_caps_over_other_posts_are_refused():
    from matching.problem import build_problem

    caps = build_caps(parent=[1, -1], limits=[1])
    with pytest.raises(ShapeMismatchError) as refused:
        build_problem(indptr=[0], posts=[], keys=[], seats=[1, 1], lottery=[], caps=caps)
    assert refused.value.facts == {"name": "caps", "wanted": 2, "given": 1}


@pytest.mark.parametrize(
    ("change", "given"),
    [
        ({"hard": [True]}, 1),
        ({"hard": [True] * 3}, 2),
        ({"names": ["a"]}, 1),
        ({"names": ["a", "b", "c"]}, 2),
        ({"parent": [-1]}, 2),
    ],
)
def test_lists_of_groups_that_do_not_fit_each_other_are_refused(change, given):
    groups = {"parent": [-1, -1], "limits": [1, 2], "hard": [True, False]} | change
    with pytest.raises(ShapeMismatchError) as refused:
        build_caps(**groups)
    assert refused.value.facts == {"name": "caps", "wanted": 2, "given": given}


def test_caps_are_soft_and_numbered_unless_told_otherwise_and_cannot_be_written_to():
    caps = build_caps(parent=[1, -1, -1], limits=[3, 0])
    assert (caps.posts, caps.names, caps.hard.tolist()) == (1, ("0", "1"), [False, False])
    assert (caps.parent.dtype, caps.limits.dtype, caps.hard.dtype) == (np.int32, np.int64, bool)
    told = build_caps(parent=[-1, -1], limits=[3, 0], hard=[0, 1])  # as files and forms tell it
    assert (told.hard.dtype, told.hard.tolist()) == (bool, [False, True])
    for array in (caps.parent, caps.limits, caps.hard):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize("name", ["parent", "limits"])
def test_an_array_of_groups_is_refused_by_its_own_name(name):
    with pytest.raises(ShapeMismatchError) as refused:
        build_caps(**({"parent": [-1], "limits": [1]} | {name: [[1]]}))
    assert refused.value.facts["name"] == name


def test_every_post_and_every_group_above_it_counts_its_students():
    caps = build_caps(parent=[3, 3, 4, 5, 5, -1], limits=[2, 1, 3])
    counts = count_by_group(caps, np.array([0, 0, 1, 2, -1], dtype=np.int32))
    assert counts.dtype == np.int64
    assert counts.tolist() == [2, 1, 1, 3, 1, 4]
    bare = build_caps(parent=[-1, 2, -1], limits=[2])
    assert count_by_group(bare, np.array([0, 1], dtype=np.int32)).tolist() == [1, 1, 1]
