"""Candidates: exactly the best, in any split, each score with its reasons."""

from __future__ import annotations

import pickle
import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.candidates import (
    KIND_WEIGHTS,
    DenseIndex,
    Profile,
    SparseRows,
    build_index,
    build_rows,
    fit_space,
)
from matching.errors import NumberOutOfRangeError, PriorityNotANumberError, ShapeMismatchError
from matching.scores import MalformedCodeError


def draw_rows(
    rng: np.random.Generator, rows: int, width: int, *, longest: int = 12, whole: bool = False
) -> SparseRows:
    lengths = rng.integers(0, min(longest, width) + 1, rows)
    # low features are common, as in text
    popular = 1.0 / np.arange(1, width + 1)
    popular /= popular.sum()
    features = [np.sort(rng.choice(width, size, replace=False, p=popular)) for size in lengths]
    amount = int(lengths.sum())
    return build_rows(
        indptr=np.concatenate([[0], np.cumsum(lengths)]),
        features=np.concatenate([*features, np.empty(0, np.int64)]),
        values=rng.integers(0, 3, amount) if whole else rng.random(amount),
        width=width,
    )


def dense(rows: SparseRows) -> np.ndarray:
    full = np.zeros((len(rows), rows.width), dtype=np.float32)
    full[np.repeat(np.arange(len(rows)), np.diff(rows.indptr)), rows.features] = rows.values
    return full


@settings(deadline=None, max_examples=120)
@given(
    st.integers(0, 2**32),
    st.integers(0, 40),
    st.integers(0, 60),
    st.integers(1, 30),
    st.integers(1, 70),
)
def test_small_whole_numbers_give_exactly_what_brute_force_gives_ties_included(
    seed, queries, items, width, k
):
    rng = np.random.default_rng(seed)
    asked = draw_rows(rng, queries, width, whole=True)
    held = draw_rows(rng, items, width, whole=True)
    found = build_index(held).find(asked, k)
    wanted = DenseIndex(dense(held)).find(dense(asked), k)
    assert found.items.tolist() == wanted.items.tolist()
    assert found.scores.tolist() == wanted.scores.tolist()


def test_several_blocks_and_batches_give_what_brute_force_gives():
    rng = np.random.default_rng(1)
    asked, held = draw_rows(rng, 700, 300), draw_rows(rng, 9000, 300)
    found = build_index(held).find(asked, 20)
    exact = dense(asked).astype(np.float64) @ dense(held).astype(np.float64).T
    best = -np.sort(-exact, axis=1)[:, :20]
    assert np.allclose(found.scores, best, atol=1e-5)
    rows = np.arange(700)[:, None]
    named = np.where(found.items >= 0, exact[rows, found.items], 0.0)
    assert np.allclose(named, found.scores, atol=1e-5)
    assert (np.diff(found.scores, axis=1) <= 0).all()


@pytest.mark.parametrize("k", [1, 50, 128, 129, 200])
@pytest.mark.parametrize("open_share", [0.02, 1.0])
def test_many_equal_scores_over_several_blocks_are_found_to_the_last_one(k, open_share):
    rng = np.random.default_rng(k)
    asked, held = draw_rows(rng, 30, 25, whole=True), draw_rows(rng, 9000, 25, whole=True)
    allowed = rng.random(9000) < open_share
    allowed[:4096] &= rng.random(4096) < 0.5  # the first block has fewer than the next ones
    found = build_index(held).find(asked, k, allowed=allowed)
    wanted = DenseIndex(dense(held)).find(dense(asked), k, allowed=allowed)
    assert found.items.tolist() == wanted.items.tolist()
    assert found.scores.tolist() == wanted.scores.tolist()


def test_any_split_of_the_queries_gives_the_same_bytes():
    rng = np.random.default_rng(2)
    asked, index = draw_rows(rng, 600, 200), build_index(draw_rows(rng, 3000, 200))
    whole = index.find(asked, 10)
    for cuts in ([0, 1, 600], [0, 257, 512, 600], [*range(0, 601, 100)]):
        parts = [index.find(asked.part(a, b), 10) for a, b in pairwise(cuts)]
        assert np.concatenate([part.items for part in parts]).tobytes() == whole.items.tobytes()
        assert np.concatenate([part.scores for part in parts]).tobytes() == whole.scores.tobytes()


def test_only_allowed_items_are_found():
    rng = np.random.default_rng(3)
    asked, held = draw_rows(rng, 50, 40), draw_rows(rng, 2000, 40)
    allowed = rng.random(2000) < 0.3
    found = build_index(held).find(asked, 2000, allowed=allowed)
    everything = build_index(held).find(asked, 2000)
    assert allowed[found.items[found.items >= 0]].all()
    for mine, whole in zip(found.items, everything.items, strict=True):
        kept = whole[whole >= 0]
        assert mine[mine >= 0].tolist() == kept[allowed[kept]].tolist()


def test_dense_vectors_answer_by_the_same_interface():
    rng = np.random.default_rng(4)
    vectors, queries = rng.normal(size=(300, 16)), rng.normal(size=(1100, 16))
    index = DenseIndex(vectors.astype(np.float32))
    allowed = np.arange(300) % 2 == 0
    found = index.find(queries.astype(np.float32), 5, allowed=allowed)
    exact = np.where(allowed, queries @ vectors.T, 0.0)
    assert np.allclose(found.scores, np.maximum(-np.sort(-exact, axis=1)[:, :5], 0), atol=1e-4)


def test_one_student_is_answered_in_less_than_a_millisecond_over_twenty_thousand_posts():
    rng = np.random.default_rng(5)
    index = build_index(draw_rows(rng, 20_000, 3000, longest=20))
    asked = draw_rows(rng, 100, 3000, longest=30)
    index.find(asked, 50)
    seconds = []
    for row in range(100):
        begun = time.process_time()
        index.find(asked.part(row, row + 1), 50)
        seconds.append(time.process_time() - begun)
    assert np.median(seconds) < 1e-3


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"values": [1.0, -1.0]}, PriorityNotANumberError),
        ({"values": [1.0, float("nan")]}, PriorityNotANumberError),
        ({"values": [1.0]}, ShapeMismatchError),
        ({"features": [0, 4]}, ShapeMismatchError),
        ({"features": [1, 1]}, ShapeMismatchError),
        ({"indptr": [0, 3]}, ShapeMismatchError),
        ({"indptr": [0, 3, 2]}, ShapeMismatchError),
    ],
)
def test_rows_that_are_no_rows_are_refused(change, error):
    with pytest.raises(error):
        build_rows(
            **({"indptr": [0, 2], "features": [0, 1], "values": [1, 1], "width": 4} | change)
        )


def test_a_query_of_another_space_is_refused():
    rng = np.random.default_rng(6)
    index = build_index(draw_rows(rng, 10, 5))
    with pytest.raises(ShapeMismatchError):
        index.find(draw_rows(rng, 1, 6), 3)
    with pytest.raises(ShapeMismatchError):
        index.find(draw_rows(rng, 1, 5), 3, allowed=np.ones(9, dtype=np.bool_))
    with pytest.raises(ShapeMismatchError):
        DenseIndex(np.ones((3, 4), np.float32)).find(np.ones((1, 5), np.float32), 1)


POSTS = (
    Profile("工业机器人焊接操作", ("460305",), ("6-18-02-04",), ("焊接", "PLC"), "330106", 500_000),
    Profile("临床护理，三班倒", ("520201",), ("2-05-08-01",), ("护理",), "330106", 450_000),
    Profile("Python 数据分析 C++", ("510201",), ("4-04-05-01",), ("python",), "310115", 900_000),
)
STUDENT = Profile("学过焊接机器人编程", ("660303",), ("6-18-02-01",), ("plc",), "330110", 510_000)


def test_a_student_finds_the_post_of_the_same_trade_first_with_reasons_that_sum_to_the_score():
    space = fit_space(POSTS)
    items, asked = space.encode(POSTS), space.encode([STUDENT])
    found = build_index(items).find(asked, 3)
    assert found.items[0, 0] == 0
    for post, score in zip(found.items[0], found.scores[0], strict=True):
        if post >= 0:
            shares = space.explain(asked, items.part(post, post + 1))
            assert sum(share.score for share in shares) == pytest.approx(score, abs=1e-6)
            for share in shares:
                assert share.score <= KIND_WEIGHTS[share.kind] + 1e-6
    best = {share.kind: share.features for share in space.explain(asked, items.part(0, 1))}
    assert {token for token, _ in best["bigram"]} == {"焊接", "机器", "器人"}
    assert {token for token, _ in best["major"]} == {"vocational:0503", "vocational:05"}
    assert [token for token, _ in best["skill"]] == ["plc"]


def test_a_profile_is_the_best_candidate_of_itself_with_a_score_of_the_kinds_it_states():
    space = fit_space(POSTS)
    rows = space.encode(POSTS)
    found = build_index(rows).find(rows, 1)
    assert found.items[:, 0].tolist() == [0, 1, 2]
    assert found.scores[2, 0] == pytest.approx(1.0, abs=1e-5)
    assert found.scores[1, 0] == pytest.approx(1.0 - KIND_WEIGHTS["word"], abs=1e-5)


def test_words_that_no_post_has_make_the_rest_count_less():
    space = fit_space(POSTS)
    items = space.encode(POSTS)
    scores = [
        build_index(items).find(space.encode([Profile(text)]), 1).scores[0, 0]
        for text in ("护理", "护理太空旅行")
    ]
    assert scores[0] > scores[1] > 0


def test_near_pay_scores_more_than_far_pay():
    space = fit_space([Profile(pay_fen_month=pay) for pay in (400_000, 440_000, 900_000)])
    items = space.encode([Profile(pay_fen_month=pay) for pay in (400_000, 440_000, 900_000)])
    found = build_index(items).find(space.encode([Profile(pay_fen_month=410_000)]), 3)
    assert found.items.tolist() == [[0, 1, -1]]


def test_a_profile_with_a_malformed_code_is_refused():
    with pytest.raises(MalformedCodeError):
        fit_space([Profile(majors=("99",))])


def test_negative_pay_and_a_weight_that_is_none_are_refused_by_name():
    with pytest.raises(NumberOutOfRangeError) as refused:
        fit_space([Profile(pay_fen_month=-1)])
    assert refused.value.facts == {"name": "pay_fen_month", "wanted": ">= 0", "given": -1}
    for weight in (-0.1, float("nan"), float("inf")):
        with pytest.raises(NumberOutOfRangeError) as refused:
            fit_space(POSTS, weights={"word": weight})
        assert refused.value.facts["name"] == "word"


def test_no_candidate_is_asked_for_by_no_thread():
    items = fit_space(POSTS).encode(POSTS)
    for counts in ({"k": 0}, {"k": 1, "threads": 0}):
        with pytest.raises(NumberOutOfRangeError) as refused:
            build_index(items).find(items, **counts)
        assert refused.value.facts["given"] == 0
    with pytest.raises(NumberOutOfRangeError):
        DenseIndex(np.eye(3, dtype=np.float32)).find(np.eye(3, dtype=np.float32), 0)


def test_an_empty_profile_finds_nothing():
    space = fit_space(POSTS)
    found = build_index(space.encode(POSTS)).find(space.encode([Profile()]), 2)
    assert found.items.tolist() == [[-1, -1]]


def test_threads_and_other_processes_find_the_same_bytes():
    rng = np.random.default_rng(12)
    asked, index = draw_rows(rng, 31, 200), build_index(draw_rows(rng, 9000, 200))
    alone = index.find(asked, 7)
    sent_asked, sent_index = pickle.loads(pickle.dumps((asked, index)))
    for found in (index.find(asked, 7, threads=3), sent_index.find(sent_asked, 7)):
        assert found.items.tobytes() == alone.items.tobytes()
        assert found.scores.tobytes() == alone.scores.tobytes()
