"""Lower quotas: report which posts stay below, then repair, with the cost of it shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.errors import (
    CapsNotOnlineError,
    InfeasibleError,
    NegativeSeatsError,
    ShapeMismatchError,
)
from matching.outcome import count_placed, find_ranks
from matching.problem import LOW, Problem, readonly, whole_numbers
from matching.solve import solve
from matching.verify import verify_matching

_FEWEST_WISHES = 20_000  # above it the integer program may take minutes
_FEWEST_BRANCHES = 1_000


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

    Shapes: matching (n,). Raises: ShapeMismatchError, NegativeSeatsError. Cost: O(n + m).
    Source: lower quotas as Fragiadakis et al. 2015 state them.

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> report_shortfalls(market, np.array([1, -1], dtype=np.int32), np.array([1, 1]))
    [Shortfall(post=0, least=1, placed=0)]
    """
    least = _checked(problem, least, matching)
    placed = count_placed(problem, matching)
    return [
        Shortfall(int(post), int(least[post]), int(placed[post]))
        for post in np.flatnonzero(placed < least)
    ]


def _checked(
    problem: Problem, least: NDArray[np.int64], matching: NDArray[np.int32] | None = None
) -> NDArray[np.int64]:
    """Return lower quotas as whole numbers of at least 0, one per post."""
    quotas = whole_numbers("least", least).astype(np.int64)
    if quotas.size != problem.posts:
        raise ShapeMismatchError(name="least", wanted=problem.posts, given=quotas.size)
    if (quotas < 0).any():
        row = int(np.argmax(quotas < 0))
        raise NegativeSeatsError(row=row, seats=int(quotas[row]))
    if matching is not None and matching.shape != (problem.students,):
        raise ShapeMismatchError(name="matching", wanted=problem.students, given=matching.size)
    return quotas


def refuse_infeasible(problem: Problem, least: NDArray[np.int64]) -> None:
    """Raise InfeasibleError with the smallest conflicting set where no matching meets the quotas.

    Raises: ShapeMismatchError, NegativeSeatsError.
    Cost: that of `find_conflict`. Source: Hall 1935.
    Shapes: least (m,).

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> refuse_infeasible(market, np.array([1, 1]))  # both can be met: nothing is raised
    >>> try:
    ...     refuse_infeasible(market, np.array([1, 2]))
    ... except InfeasibleError as refused:
    ...     print(refused.facts["conflict_en"])
    post 1: 2 > 1 seats
    """
    conflict = find_conflict(problem, least)
    if not conflict:
        return
    first = conflict[0]
    if least[first] > problem.seats[first]:
        asked, seats = int(least[first]), int(problem.seats[first])
        raise InfeasibleError(
            conflict_zh=f"岗位 {first} 至少 {asked} 人，只有 {seats} 个名额",
            conflict_en=f"post {first}: {asked} > {seats} seats",
        )
    owner, _ = _wishers(problem, conflict)
    wanted, wishers = int(least[list(conflict)].sum()), np.unique(owner).size
    told_zh = "、".join(f"岗位 {post} 至少 {least[post]} 人" for post in conflict)
    told_en = ", ".join(f"post {post}: {least[post]}" for post in conflict)
    raise InfeasibleError(
        conflict_zh=f"{told_zh}；共需 {wanted} 人，只有 {wishers} 名学生填报",
        conflict_en=f"{told_en}; {wanted} wanted > {wishers} students who wish",
    )


def find_conflict(problem: Problem, least: NDArray[np.int64]) -> tuple[int, ...]:
    """Return the fewest posts whose lower quotas cannot be met together; nothing where all can.

    1. A quota above the post's seats conflicts alone.
    2. Otherwise quotas conflict where some posts together want more students than wish for any of
       them (Hall 1935); found by a maximum flow, then every post that can be left out is.
    3. A set of fewer posts is looked for by an integer program. It is the smallest of all unless
       the posts with a quota have more than 20,000 wishes, or the program takes more than 1,000
       branches: then it is one of which no post can be left out.

    Raises: ShapeMismatchError, NegativeSeatsError.
    Cost: one flow over the wishes, one more per post with a quota where there is a conflict.
    Source: Hall 1935.
    Shapes: least (m,).

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 2], lottery=[1, 0]
    ... )
    >>> find_conflict(market, np.array([1, 1])), find_conflict(market, np.array([1, 2]))
    ((), (1,))
    """
    quotas = _checked(problem, least)
    over = np.flatnonzero(quotas > problem.seats)
    if over.size:
        return (int(over[0]),)
    wanting = np.flatnonzero(quotas > 0)
    if _can_meet(problem, quotas, wanting):
        return ()
    conflict = wanting.tolist()
    for post in wanting.tolist():
        without = [one for one in conflict if one != post]
        if not _can_meet(problem, quotas, np.array(without, dtype=np.int64)):
            conflict = without
    return tuple(_find_fewer(problem, quotas, wanting, len(conflict)) or conflict)


def _wishers(
    problem: Problem, posts: Sequence[int] | NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return students and posts of the wishes for any of `posts`."""
    owner = np.repeat(np.arange(problem.students), np.diff(problem.indptr))
    at = (problem.wishes & LOW).astype(np.int64)
    kept = np.isin(at, posts)
    return owner[kept], at[kept]


def _find_fewer(
    problem: Problem, least: NDArray[np.int64], wanting: NDArray[np.int64], known: int
) -> list[int]:
    """Return the smallest set of fewer than `known` conflicting posts, nothing where none is found.

    A post is in the set or not, and a student counts where a post of the set is wished for: the
    quotas of the set want more than are counted.
    """
    owner, at = _wishers(problem, wanting)
    if known == 1 or owner.size > _FEWEST_WISHES:
        return []
    from scipy.optimize import Bounds, LinearConstraint, milp  # as in `_can_meet`
    from scipy.sparse import csr_array

    named, student = np.unique(owner, return_inverse=True)
    posts, people, rows = wanting.size, named.size, np.arange(owner.size)
    counted = csr_array(
        (
            np.repeat([-1.0, 1.0], owner.size),
            (np.tile(rows, 2), np.concatenate([np.searchsorted(wanting, at), posts + student])),
        ),
        shape=(owner.size, posts + people),
    )
    short = np.concatenate([least[wanting], np.full(people, -1)])
    each = np.concatenate([np.ones(posts), np.zeros(people)])
    found = milp(
        each,
        integrality=each,
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(counted, lb=0),
            LinearConstraint(short[np.newaxis], lb=1),
            LinearConstraint(each[np.newaxis], ub=known - 1),
        ],
        options={"node_limit": _FEWEST_BRANCHES},
    )
    return wanting[found.x[:posts] > 0.5].tolist() if found.status == 0 else []


def _can_meet(problem: Problem, least: NDArray[np.int64], posts: NDArray[np.int64]) -> bool:
    """Tell whether students can be given to `posts` so that each has its lower quota."""
    if posts.size == 0:
        return True
    from scipy.sparse import csr_array  # a quarter of a second: few markets have lower quotas
    from scipy.sparse.csgraph import maximum_flow

    students = problem.students
    owner, at = _wishers(problem, posts)
    node = np.searchsorted(posts, at) + students
    source, sink = students + posts.size, students + posts.size + 1
    tails = [np.full(students, source), owner, np.arange(students, source)]
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

    Raises: InfeasibleError (see `refuse_infeasible`), CapsNotOnlineError under hard caps,
    ShapeMismatchError, NegativeSeatsError.
    Cost: that of an assignment problem of the quotas' seats by the students.
    Source: Fragiadakis et al. 2015.
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
    least = _checked(problem, least, matching)
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
    wanting = np.flatnonzero(least)
    seats = np.repeat(np.arange(wanting.size), least[wanting])
    never = float(at.size + problem.students + 1) * (seats.size + 1)
    price = np.full((wanting.size, problem.students), never)
    # moving anybody costs something even where no wish is lost
    lost = np.maximum(rank - now[owner], 0) + np.where(rank == now[owner], 0, 0.5)
    asked = np.isin(at, wanting)
    price[np.searchsorted(wanting, at[asked]), owner[asked]] = lost[asked]
    rows, students = linear_sum_assignment(price[seats])
    fixed = np.full(problem.students, -1, dtype=np.int32)
    fixed[students] = wanting[seats[rows]]
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
