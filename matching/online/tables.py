"""The arrays of a live market: rows of wishes, lines before posts, who sits where."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from matching.online.layout import form_lines, mark_worst
from matching.outcome import find_ranks
from matching.problem import LOW, Problem, readonly

GONE = -1  # `Live.place` of a student who does not take part: wants nothing
NOWHERE = 2**31 - 1  # `Live.place` of a student without a post: wants every wish


class Live(NamedTuple):
    """A market that changes; positions in a line count from 0 at the highest priority."""

    row: NDArray[np.int64]  # where a student's wishes begin in `wishes`
    length: NDArray[np.int32]  # how many they are
    wishes: NDArray[np.uint64]  # key << 32 | post
    lottery: NDArray[np.uint32]
    first: NDArray[np.int64]  # where a post's line begins in `value`, `who`, `rank`; (m + 1,)
    size: NDArray[np.int32]  # how many stand in it
    value: NDArray[np.uint64]  # priorities, falling
    who: NDArray[np.int32]
    rank: NDArray[np.uint16]  # which of the student's wishes this is
    seats: NDArray[np.int32]
    fill: NDArray[np.int32]  # seats taken
    worst: NDArray[np.int32]  # position of the least held where full; at least that otherwise
    hint: NDArray[np.int32]  # nobody between `worst` and this position waits for the post
    matching: NDArray[np.int32]
    place: NDArray[np.int32]  # which wish a student sits at, NOWHERE or GONE


class Trace(NamedTuple):
    """What an event did, and the scratch it needs."""

    student: NDArray[np.int32]
    before: NDArray[np.int32]  # `place` before the move
    left: NDArray[np.int32]  # post before the move, -1 for none; written when the event is over
    now: NDArray[np.int32]  # post after the event, -1 for none
    cause: NDArray[np.int8]
    used: NDArray[np.int64]  # [moves, epoch, rotations]
    open_posts: NDArray[np.int32]
    mark: NDArray[np.int64]  # two numbers per post: epoch, step of the walk
    walk: NDArray[np.int32]  # two numbers per step: post, position in its line


def open_live(problem: Problem, matching: NDArray[np.int32], *, slack: float = 0.25) -> Live:
    """Lay out a market with room for new wishes in every line.

    Cost: one sort of each line; 22 bytes per wish and the slack.
    """
    posts = problem.posts
    sizes = np.bincount((problem.wishes & LOW).astype(np.int32), minlength=posts)
    first = np.zeros(posts + 1, dtype=np.int64)
    np.cumsum(sizes + np.maximum(8, (sizes * slack).astype(np.int64)), out=first[1:])
    value, who, rank = form_lines(
        readonly(problem.indptr), readonly(problem.wishes), readonly(problem.lottery), first
    )
    spare = np.zeros(int(problem.wishes.size * slack) + 4096, dtype=np.uint64)
    place = find_ranks(problem, matching)
    place[place < 0] = NOWHERE
    worst = np.full(posts, -1, dtype=np.int32)
    mark_worst(first, sizes, who, matching.astype(np.int32), worst)
    return Live(
        problem.indptr[:-1].copy(),
        np.diff(problem.indptr).astype(np.int32),
        np.concatenate([problem.wishes, spare]),
        problem.lottery.copy(),
        first,
        sizes.astype(np.int32),
        value,
        who,
        rank,
        problem.seats.copy(),
        np.bincount(matching[matching >= 0], minlength=posts).astype(np.int32),
        worst,
        np.zeros(posts, dtype=np.int32),
        matching.astype(np.int32),
        place,
    )


def open_trace(students: int, posts: int) -> Trace:
    """Return room for the moves of one event."""
    moves = 4 * students + 100
    return Trace(
        np.zeros(moves, dtype=np.int32),
        np.zeros(moves, dtype=np.int32),
        np.zeros(moves, dtype=np.int32),
        np.zeros(moves, dtype=np.int32),
        np.zeros(moves, dtype=np.int8),
        np.zeros(3, dtype=np.int64),
        np.zeros(students + posts + 1, dtype=np.int32),
        np.full(2 * posts, -1, dtype=np.int64),
        np.zeros(2 * posts + 2, dtype=np.int32),
    )


def _examples() -> tuple[Live, Trace]:
    empty = np.zeros(0, dtype=np.uint64)
    nobody = Problem(
        np.zeros(1, dtype=np.int64), empty, empty.astype(np.int32), empty.astype(np.uint32)
    )
    return open_live(nobody, np.zeros(0, dtype=np.int32)), open_trace(0, 0)


LIVE, TRACE = (numba.typeof(part) for part in _examples())
