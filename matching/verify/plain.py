"""The check in numpy: slower than the kernel, ready without numba, and a check of the kernel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.problem import Problem

_KEY = np.uint64(0xFFFFFFFF00000000)


def _spread(
    problem: Problem, matching: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64], NDArray[np.int64]]:
    """Return, per wish, its student, post and priority, and per student the wish they sit at."""
    owner = np.repeat(np.arange(problem.students), np.diff(problem.indptr))
    posts = (problem.wishes & ~_KEY).astype(np.int64)
    values = (problem.wishes & _KEY) | problem.lottery[owner].astype(np.uint64)
    place = problem.indptr[1:].copy()  # the end of the list: nowhere
    sits = np.flatnonzero(posts == matching[owner])
    place[owner[sits]] = sits
    return owner, posts, values, place


def _count(
    problem: Problem, matching: NDArray[np.int32], place: NDArray[np.int64]
) -> tuple[NDArray[np.int64], int, NDArray[np.bool_]]:
    """Return students per post, overfull posts and who is at a post outside their own list."""
    placed = matching[(matching >= 0) & (matching < problem.posts)]
    held = np.bincount(placed, minlength=problem.posts)
    unwished = (matching >= 0) & (place == problem.indptr[1:])
    return held, int(np.count_nonzero(held > problem.seats)), unwished


def count_blocking(
    problem: Problem, matching: NDArray[np.int32]
) -> tuple[int, int, int, tuple[int, int] | None]:
    """Return blocking pairs, overfull posts, unwished placements and the first blocking pair."""
    owner, posts, values, place = _spread(problem, matching)
    held, overfull, unwished = _count(problem, matching, place)
    worst = np.full(problem.posts, np.iinfo(np.uint64).max, dtype=np.uint64)
    seated = place < problem.indptr[1:]
    np.minimum.at(worst, posts[place[seated]], values[place[seated]])
    preferred = np.arange(posts.size) < place[owner]
    open_seat = held < problem.seats
    wanted = open_seat[posts] | ((values > worst[posts]) & (problem.seats[posts] > 0))
    blocking = np.flatnonzero(preferred & wanted)
    first = (int(owner[blocking[0]]), int(posts[blocking[0]])) if blocking.size else None
    return blocking.size, overfull, int(np.count_nonzero(unwished)), first


def count_unproven(
    problem: Problem, matching: NDArray[np.int32], cutoffs: NDArray[np.uint64]
) -> tuple[int, int, int]:
    """Return misplaced students, overfull posts and cut-offs of posts with an open seat."""
    owner, posts, values, place = _spread(problem, matching)
    held, overfull, unwished = _count(problem, matching, place)
    reached = np.flatnonzero(values >= cutoffs[posts])
    earliest = problem.indptr[1:].copy()
    np.minimum.at(earliest, owner[reached], reached)
    misplaced = int(np.count_nonzero((earliest != place) | unwished))
    unearned = int(np.count_nonzero((cutoffs > 0) & (held < problem.seats)))
    return misplaced, overfull, unearned
