"""Students who want to stay together: placed at one post or apart, with the price counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.errors import CapsNotOnlineError, MatchingError, UnknownStudentError
from matching.outcome import find_ranks
from matching.problem import LOW, Problem, readonly
from matching.solve import solve
from matching.verify import verify_matching
from shared.kernel.errors import Text


class OverlappingGroupsError(MatchingError):
    """A student belongs to two groups."""

    code = "matching_groups_overlap"
    title_zh = "同一学生属于两个结伴组"
    mend = Text("请将学生 {student} 只放在一个组中。", "Put student {student} into one group only.")


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """A matching that keeps groups together where it can, and what that costs.

    Attributes:
        matching: (n,) int32.
        kept: per group, the post at which all its members are, -1 where they were placed apart.
        claims: blocking pairs that staying together leaves (0 without groups).
        displaced: students outside the groups who do worse than without groups.
        members_worse: members who sit at a later wish than alone.
    """

    matching: NDArray[np.int32]
    kept: tuple[int, ...]
    claims: int
    displaced: int
    members_worse: int


def solve_together(problem: Problem, groups: Sequence[Sequence[int]]) -> Together:
    """Place groups at one post each where their weakest member would get in, else apart.

    1. Groups take turns, the highest lottery number of a member first. A group goes through the
       wishes that all its members share, in the order of the least ranks lost by any of them.
    2. It gets a post where the market of everybody else, cleared with that many seats fewer,
       leaves its weakest member above the post's cut-off: nobody stronger is turned away for it.
    3. A group that gets none is placed apart, as everybody is. The count of claims is of the
       whole: with groups a stable matching need not exist (Roth 1984), and none is claimed.

    Raises: OverlappingGroupsError, UnknownStudentError, CapsNotOnlineError under hard caps.
    Cost: one clearing per group and shared wish.
    Source: Roth 1984 (no stable matching need exist); the rule above is the house's own.

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 4, 5],
    ...     posts=[0, 1, 0, 1, 0],
    ...     keys=[9, 9, 1, 9, 5],
    ...     seats=[2, 2],
    ...     lottery=[0, 1, 2],
    ... )
    >>> together = solve_together(market, [[0, 1]])
    >>> together.matching.tolist(), together.kept, together.claims, together.members_worse
    ([1, 1, 0], (1,), 2, 1)
    """
    _check_groups(problem, groups)
    alone = solve(problem).matching
    fixed = np.full(problem.students, -1, dtype=np.int32)
    kept = [-1] * len(groups)
    turn = sorted(
        (at for at, group in enumerate(groups) if group),
        key=lambda at: -max(int(problem.lottery[student]) for student in groups[at]),
    )
    for at in turn:
        kept[at] = _place_group(problem, fixed, groups[at])
        if kept[at] >= 0:
            fixed[list(groups[at])] = kept[at]
    matching = np.where(fixed >= 0, fixed, solve(_without(problem, fixed)).matching)
    worse = _sits(problem, matching) > _sits(problem, alone)
    member = np.zeros(problem.students, dtype=bool)
    member[[student for group in groups for student in group]] = True
    return Together(
        matching.astype(np.int32),
        tuple(kept),
        verify_matching(problem, matching.astype(np.int32)).blocking_pairs,
        int(np.count_nonzero(worse & ~member)),
        int(np.count_nonzero(worse & member)),
    )


def _check_groups(problem: Problem, groups: Sequence[Sequence[int]]) -> None:
    if problem.caps is not None and problem.caps.hard.any():
        raise CapsNotOnlineError
    seen: set[int] = set()
    for student in (student for group in groups for student in group):
        if not 0 <= student < problem.students:
            raise UnknownStudentError(student=student)
        if student in seen:
            raise OverlappingGroupsError(student=student)
        seen.add(student)


def _sits(problem: Problem, matching: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the wish at which each student sits; nowhere is after the last."""
    ranks = find_ranks(problem, matching)
    return np.where(ranks < 0, np.diff(problem.indptr), ranks)


def _without(problem: Problem, fixed: NDArray[np.int32]) -> Problem:
    """Return the market of everybody who is not fixed, over the seats that are left."""
    taken = np.bincount(fixed[fixed >= 0], minlength=problem.posts)
    owner = np.repeat(np.arange(problem.students), np.diff(problem.indptr))
    free = fixed[owner] < 0
    indptr = np.zeros(problem.students + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner[free], minlength=problem.students), out=indptr[1:])
    seats = readonly((problem.seats - taken).astype(np.int32))
    return Problem(readonly(indptr), readonly(problem.wishes[free]), seats, problem.lottery)


def _place_group(problem: Problem, fixed: NDArray[np.int32], group: Sequence[int]) -> int:
    """Return the post that a group gets together, or -1."""
    rows = [_row(problem, student) for student in group]
    shared = set[int].intersection(*(set(row) for row in rows))
    order = sorted(shared, key=lambda post: (max(row[post][0] for row in rows), post))
    for post in order:
        trial = fixed.copy()
        trial[list(group)] = post
        if np.count_nonzero(trial == post) > problem.seats[post]:
            continue
        rest = solve(_without(problem, trial))
        if all(row[post][1] >= int(_limit(problem, rest.matching, trial, post)) for row in rows):
            return post
    return -1


def _row(problem: Problem, student: int) -> dict[int, tuple[int, int]]:
    """Return rank and priority of each of a student's posts."""
    row = problem.wishes[problem.indptr[student] : problem.indptr[student + 1]].tolist()
    number = int(problem.lottery[student])
    return {wish & int(LOW): (rank, wish & ~int(LOW) | number) for rank, wish in enumerate(row)}


def _limit(
    problem: Problem, matching: NDArray[np.int32], fixed: NDArray[np.int32], post: int
) -> int:
    """Return the highest priority of somebody whom the post now turns away, 0 for nobody."""
    owner = np.repeat(np.arange(problem.students), np.diff(problem.indptr))
    rank = np.arange(owner.size) - problem.indptr[owner]
    here = (problem.wishes & LOW).astype(np.int64) == post
    wanting = here & (fixed[owner] < 0) & (rank < _sits(problem, matching)[owner])
    values = (problem.wishes & ~LOW) | problem.lottery[owner].astype(np.uint64)
    return int(values[wanting].max(initial=0))
