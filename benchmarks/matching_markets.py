"""Made-up inputs of the candidate and assignment benchmarks, by a fixed seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.auction import AssignmentMarket, build_assignment_market
from matching.candidates import SparseRows, build_rows

WORDS = 50_000
# As in real text (a major with its courses; a job advertisement; CJK bigrams): 76 and 158 features,
# 1.0 of them shared by a pair and held by less than an eighth of the posts.
WORDS_PER_STUDENT = 76
WORDS_PER_POST = 158
ZIPF = 0.8
SEATS_PER_POST = 20
WISHES = 20
SEED = 20_260_101


def draw_texts(students: int, posts: int) -> tuple[SparseRows, SparseRows]:
    """Draw words by Zipf's law and weigh them by rarity, as TF-IDF does."""
    rng = np.random.default_rng(SEED)
    mine, its = (
        _draw_words(rng, rows, words)
        for rows, words in ((students, WORDS_PER_STUDENT), (posts, WORDS_PER_POST))
    )
    held = np.bincount(its[0], minlength=WORDS)
    rarity = np.log((1 + posts) / (1 + held)) + 1
    return _weigh(*mine, rarity), _weigh(*its, rarity)


def _draw_words(
    rng: np.random.Generator, rows: int, words: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each row's different words, rising, and where each row begins."""
    share = np.cumsum(1.0 / np.arange(1, WORDS + 1) ** ZIPF)
    chance = np.sort(rng.random((rows, words)), axis=1) * share[-1]  # sorted, they are found faster
    drawn = np.minimum(np.searchsorted(share, chance.ravel()), WORDS - 1).reshape(chance.shape)
    fresh = np.ones(drawn.shape, dtype=np.bool_)
    fresh[:, 1:] = drawn[:, 1:] != drawn[:, :-1]
    return drawn[fresh], np.concatenate([[0], np.cumsum(fresh.sum(axis=1))])


def _weigh(
    features: NDArray[np.int64], indptr: NDArray[np.int64], rarity: NDArray[np.float64]
) -> SparseRows:
    values = rarity[features]
    length = np.sqrt(np.add.reduceat(values**2, indptr[:-1]))
    values /= np.repeat(length, np.diff(indptr))
    return build_rows(indptr=indptr, features=features, values=values, width=WORDS)


def draw_assignment(students: int) -> AssignmentMarket:
    """Draw students with 20 wishes among posts of 20 seats, as many seats as students.

    Seven wishes of ten lie in the student's own city; popular posts come first in each city. The
    weight is half the wish's rank and half a score of the pair that favours strong students.
    """
    rng = np.random.default_rng(SEED)
    posts = max(students // SEATS_PER_POST, 2 * WISHES)
    cities = max(1, min(300, posts // (4 * WISHES)))
    edges = np.linspace(0, posts, cities + 1).astype(np.int64)
    home = rng.integers(0, cities, (students, 1))
    city = np.where(
        rng.random((students, 2 * WISHES)) < 0.7,
        home,
        rng.integers(0, cities, (students, 2 * WISHES)),
    )
    popular = rng.random(city.shape) ** 2
    drawn = edges[city] + (popular * (edges[city + 1] - edges[city])).astype(np.int64)
    chosen = _first_distinct(drawn)
    lengths = (chosen >= 0).sum(axis=1)
    rank = np.cumsum(chosen >= 0, axis=1) - 1
    strength = rng.random((students, 1))
    weight = 0.5 * (1 - rank / WISHES) + 0.25 * strength + 0.25 * rng.random(chosen.shape)
    return build_assignment_market(
        indptr=np.concatenate([[0], np.cumsum(lengths)]),
        posts=chosen[chosen >= 0],
        weights=np.round(weight[chosen >= 0], 6),
        seats=np.full(posts, -(-students // posts)),
    )


def _first_distinct(drawn: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keep each row's first 20 different posts in their order, -1 elsewhere."""
    order = np.argsort(drawn, axis=1, kind="stable")
    ordered = np.take_along_axis(drawn, order, axis=1)
    fresh = np.ones(drawn.shape, dtype=np.bool_)
    fresh[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.zeros(drawn.shape, dtype=np.bool_)
    np.put_along_axis(first, order, fresh, axis=1)
    first &= np.cumsum(first, axis=1) <= WISHES
    return np.where(first, drawn, -1)
