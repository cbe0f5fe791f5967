"""A market settled by the rules that a school chose, with the market that proves the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from matching.cycles import improve_by_cycles
from matching.groups import solve_together
from matching.outcome import CLOSED, Outcome, count_placed
from matching.problem import KEY_MAX, LOW, POST_BITS, Problem, readonly
from matching.quotas import find_conflict, repair_shortfalls
from matching.reserves import Reserve, ReservedMarket, expand_reserves
from matching.rounds import plan_next_round
from matching.solve import solve
from matching.solve.posts_propose import solve_posts_propose
from matching.verify import verify_cutoffs, verify_matching


@dataclass(frozen=True, slots=True, eq=False)
class RoundRules:
    """How a round is settled; the defaults are plain deferred acceptance by the students.

    Attributes:
        posts_propose: the posts offer, and the result is the stable one that is best for them.
        improve: places that only the lottery kept apart are traded (stable improvement cycles).
        reserves: seats of posts that are for a class first, by numbers into `class_names`.
        classes: (n,) int32 class of each student, -1 where it has no reserve; None without.
        groups: students who want to stay together, by row.
        least: (m,) int64 lower quotas, None without; reported, and met where `repair` is set.
        kept: (n,) int32 posts of the last round, None in the first; `choices` says what each does.
        choices: (n,) int8 of `matching.rounds.Choice`.
        names: how posts, and after them the groups of the caps, are called where kept places
            cannot all be held.
    """

    posts_propose: bool = False
    improve: bool = False
    reserves: Sequence[Reserve] = ()
    class_names: Sequence[str] = ()
    classes: NDArray[np.int32] | None = None
    groups: Sequence[Sequence[int]] = ()
    least: NDArray[np.int64] | None = None
    repair: bool = False
    kept: NDArray[np.int32] | None = None
    choices: NDArray[np.int8] | None = None
    names: Sequence[str] = ()

    @property
    def plain(self) -> bool:
        """Whether nothing but deferred acceptance by the students happens, event by event too."""
        special = self.posts_propose or self.improve or self.repair
        return not (special or self.reserves or self.groups or self.kept is not None)


@dataclass(frozen=True, slots=True)
class Effects:
    """What the rules did beyond a plain clearing, in numbers.

    Attributes:
        claims: students and posts who would both rather have each other, as the rules allow it:
            what staying together or a lower quota costs; 0 everywhere else.
        cycles, gained: trades and the students who gained by one.
        groups_kept, groups_apart: groups at one post, and apart.
        displaced, members_worse: outside and inside the groups, worse off than without groups.
        shortfalls: posts below their lower quota as (post, least, placed), before a repair.
        conflict: the fewest posts whose lower quotas no placing could meet together, where a
            repair was asked for: nobody is moved then, and the shortfalls stand.
        moved, ranks_lost: what the repair cost.
    """

    claims: int = 0
    cycles: int = 0
    gained: int = 0
    groups_kept: int = 0
    groups_apart: int = 0
    displaced: int = 0
    members_worse: int = 0
    shortfalls: Sequence[tuple[int, int, int]] = ()
    conflict: Sequence[int] = ()
    moved: int = 0
    ranks_lost: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """A result, and the market in which it is proven.

    Attributes:
        matching: (n,) int32 on the market's own posts.
        proof: the market of the files: reserves are posts of their own after the m real ones; at a
            place that a trade or an earlier round gave, the student has the higher priority.
        seated: (n,) int32 on the posts of `proof`.
        cutoffs: uint64 per post of `proof`.
        origin: int32 per post of `proof`, the real post.
        blocking_pairs: counted by the checker in `proof`.
        sound: feasible, and as many blocking pairs as `effects.claims` states; the cut-offs prove
            it where there are none.
        proven: whether the cut-offs prove it.
    """

    matching: NDArray[np.int32]
    proof: Problem
    seated: NDArray[np.int32]
    cutoffs: NDArray[np.uint64]
    origin: NDArray[np.int32]
    effects: Effects = field(default_factory=Effects)
    blocking_pairs: int = 0
    sound: bool = False
    proven: bool = False


def settle(problem: Problem, rules: RoundRules) -> Settled:
    """Clear a market by its rules and check the result by what shares no code with it.

    1. What was kept from the round before is guaranteed. 2. Reserves become posts of their own.
    3. Deferred acceptance by students or posts, or with groups. 4. Trades, or lower quotas.
    5. The check.

    Raises: those of the engine, where rules and market contradict each other.
    Cost: that of the engine's parts; plain clearing and its check are O(e).
    """
    told = _with_kept(problem, rules)
    reserved = _reserved(told, rules)
    market = reserved.problem
    if rules.groups:
        together = solve_together(market, rules.groups)
        kept = sum(post >= 0 for post in together.kept)
        effects = Effects(
            claims=together.claims,
            groups_kept=kept,
            groups_apart=len(rules.groups) - kept,
            displaced=together.displaced,
            members_worse=together.members_worse,
        )
        return _checked(reserved, market, together.matching, effects)
    outcome = solve_posts_propose(market) if rules.posts_propose else solve(market)
    if rules.improve:
        traded = improve_by_cycles(market, outcome.matching)
        effects = Effects(cycles=traded.cycles, gained=traded.gained)
        return _checked(reserved, _raised(market, traded.matching), traded.matching, effects)
    if rules.least is None:
        return _checked(reserved, market, outcome.matching, Effects(), outcome=outcome)
    return _with_quotas(reserved, outcome, rules)


def _with_kept(problem: Problem, rules: RoundRules) -> Problem:
    """Return the market in which kept places are guaranteed, by a key that leaves room above."""
    if rules.kept is None or rules.choices is None:
        return problem
    planned = plan_next_round(problem, rules.kept, rules.choices, names=rules.names)
    keys = planned.wishes >> POST_BITS
    guaranteed = keys == np.uint64(KEY_MAX)
    highest = keys[~guaranteed].max(initial=np.uint64(0)) + np.uint64(1)
    wishes = np.where(guaranteed, highest << POST_BITS | planned.wishes & LOW, planned.wishes)
    return replace(planned, wishes=readonly(wishes))


def _reserved(problem: Problem, rules: RoundRules) -> ReservedMarket:
    if not rules.reserves or rules.classes is None:
        return ReservedMarket(problem, np.arange(problem.posts, dtype=np.int32))
    return expand_reserves(problem, rules.classes, fit_reserves(rules.reserves, problem.seats))


def fit_reserves(reserves: Sequence[Reserve], seats: NDArray[np.integer]) -> list[Reserve]:
    """Return the reserves within the seats that there are, the first stated first.

    A post may have lost seats, or closed, since the rules were kept: students rely on the rules
    from then on, and nobody could mend them.

    Shapes: seats (m,). Cost: O(m + reserves).

    >>> [one.seats for one in fit_reserves([Reserve(0, 0, 2), Reserve(0, 1, 2)], np.array([3]))]
    [2, 1]
    """
    left = seats.tolist()
    fitting: list[Reserve] = []
    for reserve in reserves:
        fitting.append(replace(reserve, seats=min(reserve.seats, left[reserve.post])))
        left[reserve.post] -= fitting[-1].seats
    return fitting


def _with_quotas(reserved: ReservedMarket, outcome: Outcome, rules: RoundRules) -> Settled:
    market, least = reserved.problem, rules.least
    assert least is not None, "asked for with lower quotas only"
    # A quota is of the whole post: its reserves are counted with it, not apart from it.
    folded = reserved.fold(outcome)
    placed = np.bincount(folded[folded >= 0], minlength=least.size)
    short = np.flatnonzero(placed < least)
    found = [(int(post), int(least[post]), int(placed[post])) for post in short]
    repairs = rules.repair and market.posts == least.size
    conflict = find_conflict(market, least) if repairs and found else ()
    if not repairs or conflict:
        effects = Effects(shortfalls=found, conflict=conflict)
        return _checked(reserved, market, outcome.matching, effects, outcome=outcome)
    mended = repair_shortfalls(market, outcome.matching, least)
    effects = Effects(
        claims=mended.claims,
        shortfalls=found,
        moved=mended.moved,
        ranks_lost=mended.ranks_lost,
    )
    return _checked(reserved, market, mended.matching, effects)


def _raised(problem: Problem, matching: NDArray[np.int32]) -> Problem:
    """Return the market with scores doubled and one more for the place that a student has.

    A traded place is then lost to a higher score only, never to a lottery number: exactly what
    stable improvement cycles promise (Erdil and Ergin 2008).
    """
    owner = np.repeat(np.arange(problem.students), np.diff(problem.indptr))
    here = (problem.wishes & LOW).astype(np.int64) == matching[owner]
    keys = (problem.wishes >> POST_BITS) * np.uint64(2) + here.astype(np.uint64)
    return replace(problem, wishes=readonly(keys << POST_BITS | problem.wishes & LOW))


def _checked(
    reserved: ReservedMarket,
    proof: Problem,
    seated: NDArray[np.int32],
    effects: Effects,
    *,
    outcome: Outcome | None = None,
) -> Settled:
    cutoffs = outcome.cutoffs if outcome else least_held(proof, seated)
    found = verify_matching(proof, seated)
    proven = verify_cutoffs(proof, seated, cutoffs).proven
    feasible = not (found.overfull_posts or found.unwished_placements)
    as_stated = found.blocking_pairs == effects.claims
    return Settled(
        matching=reserved.fold(Outcome(seated, cutoffs)),
        proof=proof,
        seated=seated,
        cutoffs=cutoffs,
        origin=reserved.origin,
        effects=effects,
        blocking_pairs=found.blocking_pairs,
        sound=feasible and as_stated and (proven or effects.claims > 0),
        proven=proven,
    )


def least_held(problem: Problem, matching: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Return each post's cut-off as its students are: the least priority where it is full.

    Shapes: matching (n,) in, (m,) uint64 out; 0 where a seat is open, 2**64 - 1 without seats.
    Cost: O(e).
    """
    owner = np.repeat(np.arange(problem.students), np.diff(problem.indptr))
    posts = (problem.wishes & LOW).astype(np.int64)
    held = posts == matching[owner]
    values = (problem.wishes & ~LOW) | problem.lottery[owner].astype(np.uint64)
    least = np.full(problem.posts, CLOSED, dtype=np.uint64)
    np.minimum.at(least, posts[held], values[held])
    full = count_placed(problem, matching) >= problem.seats
    return np.where(full, least, np.uint64(0)).astype(np.uint64)
