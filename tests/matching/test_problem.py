import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import problem as problem_module
from matching import scan
from matching.errors import (
    DuplicatePostError,
    DuplicateRankError,
    DuplicateWishError,
    LotteryNotAPermutationError,
    MatchingError,
    NegativeSeatsError,
    PriorityNotANumberError,
    PriorityOutOfRangeError,
    ShapeMismatchError,
    TooLargeError,
    UnknownPostError,
)
from matching.problem import build_problem, rank_priorities, whole_numbers
from matching.tables import build_market, name_placements

GOOD = {"indptr": [0, 2, 3], "posts": [0, 1, 0], "keys": [5, 1, 7], "seats": [1, 1]}
GOOD |= {"lottery": [1, 0]}
INDPTR, SEATS = {"name": "indptr"}, {"name": "seats", "limit": 2**32 - 1}


@pytest.mark.parametrize(
    ("change", "error", "facts"),
    [
        ({"posts": [0, 2, 0]}, UnknownPostError, {"row": 1, "post": 2}),
        ({"posts": [0, 1, -1]}, UnknownPostError, {"row": 2, "post": -1}),
        ({"posts": [1, 1, 0]}, DuplicateWishError, {"row": 1, "student": 0, "post": 1}),
        ({"keys": [5, 0, 7]}, PriorityOutOfRangeError, {"row": 1, "key": 0}),
        ({"keys": [5, 1, 2**32 - 1]}, PriorityOutOfRangeError, {"row": 2, "key": 2**32 - 1}),
        ({"keys": [5, np.nan, 7]}, PriorityNotANumberError, {"row": 1, "name": "keys"}),
        ({"posts": [0, 1, 0.5]}, PriorityNotANumberError, {"row": 2, "name": "posts"}),
        ({"keys": [5, 1]}, ShapeMismatchError, {"name": "keys", "wanted": 3, "given": 2}),
        ({"seats": [1, -2]}, NegativeSeatsError, {"row": 1, "seats": -2}),
        ({"seats": [0, -1]}, NegativeSeatsError, {"row": 1, "seats": -1}),
        ({"lottery": [1, 1]}, LotteryNotAPermutationError, {"row": 0, "number": 1}),
        (
            {"indptr": [0, 2, 3, 3], "lottery": [2, 0, 0]},
            LotteryNotAPermutationError,
            {"row": 1, "number": 0},
        ),
        ({"lottery": [1, 2]}, LotteryNotAPermutationError, {"row": 1, "number": 2}),
        ({"lottery": [1, -1]}, LotteryNotAPermutationError, {"row": 1, "number": -1}),
        ({"lottery": [0]}, ShapeMismatchError, {"name": "lottery", "wanted": 2, "given": 1}),
        ({"indptr": [0, 3, 2]}, ShapeMismatchError, INDPTR | {"wanted": "0..3", "given": "0..2"}),
        ({"indptr": [1, 2, 3]}, ShapeMismatchError, INDPTR | {"wanted": "0..3", "given": "1..3"}),
        ({"indptr": []}, ShapeMismatchError, INDPTR | {"wanted": "0..3", "given": "nothing"}),
        (
            {"indptr": [0, 0, 3, 1, 3], "lottery": [0, 1, 2, 3]},
            ShapeMismatchError,
            INDPTR | {"wanted": "never falling", "given": "falls after 2"},
        ),
        (
            {"indptr": np.array([0, 3, 1, 3], dtype=np.uint32), "lottery": [0, 1, 2]},
            ShapeMismatchError,
            INDPTR | {"wanted": "never falling", "given": "falls after 1"},
        ),
        (
            {"seats": [1, 2**31]},
            TooLargeError,
            {"name": "seats of post 1", "given": 2**31, "limit": 2**31 - 1},
        ),
        ({"seats": [2**31 - 1, 2**31 - 1, 2]}, TooLargeError, SEATS | {"given": 2**32}),
        (
            {"posts": ["a", "b", "c"]},
            ShapeMismatchError,
            {"name": "posts", "wanted": "integers", "given": "<U1"},
        ),
        (
            {"posts": [[0], [1], [0]]},
            ShapeMismatchError,
            {"name": "posts", "wanted": "(n,)", "given": "(3, 1)"},
        ),
    ],
)
def test_a_wrong_array_is_refused_with_its_row(change, error, facts):
    with pytest.raises(error) as refused:
        build_problem(**(GOOD | change))
    assert refused.value.facts == facts
    assert "{" not in refused.value.detail("zh") + refused.value.detail("en")


def test_fractions_that_are_whole_are_taken_as_far_as_sixty_four_bits_hold_them():
    held = [-(2.0**63), -1.0, 0.0, 1e6, 2.0**63 - 1024]
    taken = whole_numbers("seats", held)
    assert (taken.dtype, taken.tolist()) == (np.int64, [int(number) for number in held])
    with pytest.raises(PriorityNotANumberError) as refused:
        whole_numbers("seats", [1.0, -(2.0**63) - 2048])
    assert refused.value.facts == {"row": 1, "name": "seats"}
    assert whole_numbers("seats", []).dtype == np.int64


@pytest.mark.parametrize("name", ["indptr", "posts", "keys", "seats", "lottery"])
def test_each_array_is_refused_by_its_own_name(name):
    with pytest.raises(ShapeMismatchError) as refused:
        build_problem(**(GOOD | {name: [[0]]}))
    assert refused.value.facts["name"] == name


def test_a_list_longer_than_sixteen_bits_is_refused():
    def one_list(length):
        ones = np.ones(length, dtype=np.int64)
        posts = np.arange(length)
        return build_problem(indptr=[0, length], posts=posts, keys=ones, seats=ones, lottery=[0])

    assert one_list(2**16 - 1).wishes.size == 2**16 - 1
    with pytest.raises(TooLargeError) as refused:
        one_list(2**16)
    told = {"name": "wishes of one student", "given": 2**16, "limit": 2**16 - 1}
    assert refused.value.facts == told


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        (2**32, {"name": "wishes", "given": 2**32, "limit": 2**32 - 1}),
        # as many as can be counted, but not by one student
        (2**32 - 1, {"name": "wishes of one student", "given": 2**32 - 1, "limit": 2**16 - 1}),
    ],
)
def test_more_wishes_than_thirty_two_bits_count_are_refused(wishes, told):
    with pytest.raises(TooLargeError) as refused:
        problem_module._check_indptr(np.array([0, wishes]), wishes=wishes)
    assert refused.value.facts == told


def test_more_students_than_the_limit_are_refused(monkeypatch):
    monkeypatch.setattr(problem_module, "STUDENTS_MAX", 3)  # no memory for the true one in a test
    lists = {"posts": [], "keys": [], "seats": []}
    three = build_problem(indptr=[0, 0, 0, 0], lottery=[0, 1, 2], **lists)
    assert three.students == 3
    with pytest.raises(TooLargeError) as refused:
        build_problem(indptr=[0, 0, 0, 0, 0], lottery=[0, 1, 2, 3], **lists)
    assert refused.value.facts == {"name": "students", "given": 4, "limit": 3}


def test_as_many_seats_as_can_be_counted_are_taken():
    market = build_problem(**(GOOD | {"seats": [2**31 - 1, 2**31 - 1, 1]}))
    assert market.seats.tolist() == [2**31 - 1, 2**31 - 1, 1]


def test_arrays_of_the_kernels_widths_are_packed_in_one_pass_and_without_a_copy(monkeypatch):
    seen, pack = [], scan.pack_wishes
    monkeypatch.setattr(scan, "pack_wishes", lambda *given: seen.append(given) or pack(*given))
    monkeypatch.setattr(problem_module, "_check_wishes", None)  # no second pass, which would fail
    monkeypatch.setattr(problem_module, "_KERNEL_FROM", 0)
    for post, key in ((np.int32, np.uint32), (np.int32, np.int64), (np.int64, np.uint32)):
        posts, keys = np.array([0, 1, 0], dtype=post), np.array([5, 1, 7], dtype=key)
        build_problem(**(GOOD | {"posts": posts, "keys": keys}))
        assert np.shares_memory(seen[-1][1], posts)
        assert np.shares_memory(seen[-1][2], keys)


@pytest.mark.parametrize(
    ("loaded", "least", "taken"),
    [("sys", 4, True), ("no.such", 4, False), ("no.such", 3, True), ("sys", 3, True)],
)
def test_the_compiled_pass_is_taken_where_it_is_loaded_or_pays(monkeypatch, loaded, least, taken):
    passes = []
    monkeypatch.setattr(problem_module, "_KERNELS", ("no.other", loaded))
    monkeypatch.setattr(problem_module, "_KERNEL_FROM", least)
    monkeypatch.setattr(problem_module, "_pack_in_one_pass", lambda *_, **__: passes.append(1))
    assert build_problem(**GOOD).wishes.tolist() == [5 << 32, 1 << 32 | 1, 7 << 32]
    assert bool(passes) is taken


def test_the_large_path_finds_the_same_repeated_wish(monkeypatch):
    rng = np.random.default_rng(3)
    for _ in range(50):
        posts = rng.integers(0, 9, 40).astype(np.int32)
        indptr = np.array([0, 4, 4, 9, 20, 33, 40])
        small = problem_module._repeated_wish(indptr, posts, 9)
        monkeypatch.setattr(problem_module, "_KERNEL_FROM", 0)
        assert problem_module._repeated_wish(indptr, posts, 9) == small
        monkeypatch.undo()


@pytest.mark.parametrize("kind", [np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64])
def test_one_compiled_pass_packs_every_width_as_the_plain_checks_do(monkeypatch, kind):
    wide = GOOD | {name: np.array(GOOD[name], dtype=kind) for name in ("posts", "keys")}
    monkeypatch.setattr(problem_module, "_KERNELS", frozenset())
    plain = build_problem(**wide)
    monkeypatch.setattr(problem_module, "_KERNEL_FROM", 0)
    compiled = build_problem(**wide)
    assert compiled.wishes.tobytes() == plain.wishes.tobytes()
    assert compiled.wishes.tolist() == [5 << 32, 1 << 32 | 1, 7 << 32]


@pytest.mark.parametrize(
    ("change", "error", "row"),
    [
        ({"posts": [2, 1, 0]}, UnknownPostError, 0),
        ({"posts": [0, 2, 0]}, UnknownPostError, 1),
        ({"posts": np.array([0, 2**64 - 1, 0], dtype=np.uint64)}, UnknownPostError, 1),
        ({"posts": np.array([0, 1, -1], dtype=np.int32)}, UnknownPostError, 2),
        ({"posts": [1, 1, 0]}, DuplicateWishError, 1),
        ({"keys": [5, 0, 7]}, PriorityOutOfRangeError, 1),
        ({"keys": [5, -1, 7]}, PriorityOutOfRangeError, 1),
        ({"keys": [5, 1, 2**32 - 1]}, PriorityOutOfRangeError, 2),
        ({"keys": np.array([5, 1, 2**63 + 5], dtype=np.uint64)}, PriorityOutOfRangeError, 2),
        # of several faults the same one is named first
        ({"posts": [1, 1, 5], "keys": [0, 1, 1]}, UnknownPostError, 2),
    ],
)
def test_the_compiled_pass_refuses_what_the_plain_checks_refuse(monkeypatch, change, error, row):
    told = []
    monkeypatch.setattr(problem_module, "_KERNELS", frozenset())
    for size in (10**9, 0):
        monkeypatch.setattr(problem_module, "_KERNEL_FROM", size)
        with pytest.raises(error) as refused:
            build_problem(**(GOOD | change))
        assert refused.value.facts["row"] == row
        told.append((refused.value.facts, refused.value.detail("zh")))
    assert told[0] == told[1]


@pytest.mark.parametrize("kernel_from", [0, 10**9])
def test_the_greatest_key_and_the_last_post_are_still_taken(monkeypatch, kernel_from):
    monkeypatch.setattr(problem_module, "_KERNELS", frozenset())
    monkeypatch.setattr(problem_module, "_KERNEL_FROM", kernel_from)
    market = build_problem(**(GOOD | {"keys": [2**32 - 2, 1, 1]}))
    assert market.wishes.tolist() == [(2**32 - 2) << 32, 1 << 32 | 1, 1 << 32]
    with pytest.raises(PriorityOutOfRangeError) as refused:
        build_problem(**(GOOD | {"keys": [2**32 - 2, 1, 2**32 - 1]}))
    assert refused.value.facts["row"] == 2


def test_a_problem_cannot_be_written_to_and_leaves_the_callers_arrays_alone():
    seats = np.array([1, 1], dtype=np.int32)
    problem = build_problem(**(GOOD | {"seats": seats}))
    for array in (problem.indptr, problem.wishes, problem.seats, problem.lottery):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 9
    seats[0] = 5
    assert problem.seats.tolist() == [1, 1]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_keys_keep_the_order_and_the_ties_of_scores(scores):
    keys, levels = rank_priorities(scores)
    assert (levels[keys - 1] == np.array(scores)).all()
    assert (np.diff(levels) > 0).all()


def test_levels_are_scores_with_fractions_even_where_none_was_given():
    keys, levels = rank_priorities([70, 60, 70])
    assert (keys.tolist(), levels.tolist()) == ([2, 1, 2], [60.0, 70.0])
    assert (keys.dtype, levels.dtype) == (np.uint32, np.float64)


@pytest.mark.parametrize("kernel_from", [0, 10**9])
def test_any_number_of_students_may_wish_for_the_same_posts(monkeypatch, kernel_from):
    monkeypatch.setattr(problem_module, "_KERNELS", frozenset())
    monkeypatch.setattr(problem_module, "_KERNEL_FROM", kernel_from)
    market = build_problem(
        indptr=range(0, 61, 2), posts=[0, 1] * 30, keys=[1] * 60, seats=[9, 9], lottery=range(30)
    )
    assert (market.students, market.wishes.tolist()) == (30, [1 << 32, 1 << 32 | 1] * 30)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_no_number_is_refused_with_its_row(bad):
    with pytest.raises(PriorityNotANumberError) as refused:
        rank_priorities([1.0, bad])
    assert refused.value.facts == {"row": 1, "name": "priorities"}


def test_a_number_that_no_integer_holds_is_refused_with_its_array_and_row():
    for number in (1e30, -1e30, 2.0**63):
        with pytest.raises(PriorityNotANumberError) as refused:
            whole_numbers("limits", [1.0, number])
        assert "(limits, row 1)" in refused.value.detail("en")
    assert whole_numbers("limits", [-(2.0**63)]).tolist() == [-(2**63)]


WISHES = [("Lin", 1, "lathe", 80.0), ("Lin", 2, "ward", 60.0), ("Wu", 1, "lathe", 90.0)]
POSTS = [("lathe", 1), ("ward", 2)]


@pytest.mark.parametrize(
    ("wishes", "posts", "error", "row"),
    [
        ([*WISHES, ("Wu", 2, "forge", 1.0)], POSTS, UnknownPostError, 3),
        ([*WISHES, ("Wu", 1, "ward", 1.0)], POSTS, DuplicateRankError, 3),
        ([("Wu", 2, "lathe", 1.0), *WISHES], POSTS, DuplicateWishError, 0),
        (WISHES, [*POSTS, ("ward", 1)], DuplicatePostError, 2),
        ([*WISHES, ("Wu", 2, "ward", np.nan)], POSTS, PriorityNotANumberError, 3),
    ],
)
def test_a_wrong_row_of_a_table_is_named(wishes, posts, error, row):
    with pytest.raises(error) as refused:
        build_market(wishes=wishes, posts=posts, seed="s")
    assert refused.value.facts["row"] == row
    assert isinstance(refused.value, MatchingError)


def test_rows_may_come_in_any_order_and_ranks_may_have_gaps():
    rows = [("Lin", 7, "ward", 60.0), ("Wu", 1, "lathe", 90.0), ("Lin", 3, "lathe", 80.0)]
    market = build_market(wishes=rows, posts=POSTS, seed="s", students=["Zhou"])
    assert market.students == ("Zhou", "Lin", "Wu")
    assert market.ranks.tolist() == [3, 7, 1]
    named = name_placements(market, np.array([-1, 1, 0], dtype=np.int32))
    assert named == [("Zhou", None, None), ("Lin", "ward", 7), ("Wu", "lathe", 1)]
