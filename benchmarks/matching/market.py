"""A made-up national market by a fixed seed: cities, popular posts, scores with ties."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from matching.caps import Caps, build_caps
from matching.problem import Problem, build_problem

SEED = 2026
STUDENTS_PER_POST = 10


@dataclass(frozen=True, slots=True)
class Arrays:
    """What `build_problem` takes, and the city of each post."""

    indptr: NDArray[np.int64]
    posts: NDArray[np.int32]
    keys: NDArray[np.uint32]
    seats: NDArray[np.int32]
    lottery: NDArray[np.uint32]
    city: NDArray[np.int32]

    def build(self) -> Problem:
        return build_problem(
            indptr=self.indptr,
            posts=self.posts,
            keys=self.keys,
            seats=self.seats,
            lottery=self.lottery,
        )


@numba.njit(cache=True)
def _fill(home, first, base, length, levels, seed, posts, keys):  # noqa: ANN001, ANN202
    """Draw distinct wishes: seven of ten in the student's city, popular posts more often."""
    np.random.seed(seed)  # noqa: NPY002  # numba knows this generator
    stamp = np.full(first[-1], -1, np.int32)
    for student in range(home.size):
        drawn = 0
        while drawn < length:
            city = home[student]
            if np.random.random() >= 0.7:  # noqa: NPY002
                city = np.random.randint(first.size - 1)  # noqa: NPY002
            spread = np.random.random() ** 2  # noqa: NPY002
            post = first[city] + np.int64(spread * (first[city + 1] - first[city]))
            if stamp[post] == student:
                continue
            stamp[post] = student
            score = 0.5 * base[student] + 0.5 * np.random.random()  # noqa: NPY002
            posts[student * length + drawn] = post
            keys[student * length + drawn] = np.uint32(score * levels) + 1
            drawn += 1


def draw_market(students: int, *, length: int, levels: int = 10_000) -> Arrays:
    """Draw a market with about as many seats as students; half of a score is the student's own."""
    rng = np.random.default_rng(SEED)
    posts = max(students // STUDENTS_PER_POST, 4 * length)
    cities = max(1, min(300, posts // (4 * length)))
    weight = rng.pareto(1.5, cities) + 1
    spare = posts - 2 * length * cities
    sizes = 2 * length + np.floor(weight / weight.sum() * spare).astype(np.int64)
    sizes[0] += posts - sizes.sum()
    first = np.concatenate([[0], np.cumsum(sizes)])
    home = rng.choice(cities, students, p=sizes / posts).astype(np.int32)
    wishes = np.empty(students * length, np.int32)
    keys = np.empty(students * length, np.uint32)
    _fill(home, first, rng.random(students), length, levels, SEED, wishes, keys)
    return Arrays(
        np.arange(0, students * length + 1, length, dtype=np.int64),
        wishes,
        keys,
        rng.geometric(min(1.0, posts / students), posts).astype(np.int32),
        rng.permutation(students).astype(np.uint32),
        np.repeat(np.arange(cities, dtype=np.int32), sizes),
    )


def draw_caps(arrays: Arrays) -> Caps:
    """Nest posts in enterprises (four posts, 80 % of their seats) and cities (95 % of those)."""
    posts = arrays.seats.size
    enterprise = np.arange(posts) // 4 + arrays.city  # a new number at every border of a city
    _, enterprise = np.unique(enterprise * 1000 + arrays.city, return_inverse=True)
    count = int(enterprise.max()) + 1
    city_of = np.zeros(count, np.int64)
    city_of[enterprise] = arrays.city
    seats = np.bincount(enterprise, arrays.seats)
    host = np.maximum(1, 0.8 * seats).astype(np.int64)
    region = np.maximum(1, 0.95 * np.bincount(city_of, host)).astype(np.int64)
    parent = [posts + enterprise, posts + count + city_of, np.full(region.size, -1)]
    limits = np.concatenate([host, region])
    return build_caps(
        parent=np.concatenate(parent), limits=limits, hard=np.ones(limits.size, dtype=bool)
    )
