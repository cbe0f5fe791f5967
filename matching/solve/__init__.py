"""Solvers of a market: student-optimal stable matchings by deferred acceptance."""

from __future__ import annotations

import sys
from typing import Literal

from matching.outcome import Outcome
from matching.problem import Problem
from matching.progress import Progress
from matching.solve.nested import solve_nested, solve_nested_reference
from matching.solve.reference import solve_reference

Engine = Literal["auto", "reference", "kernel"]

# Loading numba costs about a second in a fresh process; the reference clears this many wishes in
# less than half of it.
KERNEL_FROM = 400_000


def solve(
    problem: Problem, *, engine: Engine = "auto", progress: Progress | None = None
) -> Outcome:
    """Return the student-optimal stable matching and one cut-off per post.

    Nested hard caps are kept (`matching.solve.nested` states the notion of stability). Both engines
    give identical bytes: with strict priorities that matching is unique. `auto` takes the numba
    kernel where it is loaded already or where the market is large. `progress` is told how many
    students have proposed, of how many.

    Shapes: matching (n,) int32, cutoffs (m,) uint64 (`matching.outcome.Outcome`).
    Cost: O(e log seats); a million students with 20 wishes take 0.2 s in the kernel.
    Source: Gale and Shapley 1962; Roth and Peranson 1999.

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> solve(market).matching.tolist()
    [1, 0]
    """
    if engine == "auto":
        loaded = "matching.solve.plain" in sys.modules
        engine = "kernel" if loaded or problem.wishes.size >= KERNEL_FROM else "reference"
    caps = problem.caps if problem.caps is not None and problem.caps.hard.any() else None
    if engine == "reference":
        if caps:
            return solve_nested_reference(problem, caps, progress)
        return solve_reference(problem, progress)
    if caps:
        return solve_nested(problem, caps, progress)
    from matching.solve.plain import solve_kernel

    return solve_kernel(problem, progress)


def warm() -> None:
    """Load and compile the kernels now, so that no round waits for it (call it in the worker).

    Cost: half a minute once after an installation, half a second from then on.
    """
    from importlib import import_module

    for name in ("matching.scan", "matching.solve.plain", "matching.solve.nested_kernel"):
        import_module(name)
