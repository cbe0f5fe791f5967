"""One round: wishes scored, cleared by deferred acceptance, checked, and lined up to explain."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matching.caps import Caps, list_exceeded
from matching.lottery import draw_lottery
from matching.outcome import count_placed, find_ranks
from matching.problem import LOW, POST_BITS, Problem, build_problem
from services.internships.engine.caps import FileRow
from services.internships.engine.relevance import (
    PostColumns,
    Relevances,
    StudentColumns,
    TermReason,
    score_wishes,
)
from services.internships.engine.settling import RoundRules, Settled, least_held, settle

# A priority is kept to six digits: finer differences of a score are left to the lottery.
KEY_STEPS = 1_000_000


@dataclass(frozen=True, slots=True)
class PriorityWeights:
    """Shares of the priority fields that the school chose; only their ratio counts."""

    relevance: float = 1.0
    grade: float = 0.0
    interview: float = 0.0

    @property
    def total(self) -> float:
        """Sum of the shares."""
        return self.relevance + self.grade + self.interview


@dataclass(frozen=True, slots=True)
class Market:
    """A closed batch as arrays.

    Attributes:
        student_ids: n ids, the lottery's own order does not depend on theirs.
        post_ids: m ids.
        indptr: (n + 1,) int64, where each student's wishes begin.
        wishes: (e,) int64 rows of posts, each student's best first.
        competes: (e,) bool; a wish that the rules forbid does not compete.
        seats: (m,) int64.
        students, posts: what relevance looks at.
        grades: (n,) float64 in 0..100, NaN where not given.
        interviews: (e,) float64 in 0..100, NaN where not held.
        weights: shares of the priority fields.
        seed: the lottery's seed.
        caps: caps on interns over the posts (`engine.caps`).
        cap_rows: the binding ones as the file command reads them.
        rules: how the round is settled.
    """

    student_ids: Sequence[str]
    post_ids: Sequence[str]
    indptr: NDArray[np.int64]
    wishes: NDArray[np.int64]
    competes: NDArray[np.bool_]
    seats: NDArray[np.int64]
    students: StudentColumns
    posts: PostColumns
    grades: NDArray[np.float64]
    interviews: NDArray[np.float64]
    weights: PriorityWeights
    seed: str
    caps: Caps | None = None
    cap_rows: Sequence[FileRow] = ()
    rules: RoundRules = field(default_factory=RoundRules)


@dataclass(frozen=True, slots=True)
class Clearing:
    """What a round gives, per wish, student and post of its market.

    Attributes:
        keys: (e,) int64, 0 where the wish did not compete, else 1 + the priority in millionths.
        relevance: (e,) float64.
        reasons: (e, 4) int32 into `legend`.
        places: (e,) int64 place in the post's line, 0 where the wish did not compete.
        ranks: (n,) int32 wish (from 0, among all wishes of the student) placed at, -1 unplaced.
        lottery: (n,) uint32.
        cutoffs: (m,) uint64 as in `matching.outcome.Outcome`.
        placed: (m,) int64.
        turned_away: (m,) int64 students who would rather be there.
        exceeded: caps that are exceeded, as (group, cap, placed); only soft ones can be.
        settled: the result in the market that proves it, and what the rules did.
    """

    keys: NDArray[np.int64]
    relevance: NDArray[np.float64]
    reasons: NDArray[np.int32]
    legend: list[TermReason]
    places: NDArray[np.int64]
    ranks: NDArray[np.int32]
    lottery: NDArray[np.uint32]
    cutoffs: NDArray[np.uint64]
    placed: NDArray[np.int64]
    turned_away: NDArray[np.int64]
    exceeded: list[tuple[str, int, int]]
    settled: Settled
    seconds: dict[str, float]


def clear_market(market: Market) -> Clearing:
    """Clear one batch under the school's priorities and the rules that it chose.

    Steps: 1. relevance of every wish; 2. one key per wish from the chosen fields; 3. the lottery
    of the committed seed; 4. deferred acceptance, by the rules, with the independent check of the
    matching and of the cut-offs; 5. the line before each post.

    Raises:
        MatchingError: the market is not one (a wish twice, a post that is not there).
        MalformedCodeError: a code of no known form.

    Cost: O(e log e). Source: Gale and Shapley 1962; Abdulkadiroglu, Pathak and Roth 2009.
    """
    seconds: dict[str, float] = {}
    owner = np.repeat(np.arange(len(market.student_ids)), np.diff(market.indptr))
    with _Timed(seconds, "score"):
        scored = score_wishes(market.students, market.posts, owner=owner, post=market.wishes)
        keys = _keys(market, scored, owner)
    with _Timed(seconds, "lottery"):
        lottery = draw_lottery(market.seed, market.student_ids)
    with _Timed(seconds, "solve"):
        problem, kept = make_problem(market, keys, lottery=lottery)
        settled = settle(problem, market.rules)
    with _Timed(seconds, "explain"):
        lines = _line_up(problem, settled.matching)
        places = np.zeros(owner.size, dtype=np.int64)
        places[kept] = lines.places
    return Clearing(
        keys=keys,
        relevance=scored.scores,
        reasons=scored.reasons,
        legend=scored.legend,
        places=places,
        ranks=_ranks(market, settled.matching),
        lottery=lottery,
        cutoffs=_shown_cutoffs(problem, settled, market.rules),
        placed=count_placed(problem, settled.matching),
        turned_away=lines.turned_away,
        exceeded=list_exceeded(market.caps, settled.matching) if market.caps else [],
        settled=settled,
        seconds=seconds,
    )


class _Timed:
    """Notes how long a step took."""

    def __init__(self, seconds: dict[str, float], name: str) -> None:
        self._seconds = seconds
        self._name = name
        self._from = 0.0

    def __enter__(self) -> None:
        self._from = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._seconds[self._name] = round(time.perf_counter() - self._from, 4)


def _keys(market: Market, scored: Relevances, owner: NDArray[np.int64]) -> NDArray[np.int64]:
    keys = mix_keys(
        market.weights,
        scored.scores,
        grades=market.grades[owner],
        interviews=market.interviews,
    )
    return np.where(market.competes, keys, 0)


def mix_keys(
    weights: PriorityWeights,
    relevance: NDArray[np.float64],
    *,
    grades: NDArray[np.float64],
    interviews: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Return the key of each wish from the chosen fields; grades and interviews in 0..100 or NaN.

    Not interviewed counts as nothing: leaving it out would reward staying away.
    """
    mixed = weights.relevance * relevance + weights.grade * (np.nan_to_num(grades) / 100.0)
    mixed += weights.interview * (np.nan_to_num(interviews) / 100.0)
    return 1 + np.rint(mixed / weights.total * KEY_STEPS).astype(np.int64)


def score_keys(market: Market) -> NDArray[np.int64]:
    """Return the key of each wish of a market, 0 where it does not compete."""
    owner = np.repeat(np.arange(len(market.student_ids)), np.diff(market.indptr))
    scored = score_wishes(market.students, market.posts, owner=owner, post=market.wishes)
    return _keys(market, scored, owner)


def make_problem(
    market: Market, keys: NDArray[np.int64], *, lottery: NDArray[np.uint32]
) -> tuple[Problem, NDArray[np.int64]]:
    """Return the market of the wishes that compete, and which rows those are."""
    owner = np.repeat(np.arange(len(market.student_ids)), np.diff(market.indptr))
    kept = np.flatnonzero(market.competes)
    indptr = np.zeros(market.indptr.size, dtype=np.int64)
    np.cumsum(np.bincount(owner[kept], minlength=market.indptr.size - 1), out=indptr[1:])
    problem = build_problem(
        indptr=indptr,
        posts=market.wishes[kept],
        keys=keys[kept],
        seats=market.seats,
        lottery=lottery,
        # Soft caps are counted afterwards; the engine is told of those that bind.
        caps=market.caps if market.caps is not None and market.caps.hard.any() else None,
    )
    return problem, kept


def _ranks(market: Market, matching: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return ranks among all wishes of a student, also those that did not compete."""
    owner = np.repeat(np.arange(len(market.student_ids)), np.diff(market.indptr))
    rows = np.flatnonzero((market.wishes == matching[owner]) & market.competes)
    ranks = np.full(matching.size, -1, dtype=np.int32)
    ranks[owner[rows]] = (rows - market.indptr[owner[rows]]).astype(np.int32)
    return ranks


def _shown_cutoffs(problem: Problem, settled: Settled, rules: RoundRules) -> NDArray[np.uint64]:
    """Return per post what the last one placed had, in the scores that students know."""
    if rules.plain and not rules.repair:
        return settled.cutoffs
    return least_held(problem, settled.matching)


@dataclass(frozen=True, slots=True)
class _Line:
    places: NDArray[np.int64]
    turned_away: NDArray[np.int64]


def _line_up(problem: Problem, matching: NDArray[np.int32]) -> _Line:
    """Return each wish's place in its post's line, and how many of the line were turned away.

    A student stands in line at each wish up to the one where they sit; at a later wish the place
    is the one that they would have had.
    """
    lengths = np.diff(problem.indptr)
    owner = np.repeat(np.arange(problem.students), lengths)
    nth = np.arange(owner.size) - problem.indptr[owner]
    ranks = find_ranks(problem, matching)
    in_line = nth < np.where(ranks < 0, lengths, ranks + 1)[owner]
    posts = (problem.wishes & LOW).astype(np.int64)
    values = (problem.wishes & ~LOW) | problem.lottery[owner].astype(np.uint64)
    order = np.lexsort((np.iinfo(np.uint64).max - values, posts))
    counted = np.cumsum(in_line[order])
    before = counted - in_line[order]
    sorted_posts = posts[order]
    first = np.searchsorted(sorted_posts, np.arange(problem.posts))
    first = np.minimum(first, max(0, order.size - 1))
    base = before[first] if order.size else np.zeros(problem.posts, dtype=np.int64)
    places = np.empty(order.size, dtype=np.int64)
    places[order] = 1 + before - base[sorted_posts]
    line = np.bincount(posts[in_line], minlength=problem.posts)
    return _Line(places, line - count_placed(problem, matching))


def split_cutoff(value: int) -> tuple[int, int]:
    """Return a cut-off as the key of its score and its lottery number.

    >>> split_cutoff((500_001 << 32) | 7)
    (500001, 7)
    """
    return value >> int(POST_BITS), value & int(LOW)
