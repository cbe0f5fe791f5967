"""What the demonstration's world holds, before any of it is sent to the platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

Source = Literal["advertisement", "generated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPost:
    """One post as it is sent, and which of its fields we made up."""

    trade: str
    body: Mapping[str, Any]
    generated: frozenset[str] = frozenset()

    @property
    def seats(self) -> int:
        """How many students it takes."""
        return int(self.body["seats"])


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoEnterprise:
    """One enterprise: its codes, its head counts and its posts."""

    name: str
    uscc: str
    region_code: str
    industry_code: str
    staff_total: int
    staff_on_duty: int
    staff_same_post: Mapping[str, int]
    source: Source
    posts: Sequence[DemoPost]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStudent:
    """One row of a roster."""

    enrolment_no: str
    name: str
    major_code: str
    grade_year: int
    class_name: str
    class_teacher: str
    birth_on: date
    region_code: str
    skills: tuple[str, ...]
    grade: float  # 0..100, a priority field that the schools chose


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSchool:
    """One school of the Ministry's list: which enterprises host its students, and who they are."""

    code: str
    name: str
    region_code: str
    level: str
    hosts: Sequence[int]  # rows of World.enterprises
    students: Sequence[DemoStudent]


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """The dates that the world hangs on, reckoned from the day of the demonstration."""

    today: date
    start_on: date
    end_on: date

    @property
    def term(self) -> str:
        """The term that the internship starts in (学年学期).

        >>> season_of(date(2026, 11, 22)).term
        '2026-2027-2'
        """
        start = self.start_on
        year = start.year if start.month >= 8 else start.year - 1
        return f"{year}-{year + 1}-{1 if start.month >= 8 or start.month == 1 else 2}"

    @property
    def school_year(self) -> int:
        """The year in which the term's school year began."""
        return int(self.term[:4])


def season_of(today: date) -> Season:
    """Return the season of a demonstration: half a year from the next half-year's first month.

    >>> season_of(date(2026, 11, 22)).start_on, season_of(date(2026, 3, 1)).start_on
    (datetime.date(2027, 3, 1), datetime.date(2026, 9, 1))
    """
    after = today + timedelta(days=30)
    starts = (date(after.year, 3, 1), date(after.year, 9, 1), date(after.year + 1, 3, 1))
    start = next(each for each in starts if each >= after)
    return Season(today=today, start_on=start, end_on=start + timedelta(days=181))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that the demonstration sends."""

    season: Season
    enterprises: Sequence[DemoEnterprise]
    schools: Sequence[DemoSchool]

    @property
    def posts(self) -> int:
        """How many posts."""
        return sum(len(enterprise.posts) for enterprise in self.enterprises)

    @property
    def students(self) -> int:
        """How many students."""
        return sum(len(school.students) for school in self.schools)
