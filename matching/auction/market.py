"""A market of central assignment: weighted pairs, seats, and nested caps above the posts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.auction.errors import CyclicGroupsError, UnknownGroupError
from matching.errors import (
    DuplicateWishError,
    NegativeSeatsError,
    PriorityNotANumberError,
    ShapeMismatchError,
    TooLargeError,
    UnknownPostError,
)
from matching.problem import readonly, whole_numbers

STUDENTS_MAX = 2**31 - 1
PAIRS_MAX = 2**32 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Nest:
    """Caps above the posts as a forest: post < kind of post < enterprise < region.

    Attributes:
        parent: (m + g,) int32; the group in which a post (first m) or a group (then g) lies, as
            a number in 0..g-1, -1 for none.
        caps: (g,) int32, 0 or more.
    """

    parent: NDArray[np.int32]
    caps: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class AssignmentMarket:
    """Weighted pairs of students and posts, validated; make it by `build_assignment_market`.

    Attributes:
        indptr: (n + 1,) int64; the pairs of student s are `indptr[s]:indptr[s + 1]`.
        posts: (e,) int32.
        weights: (e,) float64, finite; a pair of weight <= 0 is never used, as staying unplaced
            counts 0.
        seats: (m,) int32.
        nest: the caps above the posts; no groups where there are none.
    """

    indptr: NDArray[np.int64]
    posts: NDArray[np.int32]
    weights: NDArray[np.float64]
    seats: NDArray[np.int32]
    nest: Nest


def build_assignment_market(
    *,
    indptr: ArrayLike,
    posts: ArrayLike,
    weights: ArrayLike,
    seats: ArrayLike,
    parent: ArrayLike | None = None,
    caps: ArrayLike = (),
) -> AssignmentMarket:
    """Validate the arrays of a central assignment.

    Args:
        indptr: (n + 1,) integers from 0 to e, never falling.
        posts: (e,) integers in 0..m-1.
        weights: (e,) finite numbers in any unit: what a placement is worth.
        seats: (m,) integers, 0 or more.
        parent: (m + g,) integers in -1..g-1, see `Nest`; by default no groups.
        caps: (g,) integers, 0 or more.

    Raises:
        MatchingError: a subclass that names the first wrong row (counted from 0).

    Cost: O(e).

    >>> market = build_assignment_market(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], weights=[3.0, 1.0, 2.5], seats=[1, 1]
    ... )
    >>> market.seats.tolist()
    [1, 1]
    """
    seats_ = _check_counts(whole_numbers("seats", seats).astype(np.int64))
    caps_ = _check_counts(whole_numbers("caps", caps).astype(np.int64))
    posts_ = whole_numbers("posts", posts)
    weights_ = np.asarray(weights, dtype=np.float64)
    indptr_ = _check_indptr(whole_numbers("indptr", indptr), pairs=posts_.size)
    if weights_.shape != posts_.shape:
        raise ShapeMismatchError(name="weights", wanted=posts_.size, given=weights_.size)
    finite = np.isfinite(weights_)
    if not finite.all():
        raise PriorityNotANumberError(row=int(np.argmin(finite)), name="weights")
    posts_ = posts_.astype(np.int64)
    outside = (posts_ < 0) | (posts_ >= seats_.size)
    if outside.any():
        row = int(np.argmax(outside))
        raise UnknownPostError(row=row, post=int(posts_[row]))
    _check_repeated(indptr_, posts_, seats_.size)
    parent_ = (
        np.full(seats_.size + caps_.size, -1) if parent is None else whole_numbers("parent", parent)
    )
    nest = Nest(readonly(_check_parent(parent_, seats_.size, caps_.size)), readonly(caps_))
    return AssignmentMarket(
        readonly(indptr_),
        readonly(posts_.astype(np.int32)),
        readonly(weights_),
        readonly(seats_),
        nest,
    )


def _check_counts(counts: NDArray[np.int64]) -> NDArray[np.int32]:
    wrong = counts < 0
    if wrong.any():
        row = int(np.argmax(wrong))
        raise NegativeSeatsError(row=row, seats=int(counts[row]))
    if counts.size and int(counts.max()) > STUDENTS_MAX:
        raise TooLargeError(name="seats", given=int(counts.max()), limit=STUDENTS_MAX)
    return counts.astype(np.int32)


def _check_indptr(given: NDArray[np.integer], *, pairs: int) -> NDArray[np.int64]:
    if pairs > PAIRS_MAX:
        raise TooLargeError(name="pairs", given=pairs, limit=PAIRS_MAX)
    indptr = given.astype(np.int64)
    if indptr.size == 0 or int(indptr[0]) != 0 or int(indptr[-1]) != pairs:
        ends = f"{int(indptr[0])}..{int(indptr[-1])}" if indptr.size else "nothing"
        raise ShapeMismatchError(name="indptr", wanted=f"0..{pairs}", given=ends)
    if indptr.size - 1 > STUDENTS_MAX:
        raise TooLargeError(name="students", given=indptr.size - 1, limit=STUDENTS_MAX)
    falls = np.diff(indptr) < 0
    if falls.any():
        row = int(np.argmax(falls))
        raise ShapeMismatchError(name="indptr", wanted="never falling", given=f"falls after {row}")
    return indptr


def _check_repeated(indptr: NDArray[np.int64], posts: NDArray[np.int64], count: int) -> None:
    from matching.scan import find_repeated  # numba: the assignment needs it anyway

    row = int(find_repeated(readonly(indptr), readonly(posts.astype(np.int32)), count))
    if row >= 0:
        student = int(np.searchsorted(indptr, row, side="right")) - 1
        raise DuplicateWishError(row=row, student=student, post=int(posts[row]))


def _check_parent(parent: NDArray[np.integer], posts: int, groups: int) -> NDArray[np.int32]:
    if parent.shape != (posts + groups,):
        raise ShapeMismatchError(name="parent", wanted=posts + groups, given=parent.size)
    outside = (parent < -1) | (parent >= groups)
    if outside.any():
        row = int(np.argmax(outside))
        raise UnknownGroupError(row=row, group=int(parent[row]))
    # Climbing g steps leaves the forest unless a cycle holds the climber.
    above = parent[posts:].astype(np.int64)
    climber = above.copy()
    for _ in range(groups):
        inside = climber >= 0
        if not inside.any():
            break
        climber[inside] = above[climber[inside]]
    if (climber >= 0).any():
        raise CyclicGroupsError(row=int(np.argmax(climber >= 0)))
    return parent.astype(np.int32)
