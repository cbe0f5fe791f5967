"""Markets under nested caps: the kernel's tables, and the plain reference beside it."""

from __future__ import annotations

from itertools import chain

import numpy as np
from numpy.typing import NDArray

from matching.caps import Caps, binding_forest
from matching.outcome import CLOSED, Outcome
from matching.problem import Problem, readonly
from matching.progress import Progress, in_steps

_LOW = 0xFFFFFFFF


def solve_nested(problem: Problem, caps: Caps, progress: Progress | None = None) -> Outcome:
    """Return the student-optimal stable matching under nested hard caps, by the numba kernel.

    Stability is that of matching with contracts: a student and a wish block where no node from
    the post upwards is full, or the smallest full one holds somebody of lower priority. (Under
    the naive notion, where a move inside a full group also counts, a stable matching often does
    not exist.) A post's cut-off is the least priority of the smallest full node at or above it.

    Shapes: as `matching.solve.solve`. Cost: O(e log n); within four times of a plain market.
    Source: Kamada and Kojima 2015; Fleiner 2003; Hatfield and Milgrom 2005.

    >>> from matching.caps import build_caps
    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> caps = build_caps(parent=[2, 2, -1], limits=[1], hard=[True])
    >>> solve_nested(market, caps).matching.tolist()
    [-1, 0]
    """
    from matching.solve.nested_kernel import propose_all_nested, read_cutoffs
    from matching.solve.tables import open_block, open_board, open_market

    binding = binding_forest(caps, problem.seats)
    market = open_market(problem)
    board = open_board(market)
    closed = np.where(binding.limits == 0, CLOSED, np.uint64(0))
    board = board._replace(cutoff=np.concatenate([board.cutoff, closed]))
    forest = _grow(binding, problem.seats)
    block = open_block()
    for begin, end in in_steps(problem.students, progress):
        todo = readonly(np.arange(begin, end, dtype=np.int32))
        propose_all_nested(market, board, forest, block, todo)
    cutoffs = np.empty(problem.posts, dtype=np.uint64)
    read_cutoffs(market, board, forest, cutoffs)
    return Outcome(board.matching, cutoffs)


def _grow(caps: Caps, seats: NDArray[np.int32]):  # noqa: ANN202  # the class lives beside numba
    from matching.solve.nested_kernel import Forest

    nodes = caps.parent.size
    parent = caps.parent.astype(np.int64)
    order = np.argsort(parent, kind="stable")
    order = order[parent[order] != -1]
    first = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(parent[order], minlength=nodes), out=first[1:])
    place = np.zeros_like(parent)
    place[order] = np.arange(order.size) - first[parent[order]]
    return Forest(
        readonly(np.column_stack([parent, place]).astype(np.int32).ravel()),
        readonly(np.concatenate([seats.astype(np.int64), caps.limits])),
        np.zeros(nodes, dtype=np.int64),
        readonly(first),
        readonly(order.astype(np.int32)),
        np.full(2 * order.size, CLOSED),
    )


def solve_nested_reference(
    problem: Problem, caps: Caps, progress: Progress | None = None
) -> Outcome:
    """Return what `solve_nested` returns, in plain Python: for small markets and for reading.

    1. A student proposes to the next wish; the post holds them.
    2. Of the smallest node from the post upwards that is now overfull, the least priority goes.
    3. Who goes proposes further; rejections are final.

    Cost: O(e n) at worst: each eviction looks through a whole group.
    Shapes: as `matching.solve.solve`. Source: as `solve_nested`.

    >>> from matching.caps import build_caps
    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> caps = build_caps(parent=[2, 2, -1], limits=[1], hard=[True])
    >>> solve_nested_reference(market, caps).matching.tolist()
    [-1, 0]
    """
    indptr, wishes = problem.indptr.tolist(), problem.wishes.tolist()
    lottery, parent = problem.lottery.tolist(), caps.parent.tolist()
    limits = [*problem.seats.tolist(), *np.where(caps.hard, caps.limits, np.inf).tolist()]
    held: list[dict[int, int]] = [{} for _ in limits]  # per node: student -> priority
    following, matching = indptr[:-1], [-1] * len(lottery)
    starters = chain.from_iterable(range(*span) for span in in_steps(len(lottery), progress))
    for starter in starters:
        student = starter
        while following[student] < indptr[student + 1]:
            wish = wishes[following[student]]
            following[student] += 1
            path = _path(parent, wish & _LOW)
            matching[student] = wish & _LOW
            for node in path:
                held[node][student] = wish & ~_LOW | lottery[student]
            overfull = next((node for node in path if len(held[node]) > limits[node]), None)
            if overfull is None:
                break
            student = min(held[overfull], key=held[overfull].__getitem__)
            for node in _path(parent, matching[student]):
                del held[node][student]
            matching[student] = -1
    cutoffs = [_cutoff(held, limits, _path(parent, post)) for post in range(problem.posts)]
    return Outcome(np.array(matching, dtype=np.int32), np.array(cutoffs, dtype=np.uint64))


def _path(parent: list[int], post: int) -> list[int]:
    """Return a post and the groups above it, smallest first."""
    path = [post]
    while parent[path[-1]] >= 0:
        path.append(parent[path[-1]])
    return path


def _cutoff(held: list[dict[int, int]], limits: list[float], path: list[int]) -> int:
    for node in path:
        if len(held[node]) == limits[node]:
            return min(held[node].values(), default=int(CLOSED))
    return 0
