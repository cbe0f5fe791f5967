"""Gather, from a run and the reports, what advice on each major rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import UUID

from services.forecasting.domain.advice import MajorFacts, WorkYear
from services.forecasting.domain.pipeline import Reports
from services.forecasting.domain.report_columns import EMPLOYED

Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose major: a school's, or (None) the region's."""

    major_code: str
    school_id: UUID | None
    school_name: str


def gather(
    gap_rows: Sequence[Report], known: Reports, *, as_of_year: int
) -> list[tuple[Subject, MajorFacts]]:
    """Return the facts of every major of the region, then of every school that reports itself."""
    gaps: defaultdict[str, list[Report]] = defaultdict(list)
    for row in gap_rows:
        if row["kind"] == "major":
            gaps[row["code"]].append(row)
    lengths = {row["major_code"]: row["programme_years"] for row in known.cohorts}
    quarters = _quarters(known.market)
    by_major = _work_years(known.destinations, by_school=False)
    typical = _typical(by_major)
    schools = [row for row in known.destinations if row["school_id"] is not None]
    by_school = _work_years(schools, by_school=True)
    found: list[tuple[Subject, MajorFacts]] = []
    for subject, years in [*by_major.items(), *by_school.items()]:
        major = subject.major_code
        length = lengths.get(major, 3)
        facts = MajorFacts(
            major_code=major,
            gap=_gap_at(gaps.get(major, []), as_of_year + length),
            lag_years=length,
            quarters=_quarters_of(gaps.get(major, []), quarters),
            years=years,
            typical=typical,
        )
        found.append((subject, facts))
    return found


def _gap_at(rows: Sequence[Report], year: int) -> dict[str, Any] | None:
    """Return the gap that today's entrants will meet: of their last year, or the run's last."""
    if not rows:
        return None
    nearest = min(rows, key=lambda row: (abs(row["year"] - year), row["year"]))
    names = ("year", "ratio", "p_short", "p_glut", "driver")
    told = {name: nearest[name] for name in names}
    return {**told, "main_occupation": nearest["parts"].get("main_occupation")}


def _quarters(market: Iterable[Report]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in market:
        found[row["occupation_code"]].add(row["quarter"])
    return found


def _quarters_of(rows: Sequence[Report], quarters: Mapping[str, set[str]]) -> int:
    if not rows:
        return 0
    return len(quarters.get(rows[0]["parts"].get("main_occupation", ""), ()))


def _work_years(
    destinations: Iterable[Report], *, by_school: bool
) -> dict[Subject, list[WorkYear]]:
    sums: defaultdict[tuple[Subject, int], list[Report]] = defaultdict(list)
    for row in destinations:
        major = row["major_code"]
        subject = (
            Subject(major, row["school_id"], row["school_name"])
            if by_school
            else Subject(major, None, "")
        )
        sums[subject, row["year"]].append(row)
    found: defaultdict[Subject, list[WorkYear]] = defaultdict(list)
    for (subject, year), rows in sums.items():
        seeking = sum(_at_work(row) + row["counts"]["seeking"] for row in rows)
        if seeking:
            found[subject].append(_work_year(rows, year, seeking))
    return found


def _at_work(row: Report) -> int:
    return sum(row["counts"][name] for name in EMPLOYED)


def _work_year(rows: Sequence[Report], year: int, seeking: int) -> WorkYear:
    """Return one year: the share at work of those who sought work, and of these in their field."""
    employed = sum(_at_work(row) for row in rows)
    relevant = [row["employed_relevant"] for row in rows]
    known = None not in relevant and employed
    return WorkYear(
        year=year,
        graduates=sum(row["graduates"] for row in rows),
        employment_share=employed / seeking,
        relevant_share=round(sum(relevant) / employed, 4) if known else None,
    )


def _typical(by_major: Mapping[Subject, Sequence[WorkYear]]) -> dict[int, float]:
    shares: defaultdict[int, list[float]] = defaultdict(list)
    for years in by_major.values():
        for each in years:
            shares[each.year].append(each.employment_share)
    return {year: round(median(each), 4) for year, each in shares.items()}
