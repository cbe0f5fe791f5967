"""How far a long run has come: a callback that the solvers call now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TypeAlias

#: Called with what is done and the whole, in the same unit; what it raises ends the run.
Progress: TypeAlias = Callable[[int, int], None]

_STEPS_MAX = 50
_STUDENTS_PER_STEP = 1_000


def in_steps(students: int, progress: Progress | None) -> Iterator[tuple[int, int]]:
    """Yield spans of students that cover them all in order, and tell after each how far that is.

    All students are one span where nobody asks, at most 50 spans of 1,000 or more otherwise: the
    order of proposals changes no result, and so neither do the steps.

    Cost: 50 calls of `progress` at most.

    >>> told = []
    >>> list(in_steps(2500, lambda done, whole: told.append((done, whole))))
    [(0, 1250), (1250, 2500)]
    >>> told
    [(1250, 2500), (2500, 2500)]
    >>> list(in_steps(2500, None))
    [(0, 2500)]
    """
    steps = 1
    if progress is not None:
        steps = min(_STEPS_MAX, max(1, students // _STUDENTS_PER_STEP))
    for begin, end in pairwise(students * at // steps for at in range(steps + 1)):
        yield begin, end
        if progress is not None:
            progress(end, students)
