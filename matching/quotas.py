"""Lower quotas: report which posts stay below, then repair, with the cost of it shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.errors import CapsNotOnlineError, InfeasibleError, ShapeMismatchError
from matching.outcome import count_placed, find_ranks
from matching.problem import LOW, Problem, readonly
from matching.solve import solve
from matching.verify import verify_matching


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A post below its lower quota."""

    post: int
    least: int
    placed: int


@dataclass(frozen=True, slots=True, eq=False)
class Repaired:
    """A matching that meets the lower quotas, and what that costs.

    Attributes:
        matching: (n,) int32.
        moved: students who sit elsewhere than before.
        ranks_lost: wishes down, summed over the moved.
        claims: blocking pairs that the repair leaves: students with a claim to a seat that is open
            or held by somebody of lower priority.
    """

    matching: NDArray[np.int32]
    moved: int
    ranks_lost: int
    claims: int


def report_shortfalls(
    problem: Problem, matching: NDArray[np.int32], least: NDArray[np.int64]
) -> list[Shortfall]:
    """Return the posts that hold fewer students than their lower quota (m,).

    Shapes: matching (n,). Raises: ShapeMismatchError. Cost: O(n + m).

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> report_shortfalls(market, np.array([1, -1], dtype=np.int32), np.array([1, 1]))
    [Shortfall(post=0, least=1, placed=0)]
    """
    if least.shape != problem.seats.shape:
        raise ShapeMismatchError(name="least", wanted=problem.posts, given=least.size)
    placed = count_placed(problem, matching)
    return [
        Shortfall(int(post), int(least[post]), int(placed[post]))
        for post in np.flatnonzero(placed < least)
    ]


def refuse_infeasible(problem: Problem, least: NDArray[np.int64]) -> None:
    """Raise InfeasibleError with the smallest conflicting set where no matching meets the quotas.

    1. A quota above the post's seats conflicts alone.
    2. Otherwise quotas conflict where some posts together want more students than wish for any of
       them (Hall 1935); found by a maximum flow, then every post that can be left out is.

    Cost: one flow over the wishes, one more per post of the first set found.
    Shapes: least (m,).

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> refuse_infeasible(market, np.array([1, 1]))  # both can be met: nothing is raised
    >>> try:
    ...     refuse_infeasible(market, np.array([1, 2]))
    ... except InfeasibleError as refused:
    ...     print(refused.facts["conflict"])
    post 1: 2 > 1 seats
    """
    over = np.flatnonzero(least > problem.seats)
    if over.size:
        post = int(over[0])
        raise InfeasibleError(conflict=f"post {post}: {least[post]} > {problem.seats[post]} seats")
    wanting = np.flatnonzero(least > 0)
    if _can_meet(problem, least, wanting):
        return
    conflict = wanting.tolist()
    for post in wanting.tolist():
        without = [one for one in conflict if one != post]
        if not _can_meet(problem, least, np.array(without, dtype=np.int64)):
            conflict = without
    total = int(least[conflict].sum())
    wishers = int(np.isin((problem.wishes & LOW).astype(np.int64), conflict).sum())
    told = ", ".join(f"post {post}: {least[post]}" for post in conflict)
    raise InfeasibleError(conflict=f"{told}; together {total} of {wishers} wishes")


def _can_meet(problem: Problem, least: NDArray[np.int64], posts: NDArray[np.int64]) -> bool:
    """Tell whether students can be given to `posts` so that each has its lower quota."""
    if posts.size == 0:
        return True
    from scipy.sparse import csr_array  # a quarter of a second: few markets have lower quotas
    from scipy.sparse.csgraph import maximum_flow

    students = problem.students
    owner = np.repeat(np.arange(students), np.diff(problem.indptr))
    at = (problem.wishes & LOW).astype(np.int64)
    kept = np.isin(at, posts)
    node = np.searchsorted(posts, at[kept]) + students
    source, sink = students + posts.size, students + posts.size + 1
    tails = [np.full(students, source), owner[kept], np.arange(students, source)]
    heads = [np.arange(students), node, np.full(posts.size, sink)]
    room = [np.ones(students), np.ones(node.size), least[posts]]
    graph = csr_array(
        (
            np.concatenate(room).astype(np.int32),
            (np.concatenate(tails), np.concatenate(heads)),
        ),
        shape=(sink + 1, sink + 1),
    )
    return int(maximum_flow(graph, source, sink).flow_value) == int(least[posts].sum())


def repair_shortfalls(
    problem: Problem, matching: NDArray[np.int32], least: NDArray[np.int64]
) -> Repaired:
    """Move students down their lists until every lower quota is met, at the least wishes lost.

    1. An assignment of students to the quotas' seats at the least wishes lost fixes who fills them;
       whoever sits there already costs nothing.
    2. Everybody else is cleared again over the other seats: nobody of them does worse.

    It is not stable and says by how much. Fragiadakis et al. 2015 show that under lower quotas no
    mechanism is fair, non-wasteful and strategy-proof at once.

    Raises: InfeasibleError (see `refuse_infeasible`), CapsNotOnlineError under hard caps.
    Cost: that of an assignment problem of the quotas' seats by the students.
    Shapes: matching (n,), least (m,).

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 1, 3], posts=[0, 0, 1], keys=[5, 4, 4], seats=[2, 2], lottery=[1, 0]
    ... )
    >>> placed = np.array([0, 0], dtype=np.int32)
    >>> repair = repair_shortfalls(market, placed, np.array([0, 1]))
    >>> repair.matching.tolist(), repair.ranks_lost, repair.claims
    ([0, 1], 1, 1)
    """
    refuse_infeasible(problem, least)
    if problem.caps is not None and problem.caps.hard.any():
        raise CapsNotOnlineError
    after = _clear_around(problem, _assign_quotas(problem, matching, least))
    lengths = np.diff(problem.indptr)
    before_rank, after_rank = (find_ranks(problem, one) for one in (matching, after))
    before_rank = np.where(before_rank < 0, lengths, before_rank)
    after_rank = np.where(after_rank < 0, lengths, after_rank)
    return Repaired(
        after,
        int(np.count_nonzero(after != matching)),
        int((after_rank - before_rank).clip(0).sum()),
        verify_matching(problem, after).blocking_pairs,
    )


def _assign_quotas(
    problem: Problem, matching: NDArray[np.int32], least: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Return who fills the quotas: (n,) post, -1 for everybody who need not."""
    from scipy.optimize import linear_sum_assignment  # as above

    lengths = np.diff(problem.indptr)
    owner = np.repeat(np.arange(problem.students), lengths)
    at = (problem.wishes & LOW).astype(np.int64)
    rank = np.arange(at.size) - problem.indptr[owner]
    now = find_ranks(problem, matching)
    now = np.where(now < 0, lengths, now)
    seats = np.repeat(np.arange(problem.posts), least)
    never = float(at.size + problem.students + 1) * (seats.size + 1)
    price = np.full((problem.posts, problem.students), never)
    # moving anybody costs something even where no wish is lost
    lost = np.maximum(rank - now[owner], 0) + np.where(rank == now[owner], 0, 0.5)
    price[at, owner] = lost
    rows, students = linear_sum_assignment(price[seats])
    fixed = np.full(problem.students, -1, dtype=np.int32)
    fixed[students] = seats[rows]
    return fixed


def _clear_around(problem: Problem, fixed: NDArray[np.int32]) -> NDArray[np.int32]:
    """Clear everybody else over the seats that the fixed ones leave."""
    taken = np.bincount(fixed[fixed >= 0], minlength=problem.posts)
    owner = np.repeat(np.arange(problem.students), np.diff(problem.indptr))
    free = fixed[owner] < 0
    indptr = np.zeros(problem.students + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner[free], minlength=problem.students), out=indptr[1:])
    rest = Problem(
        readonly(indptr),
        readonly(problem.wishes[free]),
        readonly((problem.seats - taken).astype(np.int32)),
        problem.lottery,
    )
    return np.where(fixed >= 0, fixed, solve(rest).matching).astype(np.int32)
