"""Advice on majors (grow, hold, shrink, retire): from the gap's interval and several years' work.

Only a school closes a major, so that "retire" is said of a school's major and never of a region's;
it stays a draft until the school has been heard and the authority has decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from services.forecasting.domain.organisation import pack_of
from shared.kernel.errors import ConflictError, NotFoundError, Text
from shared.policies.library import resolve
from shared.policies.pack import Skipped

Signal = Literal["grow", "hold", "shrink", "retire", "insufficient"]

# Never from less than this: eight quarters of the market and two years of graduates.
QUARTERS_MIN = 8
YEARS_MIN = 2
# The platform's own thresholds; they are shown with every piece of advice.
LIKELY = 0.65
NEARLY_SURE = 0.9
WEAK_BY = 0.05  # points of the employment share under the median of the region's majors
RETIRE_YEARS = 3


class AdviceNotFoundError(NotFoundError):
    """There is no such advice that concerns you."""

    code = "advice_not_found"
    title_zh = "没有与您相关的该条专业调整建议"


class AdviceDecidedError(ConflictError):
    """This advice is not open any more."""

    code = "advice_decided"
    title_zh = "该建议已有决定或已被新的建议取代"
    mend = Text("请查看最新的建议。", "Look at the newest advice.")


class SchoolNotHeardError(ConflictError):
    """The school has not said what it thinks of this advice."""

    code = "advice_school_not_heard"
    title_zh = "学校尚未表达意见"
    mend = Text("请先由学校提交意见。", "Let the school state its position first.")


class NoGapRunError(ConflictError):
    """This region has no computed gaps to rest advice on."""

    code = "advice_without_gaps"
    title_zh = "该地区尚未计算供需缺口"
    mend = Text("请先计算 {region} 的供需缺口。", "Compute the gaps of {region} first.")


@dataclass(frozen=True, slots=True)
class WorkYear:
    """What became of one year's graduates."""

    year: int
    graduates: int
    employment_share: float
    relevant_share: float | None


@dataclass(frozen=True, slots=True)
class MajorFacts:
    """What advice on one major rests on; `gap` is None where none could be computed."""

    major_code: str
    gap: Mapping[str, Any] | None
    lag_years: int
    quarters: int
    years: Sequence[WorkYear]
    typical: Mapping[int, float]  # the median employment share of the region's majors, by year


@dataclass(frozen=True, slots=True)
class Advice:
    """What is advised, why, and by which numbers."""

    signal: Signal
    reasons: tuple[Text, ...]
    numbers: dict[str, Any]


def advise(facts: MajorFacts, *, for_school: bool) -> Advice:
    """Return advice on a major of a school, or of a region, where it is never to retire."""
    numbers = _numbers(facts)
    missing = _missing(facts)
    if missing:
        return Advice("insufficient", tuple(missing), numbers)
    gap = facts.gap
    assert gap is not None, "a missing gap is among what is missing"
    weak = _weak_years(facts)
    reasons = [_gap_words(gap, facts.lag_years), _work_words(facts, weak)]
    return Advice(_signal(gap, weak, for_school=for_school), tuple(reasons), numbers)


def _signal(gap: Mapping[str, Any], weak: int, *, for_school: bool) -> Signal:
    if gap["p_short"] >= LIKELY and weak < YEARS_MIN:
        return "grow"
    if gap["p_glut"] < LIKELY or weak < YEARS_MIN:
        return "hold"
    lasting = weak >= RETIRE_YEARS and gap["p_glut"] >= NEARLY_SURE
    return "retire" if for_school and lasting else "shrink"


def _weak_years(facts: MajorFacts) -> int:
    """Return how many of the newest years in a row were weak."""
    count = 0
    for year in sorted(facts.years, key=lambda each: each.year, reverse=True):
        typical = facts.typical.get(year.year)
        if typical is None or year.employment_share >= typical - WEAK_BY:
            return count
        count += 1
    return count


def _missing(facts: MajorFacts) -> list[Text]:
    missing: list[Text] = []
    if facts.quarters < QUARTERS_MIN:
        missing.append(
            Text(
                f"只有 {facts.quarters} 个季度的供求数据，少于 {QUARTERS_MIN} 个季度不作建议",
                f"{facts.quarters} quarters of the market; no advice from fewer than "
                f"{QUARTERS_MIN}",
            )
        )
    if len(facts.years) < YEARS_MIN:
        missing.append(
            Text(
                f"只有 {len(facts.years)} 届毕业生数据，少于 {YEARS_MIN} 届不作建议",
                f"{len(facts.years)} years of graduates; no advice from fewer than {YEARS_MIN}",
            )
        )
    if facts.gap is None:
        missing.append(
            Text(
                "对应职业没有从业人数数据，无法计算缺口",
                "its occupations have no employment figures to compute a gap from",
            )
        )
    return missing


def _gap_words(gap: Mapping[str, Any], lag: int) -> Text:
    ratio = gap["ratio"]
    span = f"{ratio['p10']:.2f}-{ratio['p90']:.2f}"
    return Text(
        f"{gap['year']} 年（学制 {lag} 年后）岗位需求与新增供给之比 {ratio['p50']:.2f}"
        f"（80% 区间 {span}），供不应求概率 {gap['p_short']:.0%}，"
        f"供过于求概率 {gap['p_glut']:.0%}",
        f"{gap['year']} (the programme takes {lag} years): openings per entrant "
        f"{ratio['p50']:.2f} (80 % interval {span}); probability of a shortage "
        f"{gap['p_short']:.0%}, of a surplus {gap['p_glut']:.0%}",
    )


def _work_words(facts: MajorFacts, weak: int) -> Text:
    told = ", ".join(
        f"{each.year}: {each.employment_share:.0%}"
        for each in sorted(facts.years, key=lambda each: each.year)
    )
    return Text(
        f"历届就业比例 {told}；最近连续 {weak} 届低于本地各专业中位数 {WEAK_BY:.0%} 以上",
        f"share in work by year {told}; the newest {weak} in a row lie more than "
        f"{WEAK_BY:.0%} under the median of the region's majors",
    )


def _numbers(facts: MajorFacts) -> dict[str, Any]:
    return {
        "gap": None if facts.gap is None else dict(facts.gap),
        "lag_years": facts.lag_years,
        "quarters": facts.quarters,
        "years": [
            {
                "year": each.year,
                "graduates": each.graduates,
                "employment_share": round(each.employment_share, 4),
                "relevant_share": each.relevant_share,
                "typical": facts.typical.get(each.year),
            }
            for each in sorted(facts.years, key=lambda each: each.year)
        ],
        "rule": {
            "origin": "platform",
            "likely": LIKELY,
            "nearly_sure": NEARLY_SURE,
            "weak_by": WEAK_BY,
            "retire_years": RETIRE_YEARS,
            "quarters_min": QUARTERS_MIN,
            "years_min": YEARS_MIN,
        },
    }


def due_in(region: str, on: date) -> dict[str, Any]:
    """Return by when majors are filed there, or why no day is given: no pack states one."""
    found = resolve(pack_of(region), "majors.filing_day", on)
    if isinstance(found, Skipped):
        return {"due_on": None, "zh": found.reason.zh, "en": found.reason.en}
    month, _, day = str(found.value).partition("-")
    this_year = date(on.year, int(month), int(day))
    due = this_year if this_year >= on else this_year.replace(year=on.year + 1)
    clause = f"{found.cited.number} {found.cited.clause}"
    return {"due_on": due.isoformat(), "zh": clause, "en": clause}
