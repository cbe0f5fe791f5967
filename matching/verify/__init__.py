"""The independent check of a clearing: it recomputes everything from the matching alone.

Nothing here imports the solvers, and the solvers import nothing from here.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.errors import ShapeMismatchError
from matching.problem import Problem

_KERNEL_FROM = 2_000_000  # wishes from which loading numba costs less than numpy's passes


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong with a matching; all counts are 0 where it is feasible and stable.

    Attributes:
        blocking_pairs: student and post who would both rather have each other.
        overfull_posts: posts with more students than seats, groups with more than a hard cap.
        unwished_placements: students placed at a post that they did not wish for.
        first_blocking: one such pair (student, post), for the reader; None where there is none.
    """

    blocking_pairs: int
    overfull_posts: int
    unwished_placements: int
    first_blocking: tuple[int, int] | None = None

    @property
    def stable(self) -> bool:
        """True where the matching is feasible and nobody has a justified claim."""
        return self.blocking_pairs == self.overfull_posts == self.unwished_placements == 0


@dataclass(frozen=True, slots=True)
class CertificateFindings:
    """What is wrong with cut-offs as a proof of a matching; all counts are 0 where they prove it.

    Attributes:
        misplaced_students: students who do not sit at the first wish whose cut-off they reach.
        overfull_posts: posts with more students than seats, groups with more than a hard cap.
        unearned_cutoffs: posts with a cut-off above what the smallest full node holds at least.
    """

    misplaced_students: int
    overfull_posts: int
    unearned_cutoffs: int

    @property
    def proven(self) -> bool:
        """True where the cut-offs prove the matching stable."""
        return self.misplaced_students == self.overfull_posts == self.unearned_cutoffs == 0


def verify_matching(problem: Problem, matching: NDArray[np.int32]) -> Findings:
    """Count what is wrong with a matching under the definition of stability.

    A pair of a student and a wish blocks where the student sits at a later wish or nowhere, and
    the post has an open seat or holds somebody of lower priority. Under nested hard caps the
    smallest full node from the post upwards decides in the post's place.

    Shapes: matching (n,) integers, -1 where unplaced. Raises: ShapeMismatchError.
    Cost: O(e) over the wishes before each student's place; 20 million wishes take about 30 ms.
    Source: Gale and Shapley 1962; Roth and Sotomayor 1990, chapter 5.

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> verify_matching(market, np.array([1, 0])).stable
    True
    >>> verify_matching(market, np.array([0, -1])).first_blocking
    (1, 0)
    """
    chosen = _checked(problem, matching)
    if _prefers_kernel(problem):
        from matching.verify.kernel import count_blocking

        return Findings(*count_blocking(problem, chosen))
    from matching.verify.plain import count_blocking as count_blocking_plain

    return Findings(*count_blocking_plain(problem, chosen))


def verify_cutoffs(
    problem: Problem, matching: NDArray[np.int32], cutoffs: NDArray[np.uint64]
) -> CertificateFindings:
    """Check cut-offs as a proof that a matching is stable, in one pass over the wishes.

    1. Every student sits at the first wish whose cut-off they reach, or nowhere where there is
       none.
    2. No post holds more than its seats; a post with a cut-off above 0 has no open seat. (Under
       nested caps: no cut-off is above the least priority of the smallest full node.)
    Then nobody can block: a preferred wish has a cut-off that the student does not reach, its
    post is full, and everybody there reaches it.

    Shapes: matching (n,), cutoffs (m,) uint64. Raises: ShapeMismatchError. Cost: O(e).
    Source: Azevedo and Leshno 2016 (cut-offs); Biro and McBride 2014 (score limits).

    >>> from matching.problem import build_problem
    >>> market = build_problem(
    ...     indptr=[0, 2, 3], posts=[0, 1, 0], keys=[5, 1, 7], seats=[1, 1], lottery=[1, 0]
    ... )
    >>> placed = np.array([1, 0], dtype=np.int32)
    >>> limits = np.array([(7 << 32) | 0, (1 << 32) | 1], dtype=np.uint64)
    >>> verify_cutoffs(market, placed, limits).proven
    True
    >>> verify_cutoffs(market, placed, np.zeros(2, dtype=np.uint64)).misplaced_students
    1
    """
    chosen = _checked(problem, matching)
    if cutoffs.shape != problem.seats.shape:
        raise ShapeMismatchError(name="cutoffs", wanted=problem.posts, given=cutoffs.size)
    limits = np.ascontiguousarray(cutoffs, dtype=np.uint64)
    if _prefers_kernel(problem):
        from matching.verify.kernel import count_unproven

        return CertificateFindings(*count_unproven(problem, chosen, limits))
    from matching.verify.plain import count_unproven as count_unproven_plain

    return CertificateFindings(*count_unproven_plain(problem, chosen, limits))


def _prefers_kernel(problem: Problem) -> bool:
    return "matching.verify.kernel" in sys.modules or problem.wishes.size >= _KERNEL_FROM


def _checked(problem: Problem, matching: NDArray[np.int32]) -> NDArray[np.int32]:
    if matching.shape != (problem.students,):
        raise ShapeMismatchError(name="matching", wanted=problem.students, given=matching.size)
    if not matching.size or (matching.min() >= -1 and matching.max() < problem.posts):
        return np.ascontiguousarray(matching, dtype=np.int32)
    # A post outside the market cannot be wished for: it is counted as such, not indexed with.
    known = (matching >= -1) & (matching < problem.posts)
    return np.where(known, matching, problem.posts).astype(np.int32)
