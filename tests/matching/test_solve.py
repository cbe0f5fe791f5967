import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import SmallMarket, random_market, small_markets

import matching.solve as solvers
from matching.caps import build_caps
from matching.outcome import find_ranks
from matching.problem import build_problem
from matching.progress import in_steps
from matching.solve import solve, warm

ENGINES = ["reference", "kernel"]


@pytest.mark.parametrize("engine", ENGINES)
@given(market=small_markets())
@settings(max_examples=120, deadline=None)
def test_the_result_is_stable_and_no_stable_matching_is_better_for_any_student(engine, market):
    found = tuple(solve(market.problem, engine=engine).matching.tolist())
    stable = market.every_stable_matching()
    assert found in stable
    for student in range(len(market.wishes)):
        best = min(market.rank(student, other[student]) for other in stable)
        assert market.rank(student, found[student]) == best


@given(market=small_markets())
@settings(max_examples=150, deadline=None)
def test_every_stable_matching_places_the_same_students_and_fills_the_same_seats(market):
    found = solve(market.problem, engine="reference").matching
    placed = set(np.flatnonzero(found >= 0).tolist())
    fill = np.bincount(found[found >= 0], minlength=len(market.seats)).tolist()
    for other in market.every_stable_matching():
        assert {student for student, post in enumerate(other) if post >= 0} == placed
        assert [other.count(post) for post in range(len(market.seats))] == fill


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_kernel_and_reference_give_identical_bytes(seed):
    rng = np.random.default_rng(seed)
    market = random_market(rng, students=int(rng.integers(1, 200)), posts=12, length=8)
    slow = solve(market.problem, engine="reference")
    fast = solve(market.problem, engine="kernel")
    assert slow.matching.tobytes() == fast.matching.tobytes()
    assert slow.cutoffs.tobytes() == fast.cutoffs.tobytes()


@pytest.mark.parametrize("engine", ENGINES)
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_students_does_not_matter(engine, seed):
    rng = np.random.default_rng(seed)
    market = random_market(rng, students=60, posts=10, length=6)
    order = rng.permutation(60)
    shuffled = SmallMarket(
        [market.wishes[student] for student in order],
        market.seats,
        [market.lottery[student] for student in order],
    )
    first = solve(market.problem, engine=engine)
    second = solve(shuffled.problem, engine=engine)
    assert first.matching[order].tolist() == second.matching.tolist()
    assert first.cutoffs.tolist() == second.cutoffs.tolist()


@given(market=small_markets(students=4, posts=3))
@settings(max_examples=60, deadline=None)
def test_no_student_gains_by_any_misreport(market):
    import itertools

    honest = solve(market.problem, engine="reference").matching.tolist()
    for student, wishes in enumerate(market.wishes):
        for size in range(len(wishes) + 1):
            for lie in itertools.permutations(wishes, size):
                lists = [*market.wishes[:student], list(lie), *market.wishes[student + 1 :]]
                told = SmallMarket(lists, market.seats, market.lottery)
                got = solve(told.problem, engine="reference").matching.tolist()[student]
                assert market.rank(student, got) >= market.rank(student, honest[student])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_post_without_seats_takes_nobody_and_an_empty_list_stays_unplaced(engine):
    market = SmallMarket([[(0, 3)], [], [(0, 9), (1, 1)]], [0, 1], [0, 1, 2])
    outcome = solve(market.problem, engine=engine)
    assert outcome.matching.tolist() == [-1, -1, 1]
    assert outcome.cutoffs.tolist() == [2**64 - 1, (1 << 32) | 2]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_market_without_anybody_is_cleared(engine):
    problem = build_problem(indptr=[0], posts=[], keys=[], seats=[], lottery=[])
    assert solve(problem, engine=engine).matching.size == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_the_largest_key_and_the_largest_lottery_number_still_win(engine):
    market = SmallMarket([[(0, 2**32 - 2)], [(0, 2**32 - 2)], [(0, 1)]], [1], [0, 2, 1])
    assert solve(market.problem, engine=engine).matching.tolist() == [-1, 0, -1]


def test_the_tie_goes_to_the_higher_lottery_number():
    market = SmallMarket([[(0, 7)], [(0, 7)]], [1], [1, 0])
    assert solve(market.problem).matching.tolist() == [0, -1]


def test_ranks_are_counted_from_the_first_wish():
    market = SmallMarket([[(1, 1), (0, 1)], [(1, 2)], []], [1, 1], [0, 1, 2])
    outcome = solve(market.problem)
    ranks = find_ranks(market.problem, outcome.matching)
    assert ranks.tolist() == [1, 0, -1]
    assert ranks.dtype == np.int32


def test_a_market_too_small_to_be_watched_is_cleared_in_one_step():
    told = []
    assert list(in_steps(1_999, lambda *done: told.append(done))) == [(0, 1_999)]
    assert told == [(1_999, 1_999)]


def test_what_the_web_process_imports_does_not_load_numba():
    modules = "matching.problem, matching.verify, matching.lottery, matching.explain"
    code = f"import sys, {modules}, matching.tables, matching.solve, matching.commands"
    code += "; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("asked", "loaded", "least", "taken"),
    [
        ({}, True, 2, "kernel"),
        ({}, False, 2, "reference"),
        ({}, False, 1, "kernel"),
        ({"engine": "auto"}, False, 2, "reference"),
        ({"engine": "reference"}, True, 1, "reference"),
        ({"engine": "kernel"}, False, 2, "kernel"),
    ],
)
def test_the_engine_is_the_one_asked_for_or_else_the_one_that_pays(
    monkeypatch, asked, loaded, least, taken
):
    monkeypatch.setitem(sys.modules, "matching.solve.plain", sys)
    if not loaded:
        monkeypatch.delitem(sys.modules, "matching.solve.plain")
    monkeypatch.setattr(solvers, "KERNEL_FROM", least)
    monkeypatch.setattr(solvers, "solve_nested_reference", lambda *_: "reference")
    monkeypatch.setattr(solvers, "solve_nested", lambda *_: "kernel")
    caps = build_caps(parent=[1, -1], limits=[1], hard=[True])
    capped = replace(SmallMarket([[(0, 1)]], [1], [0]).problem, caps=caps)
    assert solve(capped, **asked) == taken


def test_a_market_under_soft_caps_alone_is_cleared_as_one_without(monkeypatch):
    monkeypatch.setattr(solvers, "solve_nested_reference", None)
    caps = build_caps(parent=[1, -1], limits=[0])
    soft = replace(SmallMarket([[(0, 1)]], [1], [0]).problem, caps=caps)
    assert solve(soft, engine="reference").matching.tolist() == [0]


CLEAR_AFTER_WARMING = """
import sys
from dataclasses import replace
from matching.caps import build_caps
from matching.problem import build_problem
from matching.solve import solve, warm
warm()
warmed = set(sys.modules)
market = build_problem(indptr=[0, 1], posts=[0], keys=[5], seats=[1], lottery=[0])
caps = build_caps(parent=[1, -1], limits=[0], hard=[True])
capped = replace(market, caps=caps)
assert [solve(one, engine="kernel").matching.tolist() for one in (market, capped)] == [[0], [-1]]
print([name for name in set(sys.modules) - warmed if name.startswith("matching")])
"""


def test_a_warmed_process_loads_nothing_more_to_clear_a_market():
    warm()  # here too, where most is loaded already: once more does no harm
    code = [sys.executable, "-c", CLEAR_AFTER_WARMING]
    assert subprocess.run(code, check=True, capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.parametrize("engine", ["reference", "kernel"])
@pytest.mark.parametrize("capped", [False, True])
def test_watching_a_run_tells_how_far_it_is_and_changes_no_byte(engine, capped):
    market = random_market(np.random.default_rng(8), students=3_100, posts=60, length=6).problem
    if capped:
        parent = [*(60 + post // 6 for post in range(60)), *([-1] * 10)]
        market = replace(market, caps=build_caps(parent=parent, limits=[9] * 10, hard=[True] * 10))
    told: list[tuple[int, int]] = []
    watched = solve(market, engine=engine, progress=lambda done, whole: told.append((done, whole)))
    alone = solve(market, engine=engine)
    assert watched.matching.tobytes() == alone.matching.tobytes()
    assert watched.cutoffs.tobytes() == alone.cutoffs.tobytes()
    assert told == [(1033, 3100), (2066, 3100), (3100, 3100)]
