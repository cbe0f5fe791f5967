"""Seats reserved for classes and order classes: each reserve becomes a post of its own.

A reserve is soft where its seats go to others when the class does not want them, hard where they
then stay empty. The expansion makes every solver, check and explanation work on reserves as they
are (slot-specific priorities: Kominers and Sonmez 2016; soft reserves: Hafalir, Yenmez and
Yildirim 2013).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.errors import (
    InfeasibleError,
    MatchingError,
    NegativeSeatsError,
    ShapeMismatchError,
    TooLargeError,
    UnknownPostError,
)
from matching.outcome import Outcome
from matching.problem import KEY_MAX, LOW, POST_BITS, Problem, build_problem
from shared.kernel.errors import Text


class DuplicateReserveError(MatchingError):
    """A class has two reserves at one post."""

    code = "matching_duplicate_reserve"
    title_zh = "同一班级在同一岗位有两项保留名额"
    mend = Text(
        "请合并为一项（第 {row} 条，岗位 {post}，班级 {student_class}）。",
        "Make one of them (row {row}, post {post}, class {student_class}).",
    )


@dataclass(frozen=True, slots=True)
class Reserve:
    """`seats` of a post's seats are for one class (of students) first."""

    post: int
    student_class: int
    seats: int
    hard: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ReservedMarket:
    """The expanded market, and which post each of its posts belongs to."""

    problem: Problem
    origin: NDArray[np.int32]

    def fold(self, outcome: Outcome) -> NDArray[np.int32]:
        """Return the matching on the original posts: (n,) int32. Cost: O(n)."""
        matching = outcome.matching
        if self.origin.size == 0:  # a market without posts places nobody
            return np.full(matching.shape, -1, np.int32)
        return np.where(matching >= 0, self.origin[matching], -1).astype(np.int32)


def expand_reserves(
    problem: Problem, classes: NDArray[np.int32], reserves: Sequence[Reserve]
) -> ReservedMarket:
    """Return the market in which each reserve is a post beside the open seats of its post.

    1. A member of the class proposes to the reserve first, then to the open seats; anybody else to
       the open seats first, then to what soft reserves have left.
    2. At a soft reserve every member comes before everybody else.

    Args:
        problem: the market, without caps.
        classes: (n,) class of each student, -1 where none.
        reserves: each class once per post.

    Raises:
        InfeasibleError: reserves above the seats of a post; names the fewest that are too many.
        DuplicateReserveError, NegativeSeatsError, UnknownPostError: with the row of the reserve.
        ShapeMismatchError, TooLargeError.

    Cost: O(e (1 + reserves per post)) in Python: for a school's market.
    Source: Kominers and Sonmez 2016; Hafalir, Yenmez and Yildirim 2013 (soft reserves).

    >>> market = build_problem(
    ...     indptr=[0, 1, 2], posts=[0, 0], keys=[9, 1], seats=[1], lottery=[1, 0]
    ... )
    >>> apart = expand_reserves(market, np.array([-1, 0]), [Reserve(0, 0, 1)])
    >>> from matching.solve import solve
    >>> apart.fold(solve(apart.problem)).tolist()
    [-1, 0]
    """
    if classes.shape != (problem.students,):
        raise ShapeMismatchError(name="classes", wanted=problem.students, given=classes.size)
    if problem.caps is not None:
        raise ShapeMismatchError(name="caps", wanted="none beside reserves", given="some")
    seats, at_post = _split_seats(problem, reserves)
    highest = int(problem.wishes.max() >> POST_BITS) if problem.wishes.size else 0
    if 2 * highest > KEY_MAX:
        raise TooLargeError(name="priority key", given=highest, limit=KEY_MAX // 2)
    posts: list[int] = []
    keys: list[int] = []
    indptr = [0]
    bounds, wishes = problem.indptr.tolist(), problem.wishes.tolist()
    for student, student_class in enumerate(classes.tolist()):
        for wish in wishes[bounds[student] : bounds[student + 1]]:
            post, key = wish & int(LOW), wish >> int(POST_BITS)
            for node, lift in _ways(at_post.get(post, []), reserves, post, student_class):
                posts.append(problem.posts + node if node >= 0 else post)
                keys.append(key + lift * highest)
        indptr.append(len(posts))
    expanded = build_problem(
        indptr=np.array(indptr),
        posts=np.array(posts, dtype=np.int64),
        keys=np.array(keys, dtype=np.int64),
        seats=seats,
        lottery=problem.lottery,
    )
    origin = [*range(problem.posts), *(reserve.post for reserve in reserves)]
    return ReservedMarket(expanded, np.array(origin, dtype=np.int32))


def _split_seats(
    problem: Problem, reserves: Sequence[Reserve]
) -> tuple[NDArray[np.int64], dict[int, list[int]]]:
    seats = [*problem.seats.tolist(), *(reserve.seats for reserve in reserves)]
    at_post: dict[int, list[int]] = {}
    named: set[tuple[int, int]] = set()
    for node, reserve in enumerate(reserves):
        if not 0 <= reserve.post < problem.posts:
            raise UnknownPostError(row=node, post=reserve.post)
        if reserve.seats < 0:
            raise NegativeSeatsError(row=node, seats=reserve.seats)
        if (reserve.post, reserve.student_class) in named:
            raise DuplicateReserveError(
                row=node, post=reserve.post, student_class=reserve.student_class
            )
        named.add((reserve.post, reserve.student_class))
        at_post.setdefault(reserve.post, []).append(node)
        seats[reserve.post] -= reserve.seats
    for post, nodes in at_post.items():
        if seats[post] < 0:
            few = _fewest_above(reserves, nodes, int(problem.seats[post]))
            own = int(problem.seats[post])
            told_zh = "、".join(f"班级 {one.student_class} 预留 {one.seats}" for one in few)
            told_en = ", ".join(f"class {one.student_class}: {one.seats}" for one in few)
            raise InfeasibleError(
                conflict_zh=f"岗位 {post} 共 {own} 个名额，{told_zh}",
                conflict_en=f"post {post} with {own} seats, {told_en}",
            )
    return np.array(seats, dtype=np.int64), at_post


def _fewest_above(reserves: Sequence[Reserve], nodes: list[int], seats: int) -> list[Reserve]:
    """Return the fewest of a post's reserves that are more than its seats: its largest ones."""
    few: list[Reserve] = []
    for reserve in sorted((reserves[node] for node in nodes), key=lambda one: -one.seats):
        few.append(reserve)
        if sum(one.seats for one in few) > seats:
            break
    return few


def _ways(
    nodes: list[int], reserves: Sequence[Reserve], post: int, student_class: int
) -> list[tuple[int, int]]:
    """Return (reserve or -1 for the open seats, 1 where members' priority applies) in order."""
    assert all(reserves[node].post == post for node in nodes)
    own = [(node, 1) for node in nodes if reserves[node].student_class == student_class]
    left = [
        (node, 0)
        for node in nodes
        if reserves[node].student_class != student_class and not reserves[node].hard
    ]
    return [*own, (-1, 0), *left]
