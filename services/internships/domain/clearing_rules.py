"""The rules of a batch's rounds: what a school may choose beyond plain clearing, and what clashes.

The defaults are student-proposing deferred acceptance in one round: nobody gains by filing other
wishes than their own. Every other choice says what it costs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from services.internships.domain.batch import BatchState, BatchStateError
from shared.catalogues.regions import find_region
from shared.kernel.errors import Fault, InvalidInputError, Text


@dataclass(frozen=True, slots=True)
class SeatReserve:
    """`seats` of a post are for a class (or an order class) first; hard: for nobody else."""

    post_id: UUID
    class_name: str
    seats: int
    hard: bool


@dataclass(frozen=True, slots=True)
class RegionQuota:
    """At most `most` of the batch's students in a region and what lies in it."""

    region_code: str
    most: int
    hard: bool


@dataclass(frozen=True, slots=True)
class LowerQuota:
    """A post that should get at least so many students."""

    post_id: UUID
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearingRules:
    """How a batch's wishes are cleared.

    Attributes:
        proposes: whose deferred acceptance: the result is the stable one that is best for them.
        rounds: how many; between two, a student keeps the place, keeps it and stays in, or leaves.
        improve: trade places that only the lottery kept apart (Erdil and Ergin 2008).
        host_most: at most so many of the batch at one host; hard where `host_most_hard`.
        regions: quotas by region.
        reserves: seats kept for classes.
        together: enrolment numbers of students who asked to stay together.
        least: lower quotas, reported; met at a price where `repair`.
        public_days: for how many days anybody may check a published round; 0: nobody may.
    """

    proposes: Literal["students", "posts"] = "students"
    rounds: int = 1
    improve: bool = False
    host_most: int | None = None
    host_most_hard: bool = False
    regions: Sequence[RegionQuota] = ()
    reserves: Sequence[SeatReserve] = ()
    together: Sequence[Sequence[str]] = ()
    least: Sequence[LowerQuota] = ()
    repair: bool = False
    public_days: int = 30

    @property
    def special(self) -> list[str]:
        """The choices of which a batch has one at most."""
        chosen = {"improve": self.improve, "together": self.together, "repair": self.repair}
        return [name for name, on in chosen.items() if on]


def rules_of(stored: Mapping[str, Any]) -> ClearingRules:
    """Return rules as they are stored; what is left out has its default."""
    told = dict(stored)
    told["regions"] = [RegionQuota(**each) for each in told.get("regions", ())]
    told["reserves"] = [
        SeatReserve(UUID(str(each["post_id"])), each["class_name"], each["seats"], each["hard"])
        for each in told.get("reserves", ())
    ]
    told["least"] = [
        LowerQuota(UUID(str(each["post_id"])), each["least"]) for each in told.get("least", ())
    ]
    return ClearingRules(**told)


def check_rules(rules: ClearingRules, caps: Mapping[str, Any]) -> None:
    """Raise InvalidInputError with every fault of the rules in themselves."""
    faults = [*_clashes(rules, caps), *_region_faults(rules), *_group_faults(rules)]
    if rules.repair and not rules.least:
        text = Text("请先写明至少要几人的岗位。", "Name the posts that need a least number first.")
        faults.append(Fault("least_missing", text, pointer="/repair"))
    if faults:
        raise InvalidInputError(faults=faults)


_ONE = Text(
    "“交换改进”“结伴”“补足下限”三项只能选一项：它们对“稳定”的取舍不同，不能叠加。",
    "Choose one of trades, staying together and filling lower quotas: each gives up something "
    "else, and together nobody could say what.",
)
_NOT_BESIDE_CAPS = Text(
    "设了必须遵守的人数上限（单位、同类岗位或地区）时不能选此项；请改为只提示，或不选此项。",
    "This does not go with caps that bind (by host, kind of post or region): let them be "
    "reported only, or leave this out.",
)
_ALONE = Text(
    "此项不能与“岗位先发出邀请”“保留名额”或多轮同时使用。",
    "This does not go with posts proposing, reserved seats or several rounds.",
)
_TWO_LEVELS = Text(
    "同类岗位 20% 与地区名额不能同时设为必须遵守：公开核验文件只能表达两级上限。",
    "The 20 % by kind of post and quotas by region cannot both bind: the files with which anyone "
    "checks a round know two levels of caps.",
)


def _clashes(rules: ClearingRules, caps: Mapping[str, Any]) -> list[Fault]:
    faults: list[Fault] = []
    bound_regions = any(quota.hard for quota in rules.regions)
    own = rules.host_most_hard and rules.host_most is not None
    binding = bool(caps.get("staff_on_duty") or caps.get("same_post") or own or bound_regions)
    special = rules.special
    faults += [Fault("rules_clash", _ONE, pointer=f"/{name}") for name in special[1:]]
    posts_propose = rules.proposes == "posts"
    if binding:
        beside = [*special, *(["reserves"] if rules.reserves else [])]
        beside += ["proposes"] if posts_propose else []
        faults += [Fault("rules_clash", _NOT_BESIDE_CAPS, pointer=f"/{name}") for name in beside]
    if special and (posts_propose or rules.reserves or rules.rounds > 1):
        faults.append(Fault("rules_clash", _ALONE, pointer=f"/{special[0]}"))
    if caps.get("same_post") and bound_regions:
        faults.append(Fault("rules_clash", _TWO_LEVELS, pointer="/regions"))
    return faults


def _region_faults(rules: ClearingRules) -> list[Fault]:
    faults: list[Fault] = []
    codes = [quota.region_code for quota in rules.regions]
    for place, code in enumerate(codes):
        pointer = f"/regions/{place}/region_code"
        if find_region(code) is None:
            text = Text("没有该行政区划代码。", "There is no region of this code.")
            faults.append(Fault("region_unknown", text, pointer=pointer))
        elif any(region_holds(other, code) for other in codes[:place] + codes[place + 1 :]):
            text = Text("两项地区名额重叠。", "Two quotas lie in each other.")
            faults.append(Fault("regions_overlap", text, pointer=pointer))
    return faults


def region_holds(quota: str, code: str) -> bool:
    """Return whether a region is, or lies in, the region of a quota.

    >>> region_holds("330000", "330106"), region_holds("330100", "330206")
    (True, False)
    """
    ending = 2 if quota.endswith("0000") else 4 if quota.endswith("00") else 6
    return code[:ending] == quota[:ending]


def _group_faults(rules: ClearingRules) -> list[Fault]:
    faults: list[Fault] = []
    seen: set[str] = set()
    for place, group in enumerate(rules.together):
        pointer = f"/together/{place}"
        if len(set(group)) < 2:
            text = Text("结伴至少要两名学生。", "A group has two students at least.")
            faults.append(Fault("group_too_small", text, pointer=pointer))
        if len(set(group)) < len(group) or seen & set(group):
            text = Text("同一学生出现了两次。", "A student is named twice.")
            faults.append(Fault("student_repeated", text, pointer=pointer))
        seen |= set(group)
    return faults


# What may still change while students wish: who asked to stay together, and what is made public.
_ALWAYS = frozenset({"together", "public_days"})


def require_changeable(state: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Refuse a change of rules under which students have begun to wish."""
    if state == BatchState.DRAFT:
        return
    free = {BatchState.OPEN, BatchState.CLOSED}
    known, wanted = _comparable(before), _comparable(after)
    if state not in free or known != wanted:
        raise BatchStateError(state=state, allowed=BatchState.DRAFT)


def _comparable(stored: Mapping[str, Any]) -> dict[str, Any]:
    defaults = ClearingRules()
    rules = rules_of(stored)
    names = [name for name in ClearingRules.__slots__ if name not in _ALWAYS]
    return {name: _plain(getattr(rules, name)) for name in names if hasattr(defaults, name)}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, (list, tuple)) else value
