"""The check in numba: two passes over the students, both cores where there are two."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from matching.jit import kernel
from matching.prefetch import prefetch
from matching.problem import Problem, readonly
from matching.verify.limits import claim_limits

_STUDENTS_PER_THREAD = 20_000  # below it starting a thread costs more than it saves
_Result = TypeVar("_Result")

_KEY = np.uint64(0xFFFFFFFF00000000)
_POST = np.uint64(0xFFFFFFFF)
_ONE = np.uint64(1)
_LINE = np.uint64(8)  # wishes in a line of the cache
_AHEAD = np.uint64(12)  # students between asking the memory and reading
_NOWHERE = np.uint64(0xFFFFFFFFFFFFFFFF)  # what -1 is among unsigned numbers


class _Run(NamedTuple):
    """What is checked."""

    indptr: NDArray[np.int64]
    wishes: NDArray[np.uint64]
    seats: NDArray[np.int32]
    lottery: NDArray[np.uint32]
    matching: NDArray[np.int32]


def _run_of(problem: Problem, matching: NDArray[np.int32]) -> _Run:
    held = (readonly(problem.indptr), readonly(problem.wishes), readonly(problem.seats))
    return _Run(*held, readonly(problem.lottery), readonly(matching))


_RUN = numba.typeof(
    _Run(
        readonly(np.empty(0, dtype=np.int64)),
        readonly(np.empty(0, dtype=np.uint64)),
        readonly(np.empty(0, dtype=np.int32)),
        readonly(np.empty(0, dtype=np.uint32)),
        readonly(np.empty(0, dtype=np.int32)),
    )
)
_PAIR = types.Array(types.int64, 1, "C")
_COUNTS = types.Array(types.int32, 1, "C")
_VALUES = types.Array(types.uint64, 1, "C")
_LIMITS = types.Array(types.uint64, 1, "C", readonly=True)


@kernel()
def _ask_wishes(run: _Run, student: np.uint64) -> None:
    """Ask the memory for the wishes that a later student's turn will read."""
    first = np.uint64(run.indptr[student])
    prefetch(run.wishes, first)
    prefetch(run.wishes, first + _LINE)


@kernel()
def _ask_ahead(
    run: _Run, held: NDArray[np.int32], values: NDArray[np.uint64], student: np.uint64
) -> None:
    """Ask also for what is known of the student's post; it changes no value."""
    later = np.uint64(run.matching[student])
    prefetch(values, later)
    prefetch(held, later)
    _ask_wishes(run, student)


@kernel(types.int64(_RUN, _PAIR, _COUNTS, _VALUES))
def _tally(
    run: _Run, span: NDArray[np.int64], held: NDArray[np.int32], worst: NDArray[np.uint64]
) -> int:
    """Count the students of each post and note its least priority; return unwished placements."""
    unwished = 0
    last = np.uint64(max(span[1] - 1, 0))
    for place in range(span[0], span[1]):
        student = np.uint64(place)
        _ask_ahead(run, held, worst, min(student + _AHEAD, last))
        chosen = np.uint64(run.matching[student])
        if chosen == _NOWHERE:
            continue
        if chosen < np.uint64(held.size):
            held[chosen] += 1
        wish = np.uint64(run.indptr[student])
        end = np.uint64(run.indptr[student + _ONE])
        while wish < end and (run.wishes[wish] & _POST) != chosen:
            wish += _ONE
        if wish == end:
            unwished += 1
            continue
        value = (run.wishes[wish] & _KEY) | np.uint64(run.lottery[student])
        worst[chosen] = min(worst[chosen], value)
    return unwished


@kernel(types.int64(_RUN, _PAIR, _PAIR, _LIMITS))
def _claims(
    run: _Run, span: NDArray[np.int64], pair: NDArray[np.int64], limits: NDArray[np.uint64]
) -> int:
    """Count wishes above a student's place whose post they could claim; note the first pair."""
    blocking = 0
    last = np.uint64(max(span[1] - 1, 0))
    for place in range(span[0], span[1]):
        student = np.uint64(place)
        _ask_wishes(run, min(student + _AHEAD, last))
        chosen = np.uint64(run.matching[student])
        number = np.uint64(run.lottery[student])
        wish = np.uint64(run.indptr[student])
        end = np.uint64(run.indptr[student + _ONE])
        while wish < end:
            edge = run.wishes[wish]
            post = edge & _POST
            if post == chosen:
                break
            if ((edge & _KEY) | number) > limits[post]:
                if blocking == 0:
                    pair[0] = place
                    pair[1] = np.int64(post)
                blocking += 1
            wish += _ONE
    return blocking


@kernel(types.int64(_RUN, _PAIR, _COUNTS, _LIMITS))
def _misplaced(
    run: _Run, span: NDArray[np.int64], held: NDArray[np.int32], cutoffs: NDArray[np.uint64]
) -> int:
    """Count students who do not sit at the first wish whose cut-off they reach.

    A list is read up to the student's place, not up to the wish that they reach: where to stop
    then waits for no cut-off, and the processor looks up many students' cut-offs at a time.
    """
    wrong = 0
    last = np.uint64(max(span[1] - 1, 0))
    for place in range(span[0], span[1]):
        student = np.uint64(place)
        _ask_ahead(run, held, cutoffs, min(student + _AHEAD, last))
        number = np.uint64(run.lottery[student])
        wish = np.uint64(run.indptr[student])
        end = np.uint64(run.indptr[student + _ONE])
        chosen = np.uint64(run.matching[student])
        if chosen < np.uint64(held.size):
            held[chosen] += 1
        misplaced = False
        while wish < end:
            edge = run.wishes[wish]
            post = edge & _POST
            if post == chosen:
                break
            misplaced |= ((edge & _KEY) | number) >= cutoffs[post]
            wish += _ONE
        if wish < end:
            misplaced |= ((run.wishes[wish] & _KEY) | number) < cutoffs[chosen]
        else:
            misplaced |= chosen != _NOWHERE
        wrong += misplaced
    return wrong


def _spans(problem: Problem) -> list[NDArray[np.int64]]:
    """Return parts of the students, one per core where there are enough of them."""
    parts = min(os.cpu_count() or 1, 1 + problem.students // _STUDENTS_PER_THREAD)
    bounds = np.linspace(0, problem.students, parts + 1).astype(np.int64)
    return [bounds[at : at + 2].copy() for at in range(parts)]


def _in_threads(
    part: Callable[[NDArray[np.int64]], _Result], spans: list[NDArray[np.int64]]
) -> list[_Result]:
    if len(spans) == 1:
        return [part(spans[0])]
    with ThreadPoolExecutor(len(spans)) as pool:
        return list(pool.map(part, spans))


def _add_up(problem: Problem, run: _Run) -> tuple[NDArray[np.int64], NDArray[np.uint64], int]:
    """Return students and least priority per post, and the unwished placements."""

    def part(span: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.uint64], int]:
        held = np.zeros(problem.posts, dtype=np.int32)
        worst = np.full(problem.posts, np.iinfo(np.uint64).max, dtype=np.uint64)
        return held, worst, _tally(run, span, held, worst)

    found = _in_threads(part, _spans(problem))
    held = np.asarray(np.sum([one for one, _, _ in found], axis=0), dtype=np.int64)
    worst = np.minimum.reduce([one for _, one, _ in found])
    return held, worst, sum(one for _, _, one in found)


def count_blocking(
    problem: Problem, matching: NDArray[np.int32]
) -> tuple[int, int, int, tuple[int, int] | None]:
    """Return blocking pairs, overfull posts, unwished placements and the first blocking pair."""
    run = _run_of(problem, matching)
    held, worst, unwished = _add_up(problem, run)
    limits, overfull = claim_limits(problem, held, worst)
    fixed = readonly(limits)

    def part(span: NDArray[np.int64]) -> tuple[int, int, int]:
        pair = np.full(2, -1, dtype=np.int64)
        return _claims(run, span, pair, fixed), int(pair[0]), int(pair[1])

    found = _in_threads(part, _spans(problem))
    first = next(((student, post) for count, student, post in found if count), None)
    return sum(count for count, _, _ in found), overfull, unwished, first


def count_unproven(
    problem: Problem, matching: NDArray[np.int32], cutoffs: NDArray[np.uint64]
) -> tuple[int, int, int]:
    """Return misplaced students, overfull posts and cut-offs of posts with an open seat."""
    run, fixed = _run_of(problem, matching), readonly(cutoffs)

    def part(span: NDArray[np.int64]) -> tuple[int, NDArray[np.int32]]:
        held = np.zeros(problem.posts, dtype=np.int32)
        return _misplaced(run, span, held, fixed), held

    found = _in_threads(part, _spans(problem))
    misplaced = sum(count for count, _ in found)
    if problem.caps is None:
        # Everybody placed reaches the cut-off, so a full post earns it: no second pass is needed.
        held = np.asarray(np.sum([one for _, one in found], axis=0), dtype=np.int64)
        overfull = int(np.count_nonzero(held > problem.seats))
        return misplaced, overfull, int(np.count_nonzero((cutoffs > 0) & (held < problem.seats)))
    held, worst, _ = _add_up(problem, run)
    limits, overfull = claim_limits(problem, held, worst)
    return misplaced, overfull, int(np.count_nonzero(cutoffs > limits))
