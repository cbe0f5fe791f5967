"""Shard and merge: clear parts of the students apart, then fold the parts together, exactly.

An outer module: the core never imports it. joblib runs the parts; its backend is threads on one
machine (the kernels hold no lock), processes, or Dask by one setting (`backend="dask"`).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Literal, cast

import numpy as np
from joblib import Parallel, delayed, parallel_config
from numpy.typing import NDArray

from matching.errors import CapsNotOnlineError, NumberOutOfRangeError
from matching.outcome import Outcome
from matching.problem import Problem, readonly
from matching.progress import Progress

Backend = Literal["threading", "loky", "dask"]

_Held = tuple[NDArray[np.uint64], NDArray[np.int32]]
_Part = tuple[_Held, NDArray[np.uint16], NDArray[np.int32]]


def solve_sharded(
    problem: Problem,
    *,
    shards: int,
    backend: Backend = "threading",
    jobs: int = 2,
    progress: Progress | None = None,
) -> Outcome:
    """Return what `matching.solve.solve` returns, byte for byte, from parts of the students.

    1. Each part is cleared as if the others did not exist.
    2. The parts' held students are folded into one board, post by post; whoever loses a seat
       proposes on from their next wish.

    Both are orders of proposals of one deferred acceptance, and its result does not depend on the
    order (McVitie and Wilson 1971).

    Args:
        problem: the market, without hard caps.
        shards: how many parts, at least 1.
        backend: of joblib.
        jobs: parts at once.
        progress: told after each part that is cleared and each that is folded in, of twice the
            parts.

    Raises:
        CapsNotOnlineError: under hard caps parts cannot be cleared apart.
        NumberOutOfRangeError: fewer than one part.

    Cost: the kernel's, divided by the jobs, and one pass over the seats per part. Memory: 8 bytes
    per seat for each part. Source: McVitie and Wilson 1971.

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> solve_sharded(market, shards=2).matching.tolist()
    [1, 0]
    """
    if shards < 1:
        raise NumberOutOfRangeError(name="shards", wanted=">= 1", given=shards)
    if problem.caps is not None and problem.caps.hard.any():
        raise CapsNotOnlineError
    bounds = np.linspace(0, problem.students, shards + 1).astype(np.int64).tolist()
    spans = pairwise(bounds)
    tell = progress or _tell_nobody
    parts: list[_Part] = []
    with parallel_config(backend=backend, n_jobs=jobs):
        cleared = Parallel(return_as="generator")(
            delayed(_clear_part)(problem, *span) for span in spans
        )
        for part in cast("Iterable[_Part]", cleared):
            parts.append(part)
            tell(len(parts), 2 * shards)
    return _merge(problem, parts, tell)


def _tell_nobody(done: int, whole: int) -> None:
    del done, whole


def _clear_part(problem: Problem, begin: int, end: int) -> _Part:
    """Clear the students of one part; return what the posts hold, wishes tried and places."""
    from matching.solve.kernel import propose_all
    from matching.solve.tables import open_block, open_board, open_market

    market = open_market(problem)
    board = open_board(market)
    todo = readonly(np.arange(begin, end, dtype=np.int32))
    propose_all(market, board, open_block(), todo)
    return (board.heap, board.held), board.tried[begin:end], board.matching[begin:end]


def _merge(problem: Problem, parts: list[_Part], tell: Progress) -> Outcome:
    from matching.solve.kernel import propose_all
    from matching.solve.merge_kernel import fold
    from matching.solve.tables import open_block, open_board, open_market

    market = open_market(problem)
    board = open_board(market)
    np.concatenate([tried for _, tried, _ in parts], out=board.tried)
    np.concatenate([matching for _, _, matching in parts], out=board.matching)
    losers = np.empty(problem.students, dtype=np.int32)
    block = open_block()
    for folded, ((heap, held), _, _) in enumerate(parts, start=1):
        count = fold(market, board, heap, held, losers)
        propose_all(market, board, block, readonly(losers[:count].copy()))
        tell(len(parts) + folded, 2 * len(parts))
    return Outcome(board.matching, board.cutoff)
