"""Markets from tables: rows of wishes and posts with their own ids become a problem and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.caps import Caps
from matching.errors import (
    DuplicatePostError,
    DuplicateRankError,
    DuplicateWishError,
    MatchingError,
    UnknownPostError,
)
from matching.lottery import draw_lottery
from matching.problem import LOW, Problem, build_problem, rank_priorities

WishRow = tuple[str, int, str, float]  # student, rank (1 is best), post, priority (higher wins)
PostRow = tuple[str, int]  # post, seats


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """A problem together with the names of its rows.

    Attributes:
        problem: the arrays.
        students: (n,) ids, in the order of `problem`.
        posts: (m,) ids.
        levels: (k,) float64; the score of priority key k is `levels[k - 1]`.
        ranks: (e,) int64; the rank under which each wish was filed, aligned with
            `problem.wishes`.
    """

    problem: Problem
    students: tuple[str, ...]
    posts: tuple[str, ...]
    levels: NDArray[np.float64]
    ranks: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class WishColumns:
    """Wishes as columns of codes, in any order of rows."""

    student: NDArray[np.int64]
    rank: NDArray[np.int64]
    post: NDArray[np.int64]
    priority: NDArray[np.float64]


def build_market(
    *,
    wishes: Iterable[WishRow],
    posts: Iterable[PostRow],
    seed: str,
    students: Sequence[str] = (),
    caps: Caps | None = None,
) -> Market:
    """Build a market from rows; rows are counted from 0 in errors.

    Args:
        wishes: (student, rank, post, priority) in any order; ranks need not be consecutive.
        posts: (post, seats), each post once.
        seed: the round's public seed; the lottery depends on it and the ids only.
        caps: over the posts in their order.
        students: ids that belong to the market even where they have no wish; they come first.

    Raises:
        MatchingError: a subclass that names the row.

    Cost: about 2 microseconds per row; for millions of rows use `build_market_of_columns`.

    >>> market = build_market(
    ...     wishes=[("Lin", 1, "lathe", 80.0), ("Wu", 1, "lathe", 90.0)],
    ...     posts=[("lathe", 1)],
    ...     seed="2026 spring",
    ... )
    >>> market.students, market.problem.seats.tolist()
    (('Lin', 'Wu'), [1])
    """
    post_ids, seats = _read_posts(posts)
    student_ids = {student: code for code, student in enumerate(students)}
    rows: list[tuple[int, int, int, float]] = []
    for row, (student, rank, post, priority) in enumerate(wishes):
        if post not in post_ids:
            raise UnknownPostError(row=row, post=post)
        code = student_ids.setdefault(student, len(student_ids))
        rows.append((code, rank, post_ids[post], priority))
    columns = WishColumns(
        student=np.array([row[0] for row in rows], dtype=np.int64),
        rank=np.array([row[1] for row in rows], dtype=np.int64),
        post=np.array([row[2] for row in rows], dtype=np.int64),
        priority=np.array([row[3] for row in rows], dtype=np.float64),
    )
    return build_market_of_columns(
        columns, seats=seats, names=(tuple(student_ids), tuple(post_ids)), seed=seed, caps=caps
    )


def build_market_of_columns(
    columns: WishColumns,
    *,
    seats: NDArray[np.int64],
    names: tuple[tuple[str, ...], tuple[str, ...]],
    seed: str,
    caps: Caps | None = None,
) -> Market:
    """Build a market from columns of codes; `names` are the ids of students and of posts.

    1. Sort the wishes by student and rank (a stable sort, so errors name the later row).
    2. Turn scores into keys, draw the lottery, validate and pack.

    Shapes: columns (e,), seats (m,). Raises: MatchingError, rows counted from 0 as given.
    Cost: one sort of the wishes.

    >>> wishes = WishColumns(
    ...     np.array([0, 0]), np.array([2, 1]), np.array([0, 1]), np.array([80.0, 60.0])
    ... )
    >>> market = build_market_of_columns(
    ...     wishes, seats=np.array([1, 1]), names=(("Lin",), ("lathe", "mill")), seed="s"
    ... )
    >>> (market.problem.wishes & LOW).tolist()
    [1, 0]
    """
    students, posts = names
    keys, levels = rank_priorities(columns.priority)
    order = np.lexsort((columns.rank, columns.student))
    student, rank = columns.student[order], columns.rank[order]
    repeated = (np.diff(student) == 0) & (np.diff(rank) == 0)
    if repeated.any():
        at = int(np.argmax(repeated)) + 1
        row = int(order[at])
        raise DuplicateRankError(row=row, student=students[student[at]], rank=int(rank[at]))
    indptr = np.zeros(len(students) + 1, dtype=np.int64)
    np.cumsum(np.bincount(student, minlength=len(students)), out=indptr[1:])
    try:
        problem = build_problem(
            indptr=indptr,
            posts=columns.post[order],
            keys=keys[order],
            seats=seats,
            lottery=draw_lottery(seed, students),
            caps=caps,
        )
    except DuplicateWishError as error:
        at = _row_of(error)
        raise DuplicateWishError(
            row=int(order[at]), student=students[student[at]], post=posts[columns.post[order[at]]]
        ) from None
    return Market(problem, students, posts, levels, rank)


def name_placements(
    market: Market, matching: NDArray[np.int32]
) -> list[tuple[str, str | None, int | None]]:
    """Return (student, post, filed rank) for every student; None and None where unplaced.

    Shapes: matching (n,). Cost: O(e).

    >>> market = build_market(
    ...     wishes=[("Lin", 1, "lathe", 80.0), ("Wu", 2, "lathe", 90.0)],
    ...     posts=[("lathe", 1)],
    ...     seed="2026 spring",
    ... )
    >>> name_placements(market, np.array([-1, 0], dtype=np.int32))
    [('Lin', None, None), ('Wu', 'lathe', 2)]
    """
    problem = market.problem
    owner = np.repeat(np.arange(problem.students), np.diff(problem.indptr))
    hits = np.flatnonzero((problem.wishes & LOW).astype(np.int64) == matching[owner])
    filed: Mapping[int, int] = dict(
        zip(owner[hits].tolist(), market.ranks[hits].tolist(), strict=True)
    )
    return [
        (name, market.posts[post] if post >= 0 else None, filed.get(student))
        for student, (name, post) in enumerate(zip(market.students, matching.tolist(), strict=True))
    ]


def _read_posts(posts: Iterable[PostRow]) -> tuple[dict[str, int], NDArray[np.int64]]:
    codes: dict[str, int] = {}
    seats: list[int] = []
    for row, (post, count) in enumerate(posts):
        if post in codes:
            raise DuplicatePostError(row=row, post=post)
        codes[post] = len(codes)
        seats.append(count)
    return codes, np.array(seats, dtype=np.int64)


def _row_of(error: MatchingError) -> int:
    row = error.facts["row"]
    assert isinstance(row, int)
    return row
