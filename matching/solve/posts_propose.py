"""Post-proposing deferred acceptance: the stable matching that is best for every post."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.errors import CapsNotOnlineError
from matching.outcome import CLOSED, Outcome, count_placed, find_ranks, priorities_of
from matching.problem import LOW, Problem


def solve_posts_propose(problem: Problem) -> Outcome:
    """Return the post-optimal stable matching with its cut-offs.

    1. Each post offers its open seats to its applicants by falling priority.
    2. A student keeps the best offer so far and hands the other seat back, which is offered on.

    It places the same students as `matching.solve.solve` (rural hospitals: Roth 1986), never better
    for a student; its cut-offs prove it in the same way.

    Shapes: as `matching.solve.solve`. Raises: CapsNotOnlineError under hard caps.
    Cost: O(e log e) in Python, for a school's market. Source: Gale and Shapley 1962.

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 4], posts=[0, 1, 1, 0], keys=[1, 2, 1, 2], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> solve_posts_propose(market).matching.tolist()
    [1, 0]
    """
    if problem.caps is not None and problem.caps.hard.any():
        raise CapsNotOnlineError
    ranks, lines = _line_up(problem)
    matching = [-1] * problem.students
    offering = [post for post, seats in enumerate(problem.seats.tolist()) for _ in range(seats)]
    while offering:
        post = offering.pop()
        if not lines[post]:
            continue
        _, student = lines[post].pop()
        held = matching[student]
        if held >= 0 and ranks[student][held] < ranks[student][post]:
            offering.append(post)
            continue
        matching[student] = post
        if held >= 0:
            offering.append(held)
    return _with_cutoffs(problem, np.array(matching, dtype=np.int32))


def _line_up(problem: Problem) -> tuple[list[dict[int, int]], list[list[tuple[int, int]]]]:
    """Return each student's rank of each post, and each post's line with the best at its end."""
    ranks: list[dict[int, int]] = []
    lines: list[list[tuple[int, int]]] = [[] for _ in range(problem.posts)]
    for student in range(problem.students):
        row = problem.wishes[problem.indptr[student] : problem.indptr[student + 1]]
        posts = (row & LOW).tolist()
        ranks.append({post: rank for rank, post in enumerate(posts)})
        for post, value in zip(posts, priorities_of(problem, student).tolist(), strict=True):
            lines[post].append((value, student))
    for line in lines:
        line.sort()
    return ranks, lines


def _with_cutoffs(problem: Problem, matching: NDArray[np.int32]) -> Outcome:
    seated = np.flatnonzero(matching >= 0)
    places = problem.indptr[seated] + find_ranks(problem, matching)[seated]
    values = (problem.wishes[places] & ~LOW) | problem.lottery[seated].astype(np.uint64)
    least = np.full(problem.posts, CLOSED, dtype=np.uint64)
    np.minimum.at(least, matching[seated], values)
    full = count_placed(problem, matching) == problem.seats
    return Outcome(matching, np.where(full, least, np.uint64(0)))
