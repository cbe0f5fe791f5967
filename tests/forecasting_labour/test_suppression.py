"""Suppression: an attacker who adds and subtracts what is shown learns no small count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.forecasting.domain.suppression import audit, hide_siblings, suppress


def tables(rows: int = 4, columns: int = 4, most: int = 30) -> st.SearchStrategy[np.ndarray]:
    return st.tuples(st.integers(1, rows), st.integers(2, columns)).flatmap(
        lambda shape: st.lists(
            st.lists(st.integers(0, most), min_size=shape[1], max_size=shape[1]),
            min_size=shape[0],
            max_size=shape[0],
        ).map(lambda cells: np.array(cells, dtype=np.int64))
    )


@settings(max_examples=40, deadline=None)
@given(tables(), st.sampled_from([3, 5]))
def test_no_small_count_is_shown_and_none_is_known_within_less_than_k(
    inner: np.ndarray, k: int
) -> None:
    told = suppress(inner, k=k)
    shown = told.counts[~told.hidden]
    assert not ((shown > 0) & (shown < k)).any()
    known = [
        each for each in audit(told.counts, told.hidden, told.primary) if each[3] - each[2] < k
    ]
    # Only a table in which nothing but zeros is left to hide may stay narrower.
    for row, column, _, _ in known:
        line = [*((row, c) for c in range(told.counts.shape[1]))]
        line += [(r, column) for r in range(told.counts.shape[0])]
        assert all(told.hidden[at] or told.counts[at] == 0 for at in line)


@settings(max_examples=25, deadline=None)
@given(tables(rows=2, columns=2, most=9))
def test_by_trying_every_table_no_small_count_is_the_only_possible_one(inner: np.ndarray) -> None:
    """An oracle without linear programming: all tables that show the same figures."""
    told = suppress(inner, k=3)
    grid = np.indices((13,) * inner.size).reshape(inner.size, -1).T.reshape(-1, *inner.shape)
    wide = np.concatenate([grid, grid.sum(axis=2, keepdims=True)], axis=2)
    every = np.concatenate([wide, wide.sum(axis=1, keepdims=True)], axis=1)
    same = (every == told.counts) | told.hidden
    fits = every[same.all(axis=(1, 2))]
    for row, column in np.argwhere(told.primary):
        assert len(np.unique(fits[:, row, column])) > 1, (told.counts, told.hidden)


def test_one_small_count_alone_hides_a_second_one_in_its_row_and_column() -> None:
    told = suppress(np.array([[40, 2, 30], [35, 20, 50], [10, 30, 60]]), k=5)
    assert told.hidden[0, 1]
    assert told.hidden[0].sum() >= 2
    assert told.hidden[:, 1].sum() >= 2


def test_a_table_without_small_counts_is_shown_whole() -> None:
    assert not suppress(np.array([[40, 0, 30], [35, 20, 50]]), k=5).hidden.any()


def test_a_hidden_industry_is_not_its_parent_less_its_siblings() -> None:
    parents = {"33": "C", "34": "C", "35": "C"}
    assert hide_siblings({"C": 20, "33": 2, "34": 9, "35": 4}, parents, least=3) == {"33", "35"}
    assert hide_siblings({"C": 2, "33": 2}, {"33": "C"}, least=3) == {"C", "33"}
    assert hide_siblings({"C": 5, "33": 2}, {"33": "C"}, least=3) == {"C", "33"}


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        suppress(np.array([[1, -1]]), k=3)
