"""Deferred acceptance in plain Python: the reference that every faster solver must equal."""

from __future__ import annotations

from heapq import heappush, heappushpop
from itertools import chain

import numpy as np

from matching.outcome import CLOSED, Outcome
from matching.problem import Problem
from matching.progress import Progress, in_steps

_LOW = 0xFFFFFFFF


def solve_reference(problem: Problem, progress: Progress | None = None) -> Outcome:
    """Return the student-optimal stable matching with its cut-offs.

    1. Each student in turn proposes to the next wish of their list.
    2. A post holds the best proposals up to its seats in a heap and lets the least one go.
    3. Who is let go proposes further; a list at its end leaves its student unplaced.

    Cost: O(e log seats) time; Python integers, so about 100 bytes per wish.
    Source: Gale and Shapley 1962; McVitie and Wilson 1971 (one student at a time).
    Shapes: as `matching.solve.solve`.

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> solve_reference(market).matching.tolist()
    [1, 0]
    """
    indptr, wishes = problem.indptr.tolist(), problem.wishes.tolist()
    seats, lottery = problem.seats.tolist(), problem.lottery.tolist()
    holder = np.argsort(problem.lottery).tolist()
    held: list[list[int]] = [[] for _ in seats]
    following = indptr[:-1]
    matching = [-1] * len(lottery)
    starters = chain.from_iterable(range(*span) for span in in_steps(len(lottery), progress))
    for starter in starters:
        student = starter
        while student >= 0 and following[student] < indptr[student + 1]:
            wish = wishes[following[student]]
            post, value = wish & _LOW, wish & ~_LOW | lottery[student]
            following[student] += 1
            heap = held[post]
            if len(heap) < seats[post]:
                heappush(heap, value)
                matching[student] = post
                student = -1
            elif heap and value > heap[0]:
                matching[student] = post
                student = holder[heappushpop(heap, value) & _LOW]
                matching[student] = -1
    cutoffs = np.zeros(len(seats), dtype=np.uint64)
    for post, heap in enumerate(held):
        if len(heap) == seats[post]:
            cutoffs[post] = heap[0] if heap else CLOSED
    return Outcome(np.array(matching, dtype=np.int32), cutoffs)
