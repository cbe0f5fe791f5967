"""The shortage catalogue (急需紧缺职业目录): which occupations are listed, by which indicators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from services.forecasting.domain.report import quarter_number
from shared.kernel.errors import ConflictError, NotFoundError, Text

Origin = Literal["computed", "kept", "added", "removed"]

# The platform's thresholds of the indicators; the catalogue stores them with every entry.
POSTS_PER_SEEKER_MIN = 1.5
UNFILLED_SHARE_MIN = 0.3
POSTS_GROWTH_MIN = 0.10
PAY_LEAD_MIN = 0.02  # points above the median growth of pay of all occupations
GAP_PROBABILITY_MIN = 0.5
# An indicator looks at this many quarters, so that one odd quarter lists nobody.
QUARTERS = 2

INDICATORS: Mapping[str, Text] = {
    "posts_per_seeker": Text("求人倍率（招聘人数/登记求职人数）", "Posts per registered seeker"),
    "unfilled_share": Text("招满一季仍空缺的比例", "Share of posts open for a whole quarter"),
    "posts_growth": Text("招聘人数同比增长", "Growth of posts on the year before"),
    "pay_lead": Text(
        "薪酬增速高于全部职业中位数", "Growth of pay above the median of all occupations"
    ),
    "gap_probability": Text(
        "需求超过供给 1.2 倍的概率", "Probability that openings exceed 1.2 times the entrants"
    ),
}


class ShortageCatalogueNotFoundError(NotFoundError):
    """There is no such shortage catalogue."""

    code = "shortage_catalogue_not_found"
    title_zh = "没有该急需紧缺职业目录"
    mend = Text(
        "{region} 在该日期没有已发布的目录，或没有正在编制的草案。",
        "{region} has no published catalogue on that day, or no open draft.",
    )


class ShortageDraftOpenError(ConflictError):
    """A draft of this catalogue is open already."""

    code = "shortage_draft_open"
    title_zh = "该地区的目录草案尚未发布"
    mend = Text("请先发布或删除现有草案。", "Publish the open draft first, or remove it.")


class ShortageNotReviewedError(ConflictError):
    """This draft has not been reviewed."""

    code = "shortage_not_reviewed"
    title_zh = "目录草案尚未审核"
    mend = Text(
        "请先完成审核；修改条目后须重新审核。", "Review it first; a changed draft is reviewed anew."
    )


class ShortageEmptyError(ConflictError):
    """There is nothing to compute a draft from."""

    code = "shortage_no_data"
    title_zh = "没有可用于编制目录的数据"
    mend = Text(
        "请先报送 {region} 的季度供求数据。", "Report the quarterly market of {region} first."
    )


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter of one occupation, as public employment services counted it."""

    number: int
    posts: int
    seekers: int
    unfilled: int | None
    pay_fen_month: int | None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of one occupation; `value` is None where the data for it is missing."""

    name: str
    value: float | None
    threshold: float

    @property
    def met(self) -> bool | None:
        """Whether it speaks for a shortage; None: not known."""
        return None if self.value is None else self.value >= self.threshold


@dataclass(frozen=True, slots=True)
class Entry:
    """An occupation as computed: listed or not, by which indicators."""

    occupation_code: str
    listed: bool
    origin: Origin
    indicators: tuple[Indicator, ...]

    @property
    def met(self) -> int:
        """How many indicators speak for a shortage."""
        return sum(each.met is True for each in self.indicators)

    @property
    def known(self) -> int:
        """How many indicators could be computed."""
        return sum(each.met is not None for each in self.indicators)


def quarters_by_occupation(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Quarter]]:
    """Return each occupation's quarters in their order; places of a region are added up."""
    sums: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for row in rows:
        key = (row["occupation_code"], quarter_number(row["quarter"]))
        sums.setdefault(key, []).append(row)
    found: dict[str, list[Quarter]] = {}
    for (code, number), parts in sorted(sums.items()):
        found.setdefault(code, []).append(_added(number, parts))
    return found


def _added(number: int, parts: Sequence[Mapping[str, Any]]) -> Quarter:
    unfilled = [part["unfilled"] for part in parts]
    pays = [part["pay_fen_month"] for part in parts if part["pay_fen_month"] is not None]
    return Quarter(
        number=number,
        posts=sum(part["posts"] for part in parts),
        seekers=sum(part["seekers"] for part in parts),
        unfilled=None if None in unfilled else sum(unfilled),
        pay_fen_month=round(median(pays)) if pays else None,
    )


def judge(
    markets: Mapping[str, Sequence[Quarter]],
    gaps: Mapping[str, float],
    *,
    before: frozenset[str],
    enter: int,
    stay: int,
) -> list[Entry]:
    """Return every occupation with its indicators, listed or not.

    An occupation enters with at least `enter` indicators (2 of 5) and one that is listed stays
    with at least `stay` (1): hysteresis, so that the list does not flicker from year to year.
    A listed occupation of which nothing is known any more stays, and shows that nothing is known.
    """
    latest = max((quarters[-1].number for quarters in markets.values()), default=0)
    growths = {code: _pay_growth(quarters, latest) for code, quarters in markets.items()}
    known = [growth for growth in growths.values() if growth is not None]
    typical = median(known) if known else None
    entries: list[Entry] = []
    for code in sorted({*markets, *gaps, *before}):
        quarters = [q for q in markets.get(code, ()) if latest - q.number < 4 + QUARTERS]
        indicators = _indicators(quarters, latest, growths.get(code), typical, gaps.get(code))
        entry = Entry(code, listed=False, origin="computed", indicators=indicators)
        if entry.met >= enter:
            entries.append(Entry(code, listed=True, origin="computed", indicators=indicators))
        elif code in before and (entry.met >= stay or entry.known == 0):
            entries.append(Entry(code, listed=True, origin="kept", indicators=indicators))
        else:
            entries.append(entry)
    return entries


def _indicators(
    quarters: Sequence[Quarter],
    latest: int,
    pay_growth: float | None,
    typical: float | None,
    gap: float | None,
) -> tuple[Indicator, ...]:
    now = _window(quarters, latest)
    lead = None if pay_growth is None or typical is None else pay_growth - typical
    return (
        Indicator("posts_per_seeker", _per_seeker(now), POSTS_PER_SEEKER_MIN),
        Indicator("unfilled_share", _unfilled(now), UNFILLED_SHARE_MIN),
        Indicator("posts_growth", _posts_growth(quarters, latest), POSTS_GROWTH_MIN),
        Indicator("pay_lead", lead, PAY_LEAD_MIN),
        Indicator("gap_probability", gap, GAP_PROBABILITY_MIN),
    )


def _window(quarters: Sequence[Quarter], end: int) -> list[Quarter]:
    """Return the QUARTERS quarters up to `end`, or none of them where one is missing."""
    found = [quarter for quarter in quarters if 0 <= end - quarter.number < QUARTERS]
    return found if len(found) == QUARTERS else []


def _per_seeker(now: Sequence[Quarter]) -> float | None:
    """Return the lower of the quarters' figures: it must hold in each of them."""
    if not now or any(quarter.seekers == 0 for quarter in now):
        return None
    return min(quarter.posts / quarter.seekers for quarter in now)


def _unfilled(now: Sequence[Quarter]) -> float | None:
    posts = sum(quarter.posts for quarter in now)
    if not posts or any(quarter.unfilled is None for quarter in now):
        return None
    return sum(quarter.unfilled or 0 for quarter in now) / posts


def _posts_growth(quarters: Sequence[Quarter], latest: int) -> float | None:
    now, then = _window(quarters, latest), _window(quarters, latest - 4)
    before = sum(quarter.posts for quarter in then)
    if not now or not before:
        return None
    return sum(quarter.posts for quarter in now) / before - 1


def _pay_growth(quarters: Sequence[Quarter], latest: int) -> float | None:
    now, then = _window(quarters, latest), _window(quarters, latest - 4)
    pay = [quarter.pay_fen_month for quarter in now]
    old = [quarter.pay_fen_month for quarter in then]
    if not now or not then or None in pay or None in old or not sum(each or 0 for each in old):
        return None
    return sum(each or 0 for each in pay) / sum(each or 0 for each in old) - 1


@dataclass(frozen=True, slots=True)
class CatalogueDiff:
    """What changed between two editions, by occupation code."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]


def diff_codes(before: Iterable[str], after: Iterable[str]) -> CatalogueDiff:
    """Return what changed between two sets of listed occupations.

    >>> diff_codes(["a", "b"], ["b", "c"])
    CatalogueDiff(added=('c',), removed=('a',), kept=('b',))
    """
    old, new = set(before), set(after)
    return CatalogueDiff(
        tuple(sorted(new - old)), tuple(sorted(old - new)), tuple(sorted(old & new))
    )
