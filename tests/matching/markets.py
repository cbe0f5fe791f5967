"""Small random markets and the definition of stability, written out for the tests alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from matching.problem import Problem, build_problem


@dataclass(frozen=True)
class SmallMarket:
    """A market as lists: wishes[s] is student s's list of (post, key)."""

    wishes: list[list[tuple[int, int]]]
    seats: list[int]
    lottery: list[int]

    @property
    def problem(self) -> Problem:
        indptr = np.cumsum([0] + [len(wishes) for wishes in self.wishes])
        edges = [wish for wishes in self.wishes for wish in wishes]
        return build_problem(
            indptr=indptr,
            posts=np.array([post for post, _ in edges], dtype=np.int64),
            keys=np.array([key for _, key in edges], dtype=np.int64),
            seats=np.array(self.seats, dtype=np.int64),
            lottery=np.array(self.lottery, dtype=np.int64),
        )

    def worth(self, student: int, post: int) -> tuple[int, int]:
        """Priority of a student at a post: the key, then the lottery number."""
        return dict(self.wishes[student])[post], self.lottery[student]

    def rank(self, student: int, post: int) -> int:
        """Place of a post in the student's list; nowhere comes after the last wish."""
        posts = [wish for wish, _ in self.wishes[student]]
        return posts.index(post) if post >= 0 else len(posts)

    def every_matching(self) -> Iterator[tuple[int, ...]]:
        """All ways to place each student at a wish or nowhere, seats or not."""
        options = [[-1] + [post for post, _ in wishes] for wishes in self.wishes]
        return itertools.product(*options)

    def is_stable(self, matching: tuple[int, ...]) -> bool:
        """The definition, word by word."""
        held: dict[int, list[int]] = {post: [] for post in range(len(self.seats))}
        for student, post in enumerate(matching):
            if post >= 0:
                held[post].append(student)
        if any(len(held[post]) > self.seats[post] for post in held):
            return False
        for student, wishes in enumerate(self.wishes):
            for post, _ in wishes[: self.rank(student, matching[student])]:
                if len(held[post]) < self.seats[post]:
                    return False
                weaker = [s for s in held[post] if self.worth(s, post) < self.worth(student, post)]
                if weaker:
                    return False
        return True

    def every_stable_matching(self) -> list[tuple[int, ...]]:
        return [matching for matching in self.every_matching() if self.is_stable(matching)]


@st.composite
def small_markets(draw: Any, *, students: int = 6, posts: int = 4, keys: int = 3) -> SmallMarket:
    m = draw(st.integers(1, posts))
    n = draw(st.integers(1, students))
    wishes: list[list[tuple[int, int]]] = []
    for _ in range(n):
        chosen = draw(st.lists(st.integers(0, m - 1), unique=True, max_size=m))
        wishes.append([(post, draw(st.integers(1, keys))) for post in chosen])
    seats = draw(st.lists(st.integers(0, 3), min_size=m, max_size=m))
    lottery = draw(st.permutations(range(n)))
    return SmallMarket(wishes, seats, list(lottery))


def random_market(
    rng: np.random.Generator, *, students: int, posts: int, length: int, keys: int = 5
) -> SmallMarket:
    """A market too large to enumerate, with ties, empty lists and posts without seats."""
    wishes: list[list[tuple[int, int]]] = []
    for _ in range(students):
        chosen = rng.permutation(posts)[: rng.integers(0, length + 1)]
        wishes.append([(int(post), int(rng.integers(1, keys + 1))) for post in chosen])
    seats = rng.integers(0, 4, posts)
    return SmallMarket(wishes, seats.tolist(), rng.permutation(students).tolist())
