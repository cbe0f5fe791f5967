"""A market as arrays: who wishes for what, with which priority, and how many seats there are."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.errors import (
    DuplicateWishError,
    LotteryNotAPermutationError,
    NegativeSeatsError,
    PriorityNotANumberError,
    PriorityOutOfRangeError,
    ShapeMismatchError,
    TooLargeError,
    UnknownPostError,
)

if TYPE_CHECKING:
    from matching.caps import Caps

WISHES_MAX = 2**32 - 1
WISHES_PER_STUDENT_MAX = 2**16 - 1
STUDENTS_MAX = 2**31 - 1
KEY_MAX = 2**32 - 2  # the key above it marks a post that takes nobody
POST_BITS = np.uint64(32)
LOW = np.uint64(0xFFFFFFFF)

_KERNEL_FROM = 500_000  # wishes from which loading numba is cheaper than sorting in numpy
_KERNELS = ("matching.scan", "matching.solve.plain")

_Scalar = TypeVar("_Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A many-to-one market, validated once; make it by `build_problem` or `matching.tables`.

    Attributes:
        indptr: (n + 1,) int64; the wishes of student s are `wishes[indptr[s]:indptr[s + 1]]`, best
            first.
        wishes: (e,) uint64; priority key << 32 | post. The higher key wins.
        seats: (m,) int32, 0 or more.
        lottery: (n,) uint32, a permutation of 0..n-1; among equal keys the higher number wins.
        caps: nested caps over the posts, None where there are none.
    """

    indptr: NDArray[np.int64]
    wishes: NDArray[np.uint64]
    seats: NDArray[np.int32]
    lottery: NDArray[np.uint32]
    caps: Caps | None = None

    @property
    def students(self) -> int:
        """Number of students."""
        return self.lottery.size

    @property
    def posts(self) -> int:
        """Number of posts."""
        return self.seats.size


def readonly(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """Return a contiguous view of `array` that refuses writes (the caller's still allows them).

    Shapes: any. Cost: nothing, a copy where the array is not contiguous.

    >>> readonly(np.zeros(2)).flags.writeable
    False
    """
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def build_problem(
    *,
    indptr: ArrayLike,
    posts: ArrayLike,
    keys: ArrayLike,
    seats: ArrayLike,
    lottery: ArrayLike,
    caps: Caps | None = None,
) -> Problem:
    """Validate the arrays of a market and pack them.

    Args:
        indptr: (n + 1,) integers from 0 to e, never falling: where each student's wishes begin.
        posts: (e,) integers in 0..m-1, each student's wishes best first.
        keys: (e,) integers in 1..4294967294; the higher wins. See `rank_priorities` for scores.
        seats: (m,) integers, 0 or more.
        lottery: (n,) a permutation of 0..n-1 (`matching.lottery.draw_lottery`).
        caps: of `matching.caps.build_caps` over the same posts.

    Raises:
        MatchingError: a subclass that names the first wrong row (counted from 0).

    Cost: O(e) in one pass; 20 million wishes take about 0.05 s.

    >>> problem = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> problem.students, problem.posts
    (2, 2)
    """
    seats_ = _check_seats(whole_numbers("seats", seats))
    posts_ = whole_numbers("posts", posts)
    keys_ = whole_numbers("keys", keys)
    indptr_ = _check_indptr(whole_numbers("indptr", indptr), wishes=posts_.size)
    if keys_.size != posts_.size:
        raise ShapeMismatchError(name="keys", wanted=posts_.size, given=keys_.size)
    lottery_ = _check_lottery(whole_numbers("lottery", lottery), students=indptr_.size - 1)
    wishes = _pack(indptr_, posts_, keys_, posts_in_market=seats_.size)
    if caps is not None and caps.posts != seats_.size:
        raise ShapeMismatchError(name="caps", wanted=seats_.size, given=caps.posts)
    return Problem(readonly(indptr_), readonly(wishes), readonly(seats_), readonly(lottery_), caps)


def rank_priorities(priorities: ArrayLike) -> tuple[NDArray[np.uint32], NDArray[np.float64]]:
    """Turn scores into keys: equal scores get equal keys, a higher score a higher key.

    Args:
        priorities: (e,) finite numbers.

    Returns:
        keys (e,) uint32 from 1 on, and levels (k,) float64 with `levels[keys - 1] == priorities`.

    Raises:
        PriorityNotANumberError: a score is NaN or infinite; names its row.

    Cost: one sort.

    >>> keys, levels = rank_priorities([80.5, 60, 80.5])
    >>> keys.tolist(), levels.tolist()
    ([2, 1, 2], [60.0, 80.5])
    """
    scores = np.asarray(priorities, dtype=np.float64)
    finite = np.isfinite(scores)
    if not finite.all():
        raise PriorityNotANumberError(row=int(np.argmin(finite)), name="priorities")
    levels, inverse = np.unique(scores, return_inverse=True)
    return (inverse + 1).astype(np.uint32), levels


def whole_numbers(name: str, values: ArrayLike) -> NDArray[np.integer]:
    """Return a one-dimensional integer array; NaN and fractions are refused with their row.

    Shapes: (n,) of any integers, or of floats that are whole. Raises: PriorityNotANumberError with
    the row, ShapeMismatchError for other shapes and kinds. Cost: O(n) for floats, nothing for
    integers.

    >>> whole_numbers("seats", [2.0, 1.0]).tolist()
    [2, 1]
    """
    array = np.asarray(values)
    if array.ndim != 1:
        raise ShapeMismatchError(name=name, wanted="(n,)", given=str(array.shape))
    if array.dtype.kind in "iu":
        return array
    if array.size == 0:
        return array.astype(np.int64)
    if array.dtype.kind != "f":
        raise ShapeMismatchError(name=name, wanted="integers", given=str(array.dtype))
    # 64 bits hold -2**63 and not 2**63; NaN compares false
    whole = (array >= -(2.0**63)) & (array < 2.0**63) & (array == np.floor(array))
    if not whole.all():
        raise PriorityNotANumberError(row=int(np.argmin(whole)), name=name)
    return array.astype(np.int64)


def _check_seats(seats: NDArray[np.integer]) -> NDArray[np.int32]:
    wrong = seats < 0
    if wrong.any():
        row = int(np.argmax(wrong))
        raise NegativeSeatsError(row=row, seats=int(seats[row]))
    wrong = seats > STUDENTS_MAX
    if wrong.any():
        row = int(np.argmax(wrong))
        raise TooLargeError(name=f"seats of post {row}", given=int(seats[row]), limit=STUDENTS_MAX)
    total = int(seats.sum())
    if total > WISHES_MAX:
        raise TooLargeError(name="seats", given=total, limit=WISHES_MAX)
    return seats.astype(np.int32)


def _check_indptr(indptr: NDArray[np.integer], *, wishes: int) -> NDArray[np.int64]:
    if wishes > WISHES_MAX:
        raise TooLargeError(name="wishes", given=wishes, limit=WISHES_MAX)
    if indptr.size - 1 > STUDENTS_MAX:
        raise TooLargeError(name="students", given=indptr.size - 1, limit=STUDENTS_MAX)
    if indptr.size == 0 or int(indptr[0]) != 0 or int(indptr[-1]) != wishes:
        given = f"{int(indptr[0])}..{int(indptr[-1])}" if indptr.size else "nothing"
        raise ShapeMismatchError(name="indptr", wanted=f"0..{wishes}", given=given)
    indptr_ = indptr.astype(np.int64)
    lengths = np.diff(indptr_)
    if (lengths < 0).any():
        row = int(np.argmax(lengths < 0))
        raise ShapeMismatchError(name="indptr", wanted="never falling", given=f"falls after {row}")
    if (lengths > WISHES_PER_STUDENT_MAX).any():
        raise TooLargeError(
            name="wishes of one student", given=int(lengths.max()), limit=WISHES_PER_STUDENT_MAX
        )
    return indptr_


def _check_lottery(lottery: NDArray[np.integer], *, students: int) -> NDArray[np.uint32]:
    if lottery.size != students:
        raise ShapeMismatchError(name="lottery", wanted=students, given=lottery.size)
    outside = (lottery < 0) | (lottery >= students)
    if outside.any():
        row = int(np.argmax(outside))
        raise LotteryNotAPermutationError(row=row, number=int(lottery[row]))
    times = np.bincount(lottery.astype(np.int64))
    if (times > 1).any():
        row = int(np.argmax(times[lottery] > 1))
        raise LotteryNotAPermutationError(row=row, number=int(lottery[row]))
    return lottery.astype(np.uint32)


def _pack(
    indptr: NDArray[np.int64],
    posts: NDArray[np.integer],
    keys: NDArray[np.integer],
    *,
    posts_in_market: int,
) -> NDArray[np.uint64]:
    # numba: loaded only where it pays, or where the solver has loaded it already
    if posts.size >= _KERNEL_FROM or any(name in sys.modules for name in _KERNELS):
        wishes = _pack_in_one_pass(indptr, posts, keys, posts_in_market=posts_in_market)
        if wishes is not None:
            return wishes
    _check_wishes(indptr, posts, keys, posts_in_market=posts_in_market)
    wishes = keys.astype(np.uint64)
    wishes <<= POST_BITS
    # posts are not negative: the cast inside the loop is exact and needs no copy of its own
    np.bitwise_or(wishes, posts, out=wishes, casting="unsafe", dtype=np.uint64)
    return wishes


def _pack_in_one_pass(
    indptr: NDArray[np.int64],
    posts: NDArray[np.integer],
    keys: NDArray[np.integer],
    *,
    posts_in_market: int,
) -> NDArray[np.uint64] | None:
    """Check and pack in the kernel; None where a wish is wrong, for the slower path to say how."""
    from matching.scan import pack_wishes

    wishes = np.empty(posts.size, dtype=np.uint64)
    stamp = np.full(posts_in_market, -1, dtype=np.int32)
    posts_, keys_ = _in_width(posts, np.int32), _in_width(keys, np.uint32)
    wrong = pack_wishes(readonly(indptr), readonly(posts_), readonly(keys_), wishes, stamp)
    return wishes if wrong < 0 else None


def _in_width(numbers: NDArray[np.integer], narrow: type[np.integer]) -> NDArray[np.integer]:
    """Return numbers as the kernel takes them: narrow ones as they are, others in 64 bits."""
    # what does not fit into 64 bits becomes negative, and so is refused
    return numbers if numbers.dtype == narrow else np.asarray(numbers, dtype=np.int64)


def _check_wishes(
    indptr: NDArray[np.int64],
    posts: NDArray[np.integer],
    keys: NDArray[np.integer],
    *,
    posts_in_market: int,
) -> None:
    if posts.size and (int(posts.min()) < 0 or int(posts.max()) >= posts_in_market):
        row = int(np.argmax((posts < 0) | (posts >= posts_in_market)))
        raise UnknownPostError(row=row, post=int(posts[row]))
    if keys.size and (int(keys.min()) < 1 or int(keys.max()) > KEY_MAX):
        row = int(np.argmax((keys < 1) | (keys > KEY_MAX)))
        raise PriorityOutOfRangeError(row=row, key=int(keys[row]))
    row = _repeated_wish(indptr, posts.astype(np.int32), posts_in_market)
    if row != -1:
        student = int(np.searchsorted(indptr, row)) - 1  # never a student's first row
        raise DuplicateWishError(row=row, student=student, post=int(posts[row]))


def _repeated_wish(indptr: NDArray[np.int64], posts: NDArray[np.int32], count: int) -> int:
    """Return the row of a wish that its student has made before, or -1."""
    if posts.size >= _KERNEL_FROM:
        from matching.scan import find_repeated

        return int(find_repeated(readonly(indptr), readonly(posts), count))
    owner = np.repeat(np.arange(indptr.size - 1), np.diff(indptr))
    pairs = owner * count + posts
    # The numbers of each student lie together already: the stable sort is the fast one here.
    in_order = np.sort(pairs, kind="stable")
    if not (in_order[1:] == in_order[:-1]).any():
        return -1
    order = np.argsort(pairs, kind="stable")  # of two equal wishes the later row comes second
    return int(order[1:][np.diff(pairs[order]) == 0].min())
