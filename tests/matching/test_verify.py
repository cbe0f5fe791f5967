import ast
import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import random_market, small_markets

from matching import verify
from matching.caps import build_caps
from matching.errors import ShapeMismatchError
from matching.problem import build_problem
from matching.solve import solve
from matching.verify import (
    CertificateFindings,
    Findings,
    kernel,
    plain,
    verify_cutoffs,
    verify_matching,
)

CHECKERS = [plain, kernel]


@pytest.mark.parametrize("checker", CHECKERS)
@given(market=small_markets(students=5, posts=3))
@settings(max_examples=60, deadline=None)
def test_the_checker_agrees_with_the_definition_on_every_matching(checker, market):
    problem = market.problem
    for matching in market.every_matching():
        counts = checker.count_blocking(problem, np.array(matching, dtype=np.int32))
        assert (counts[:3] == (0, 0, 0)) == market.is_stable(matching)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=80, deadline=None)
def test_both_checkers_count_the_same(seed):
    rng = np.random.default_rng(seed)
    market = random_market(rng, students=40, posts=8, length=6)
    problem = market.problem
    outcome = solve(problem, engine="reference")
    wild = rng.integers(-1, 9, 40).astype(np.int32)
    for matching in (outcome.matching, wild):
        assert plain.count_blocking(problem, matching) == kernel.count_blocking(problem, matching)
        for cutoffs in (outcome.cutoffs, rng.permutation(outcome.cutoffs)):
            first = plain.count_unproven(problem, matching, cutoffs)
            assert first == kernel.count_unproven(problem, matching, cutoffs)


@pytest.mark.parametrize("checker", CHECKERS)
@given(market=small_markets())
@settings(max_examples=60, deadline=None)
def test_the_cutoffs_of_a_clearing_prove_it(checker, market):
    outcome = solve(market.problem, engine="reference")
    assert checker.count_unproven(market.problem, outcome.matching, outcome.cutoffs) == (0, 0, 0)


@pytest.mark.parametrize("checker", CHECKERS)
@given(market=small_markets(students=5, posts=3), data=st.data())
@settings(max_examples=80, deadline=None)
def test_one_flipped_placement_fails_both_the_checker_and_the_certificate(checker, market, data):
    outcome = solve(market.problem, engine="reference")
    student = data.draw(st.integers(0, len(market.wishes) - 1))
    options = [-1, *range(len(market.seats))]
    options.remove(int(outcome.matching[student]))
    flipped = outcome.matching.copy()
    flipped[student] = data.draw(st.sampled_from(options))
    assert checker.count_blocking(market.problem, flipped)[:3] != (0, 0, 0)
    assert checker.count_unproven(market.problem, flipped, outcome.cutoffs) != (0, 0, 0)


@given(market=small_markets(students=5, posts=3), data=st.data())
@settings(max_examples=60, deadline=None)
def test_cutoffs_that_prove_a_matching_prove_only_stable_ones(market, data):
    problem = market.problem
    limits = [0, 2**64 - 1]
    limits += [(key << 32) | lot for key in (1, 2, 3) for lot in market.lottery]
    drawn = data.draw(
        st.lists(st.sampled_from(limits), min_size=problem.posts, max_size=problem.posts)
    )
    cutoffs = np.array(drawn, dtype=np.uint64)
    for matching in market.every_matching():
        if plain.count_unproven(problem, np.array(matching, np.int32), cutoffs) == (0, 0, 0):
            assert market.is_stable(matching)


def test_a_post_outside_the_market_is_a_finding_and_no_crash():
    rng = np.random.default_rng(5)
    market = random_market(rng, students=10, posts=4, length=3)
    matching = np.full(10, 99, dtype=np.int32)
    assert verify_matching(market.problem, matching).unwished_placements == 10
    cutoffs = np.zeros(4, dtype=np.uint64)
    assert not verify_cutoffs(market.problem, matching, cutoffs).proven


def test_a_matching_or_cutoffs_of_another_size_are_refused_with_both_sizes():
    problem = random_market(np.random.default_rng(1), students=4, posts=2, length=2).problem
    short, long = np.zeros(4, dtype=np.int32), np.zeros(5, dtype=np.int32)
    two, three = np.zeros(2, dtype=np.uint64), np.zeros(3, dtype=np.uint64)
    for refuse, facts in (
        (lambda: verify_matching(problem, long), {"name": "matching", "wanted": 4, "given": 5}),
        (lambda: verify_cutoffs(problem, long, two), {"name": "matching", "wanted": 4, "given": 5}),
        (
            lambda: verify_cutoffs(problem, short, three),
            {"name": "cutoffs", "wanted": 2, "given": 3},
        ),
    ):
        with pytest.raises(ShapeMismatchError) as refused:
            refuse()
        assert refused.value.facts == facts


@pytest.fixture(params=["plain", "kernel"])
def way(request, monkeypatch):
    """Let the public functions take one of their two ways, and the other one fail."""
    taken = {"plain": plain, "kernel": kernel}[request.param]
    other = kernel if taken is plain else plain
    if taken is plain:
        monkeypatch.delitem(sys.modules, "matching.verify.kernel")
    for name in ("count_blocking", "count_unproven"):
        monkeypatch.setattr(other, name, _never)
    return taken


def _never(*_):
    raise AssertionError


def test_what_is_wrong_is_counted_under_its_name_on_either_way(way):
    # post 0: a seat for two; post 1: one seat. Student 0 has the higher key at both.
    problem = build_problem(
        indptr=[0, 2, 4, 5],
        posts=[0, 1, 0, 1, 0],
        keys=[9, 9, 8, 8, 7],
        seats=[1, 1],
        lottery=[2, 1, 0],
    )
    both, outside = np.array([0, 0, -1]), np.array([1, -1, 1])
    assert verify_matching(problem, both) == Findings(0, 1, 0, None)
    # 0 would rather be at 0, which is empty; so would 1 and 2; 2 never wished for 1
    assert verify_matching(problem, outside) == Findings(3, 1, 1, (0, 0))
    cutoffs = solve(problem, engine="reference").cutoffs
    stable = np.array([0, 1, -1])
    assert verify_cutoffs(problem, stable, cutoffs) == CertificateFindings(0, 0, 0)
    assert verify_cutoffs(problem, both, cutoffs) == CertificateFindings(1, 1, 1)
    assert verify_cutoffs(problem, np.array([-1, 1, 0]), cutoffs) == (CertificateFindings(2, 0, 0))
    assert way in CHECKERS


@pytest.mark.parametrize("far", [2, 99, -2, -99])
def test_every_number_outside_the_market_is_a_placement_that_nobody_wished_for(way, far):
    problem = build_problem(indptr=[0, 1], posts=[0], keys=[5], seats=[1, 1], lottery=[0])
    matching = np.array([far], dtype=np.int64)
    assert verify_matching(problem, matching) == Findings(1, 0, 1, (0, 0))
    assert verify_cutoffs(problem, matching, np.zeros(2, np.uint64)).misplaced_students == 1
    assert way in CHECKERS


def test_a_wrong_placement_takes_nobody_elses_place_away(way):
    problem = build_problem(
        indptr=[0, 1, 2, 2], posts=[0, 0], keys=[5, 6], seats=[1], lottery=[0, 1, 2]
    )
    # student 1 sits at 0 and student 2 nowhere, whatever was written for student 0
    assert verify_matching(problem, np.array([7, 0, -1])) == Findings(0, 0, 1, None)
    assert way in CHECKERS


def test_a_cutoff_of_one_is_not_earned_by_an_open_seat(way):
    bare = build_problem(indptr=[0, 1], posts=[0], keys=[5], seats=[2], lottery=[0])
    caps = build_caps(parent=[1, -1], limits=[2], hard=[True])
    placed, one = np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int64)
    for problem in (bare, dataclasses.replace(bare, caps=caps)):
        assert verify_cutoffs(problem, placed, one) == CertificateFindings(0, 0, 1)
        assert verify_cutoffs(problem, placed, 0 * one).proven
    assert way in CHECKERS


def test_a_move_inside_a_full_group_is_no_claim(way):
    caps = build_caps(parent=[2, 2, -1], limits=[1], hard=[True])
    problem = build_problem(
        indptr=[0, 2], posts=[0, 1], keys=[5, 5], seats=[1, 1], lottery=[0], caps=caps
    )
    placed, cutoffs = np.ones(1, dtype=np.int32), np.full(2, 5 << 32, dtype=np.uint64)
    assert verify_matching(problem, placed) == Findings(0, 0, 0, None)
    assert verify_cutoffs(problem, placed, cutoffs) == CertificateFindings(1, 0, 0)
    assert verify_cutoffs(problem, placed, cutoffs + np.uint64(1)).unearned_cutoffs == 2
    assert way in CHECKERS


def test_nobody_at_all_is_a_stable_matching(way):
    problem = build_problem(indptr=[0], posts=[], keys=[], seats=[1], lottery=[])
    nobody = np.zeros(0, dtype=np.int32)
    assert verify_matching(problem, nobody).stable
    assert verify_cutoffs(problem, nobody, np.zeros(1, dtype=np.uint64)).proven
    assert way in CHECKERS


def test_the_kernel_is_taken_where_it_is_loaded_or_the_market_is_large(monkeypatch):
    problem = random_market(np.random.default_rng(1), students=4, posts=2, length=2).problem
    wishes = problem.wishes.size
    for loaded, least, taken in (
        (True, wishes + 1, True),
        (False, wishes + 1, False),
        (False, wishes, True),
        (True, wishes, True),
    ):
        monkeypatch.setattr(verify, "_KERNEL_FROM", least)
        with monkeypatch.context() as inside:
            if not loaded:
                inside.delitem(sys.modules, "matching.verify.kernel")
            assert verify._prefers_kernel(problem) is taken


def test_the_checker_imports_nothing_of_the_solver():
    for path in Path(verify.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert not str(node.module).startswith("matching.solve")


def test_the_checker_in_parts_counts_what_it_counts_whole(monkeypatch):
    rng = np.random.default_rng(9)
    problem = random_market(rng, students=90, posts=8, length=6).problem
    wild = rng.integers(-1, 9, 90).astype(np.int32)
    cutoffs = solve(problem, engine="reference").cutoffs
    whole = kernel.count_blocking(problem, wild), kernel.count_unproven(problem, wild, cutoffs)
    monkeypatch.setattr(kernel, "_STUDENTS_PER_THREAD", 20)
    monkeypatch.setattr(kernel.os, "cpu_count", lambda: 4)
    parts = kernel.count_blocking(problem, wild), kernel.count_unproven(problem, wild, cutoffs)
    assert parts == whole
