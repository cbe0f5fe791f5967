"""Several rounds: who freezes keeps a post, who floats keeps it or does better."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from matching.caps import count_by_group
from matching.errors import InfeasibleError, NotTheirWishError, ShapeMismatchError
from matching.problem import KEY_MAX, LOW, POST_BITS, Problem, readonly
from shared.kernel.errors import Text


class Choice(IntEnum):
    """What a student does with the post of the last round."""

    OPEN = 0  # takes part with all wishes, keeps nothing
    FREEZE = 1
    FLOAT = 2
    LEAVE = 3


def plan_next_round(
    problem: Problem,
    matching: NDArray[np.int32],
    choices: NDArray[np.int8],
    *,
    names: Sequence[str] = (),
) -> Problem:
    """Return the market of the next round, in which every kept post is guaranteed.

    1. A frozen student's list is the kept post alone; a floating one's ends with it.
    2. At the kept post the student has the highest key there is: nobody can take the seat.
    3. Who leaves has no wishes.
    So any solver clears the round, and the guarantee is part of the market that it proves.

    Args:
        problem: the market of the round: new wishes, seats and caps allowed.
        matching: (n,) posts of the last round, -1 where none.
        choices: (n,) of `Choice`.
        names: (m + g,) how posts and the groups of the caps are called in an error; by default
            the number of the post, and the group's name in the caps.

    Raises:
        InfeasibleError: seats or hard caps below the kept posts; names the smallest such set.
        NotTheirWishError, ShapeMismatchError.

    Cost: O(e). Source: Baswana et al. 2019 (freeze, float, slide in joint seat allocation).

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> kept = np.array([0, -1], dtype=np.int32)
    >>> later = plan_next_round(market, kept, np.array([Choice.FREEZE, Choice.OPEN], dtype=np.int8))
    >>> later.indptr.tolist()
    [0, 1, 2]
    """
    for name, array in (("matching", matching), ("choices", choices)):
        if array.shape != (problem.students,):
            raise ShapeMismatchError(name=name, wanted=problem.students, given=array.size)
    keeps = (matching >= 0) & ((choices == Choice.FREEZE) | (choices == Choice.FLOAT))
    kept = np.where(keeps, matching, -1).astype(np.int32)
    owner = np.repeat(np.arange(problem.students), np.diff(problem.indptr))
    posts = (problem.wishes & LOW).astype(np.int64)
    guaranteed = posts == kept[owner]
    last = np.full(problem.students, np.iinfo(np.int64).max)
    hits = np.flatnonzero(guaranteed)
    last[owner[hits]] = hits
    lost = keeps & (last == np.iinfo(np.int64).max)
    if lost.any():
        student = int(np.argmax(lost))
        raise NotTheirWishError(student=student, post=int(matching[student]))
    _refuse_overcommitted(problem, kept, names)
    stays = (np.arange(posts.size) <= last[owner]) & (choices[owner] != Choice.LEAVE)
    stays &= guaranteed | (choices[owner] != Choice.FREEZE) | ~keeps[owner]
    raised = np.uint64(KEY_MAX << int(POST_BITS)) | (problem.wishes & LOW)
    wishes = np.where(guaranteed, raised, problem.wishes)[stays]
    indptr = np.zeros(problem.students + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner[stays], minlength=problem.students), out=indptr[1:])
    return Problem(readonly(indptr), readonly(wishes), problem.seats, problem.lottery, problem.caps)


def _refuse_overcommitted(problem: Problem, kept: NDArray[np.int32], names: Sequence[str]) -> None:
    """Refuse seats or hard caps below the kept posts: one node alone is the smallest conflict."""
    held = np.bincount(kept[kept >= 0], minlength=problem.posts)
    short = np.flatnonzero(held > problem.seats)
    if short.size:
        post = int(short[0])
        called = Text(names[post], names[post]) if names else Text(f"岗位 {post}", f"post {post}")
        raise _too_many_kept(called, int(held[post]), int(problem.seats[post]))
    if problem.caps is None:
        return
    caps = problem.caps
    placed = count_by_group(caps, kept)[caps.posts :]
    over = np.flatnonzero((placed > caps.limits) & caps.hard)
    if over.size:
        group = int(over[np.argmin(placed[over])])
        name = names[caps.posts + group] if names else caps.names[group]
        raise _too_many_kept(Text(name, name), int(placed[group]), int(caps.limits[group]))


def _too_many_kept(called: Text, kept: int, most: int) -> InfeasibleError:
    return InfeasibleError(
        conflict_zh=f"{called.zh}：已保留 {kept} 人，上限 {most} 人",
        conflict_en=f"{called.en}: {kept} kept > {most}",
    )
