"""Stable improvement cycles: trade places that only the lottery kept apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.errors import CapsNotOnlineError, ShapeMismatchError
from matching.outcome import find_ranks
from matching.problem import LOW, POST_BITS, Problem


@dataclass(frozen=True, slots=True, eq=False)
class Improved:
    """A matching after trades, how many cycles there were and how many students gained."""

    matching: NDArray[np.int32]
    cycles: int
    gained: int


def improve_by_cycles(problem: Problem, matching: NDArray[np.int32]) -> Improved:
    """Let students trade places where no score is passed over, until no such trade is left.

    1. Who would rather be at a post and has the highest score among those who would, may claim it.
    2. A circle of such claims is a trade: each moves to the post claimed. Repeat.

    Nobody loses; no student with a higher *score* is passed over (the lottery may be). The price:
    a student may gain by filing false wishes (Abdulkadiroglu, Pathak and Roth 2009), so it is
    optional and the rules of a round must say it.

    Shapes: matching (n,) in and out. Raises: CapsNotOnlineError under hard caps,
    ShapeMismatchError.
    Cost: O(e) per cycle in Python, for a school's market. Source: Erdil and Ergin 2008.

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 4, 5],
    ...     posts=[1, 0, 0, 1, 0],
    ...     keys=[1, 2, 1, 2, 1],
    ...     seats=[1, 1],
    ...     lottery=[0, 1, 2],
    ... )
    >>> from matching.solve import solve
    >>> placed = solve(market).matching
    >>> placed.tolist(), improve_by_cycles(market, placed).matching.tolist()
    ([0, 1, -1], [1, 0, -1])
    """
    if problem.caps is not None and problem.caps.hard.any():
        raise CapsNotOnlineError
    if matching.shape != (problem.students,):
        raise ShapeMismatchError(name="matching", wanted=problem.students, given=matching.size)
    place = find_ranks(problem, matching)
    lengths = np.diff(problem.indptr)
    place = np.where(place < 0, lengths, place).tolist()
    now = matching.tolist()
    applicants = _applicants(problem)
    cycles = 0
    while True:
        claims = _claims(applicants, place, now)
        cycle = _find_cycle(claims, now)
        if not cycle:
            break
        for student, post, rank in cycle:
            now[student], place[student] = post, rank
        cycles += 1
    after = np.array(now, dtype=np.int32)
    return Improved(after, cycles, int(np.count_nonzero(after != matching)))


_Applicant = tuple[int, int, int]  # key, student, rank


def _applicants(problem: Problem) -> list[list[_Applicant]]:
    """Return, per post, who wishes for it: the highest key first."""
    found: list[list[_Applicant]] = [[] for _ in range(problem.posts)]
    for student in range(problem.students):
        row = problem.wishes[problem.indptr[student] : problem.indptr[student + 1]]
        for rank, wish in enumerate(row.tolist()):
            found[wish & int(LOW)].append((wish >> int(POST_BITS), student, rank))
    for line in found:
        line.sort(reverse=True)
    return found


def _claims(
    applicants: list[list[_Applicant]], place: list[int], now: list[int]
) -> dict[int, list[tuple[int, int]]]:
    """Return, per post, the placed students who may claim it, with their rank of it."""
    claims: dict[int, list[tuple[int, int]]] = {}
    for post, line in enumerate(applicants):
        wanting = [(key, student, rank) for key, student, rank in line if rank < place[student]]
        if wanting:
            highest = wanting[0][0]
            top = [(student, rank) for key, student, rank in wanting if key == highest]
            claims[post] = [(student, rank) for student, rank in top if now[student] >= 0]
    return claims


def _find_cycle(
    claims: dict[int, list[tuple[int, int]]], now: list[int]
) -> list[tuple[int, int, int]]:
    """Return one circle of claims as (student, post claimed, its rank), empty where there is none.

    Walk from a post to the posts of its claimants, depth first; a post met again closes a circle.
    """
    done: set[int] = set()
    for start, first in claims.items():
        trail: list[tuple[int, int, int]] = []  # who left which post for the one before it
        open_at = {start: 0}
        stack = [(start, iter(first))]
        while stack and start not in done:
            post, waiting = stack[-1]
            step = next(waiting, None)
            if step is None:
                done.add(post)
                stack.pop()
                del open_at[post]
                if trail:
                    trail.pop()
                continue
            student, rank = step
            home = now[student]
            if home in open_at:
                return [*trail[open_at[home] :], (student, post, rank)]
            if home in claims and home not in done:
                trail.append((student, post, rank))
                open_at[home] = len(stack)
                stack.append((home, iter(claims[home])))
    return []
