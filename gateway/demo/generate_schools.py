"""Schools of the Ministry's list: their hosts, and rosters spread by the hosts' seats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from gateway.demo.names import person_name
from gateway.demo.trades import BY_KEY, Trade
from gateway.demo.world import DemoEnterprise, DemoSchool, DemoStudent, Season
from shared.catalogues.colleges import find_college
from shared.catalogues.majors import find_major

CLASS_SIZE = 45


@dataclass(frozen=True, slots=True)
class Seat:
    """A school that takes part: its code, its catalogue of majors, what it is known for."""

    code: str
    level: str
    sectors: tuple[str, ...]

    @property
    def city_code(self) -> str:
        """The city that the school lies in, by the list; a municipality is a city here."""
        found = find_college(self.code)
        assert found is not None, self.code
        return found.region


# Codes of the Ministry of Education's list of 2025; vocational universities teach bachelors by
# the vocational catalogue.
SCHOOLS: tuple[Seat, ...] = (
    Seat("4131012499", "higher_vocational", ("it", "manufacturing", "business")),
    Seat("4131010856", "bachelor", ("it", "business", "manufacturing")),
    Seat("4111010857", "higher_vocational", ("it", "business")),
    Seat("4111011232", "bachelor", ("it", "business")),
    Seat("4144012046", "vocational_bachelor", ("it", "business", "logistics")),
    Seat("4144012572", "higher_vocational", ("it", "business")),
    Seat("4144011113", "vocational_bachelor", ("it", "manufacturing", "business")),
    Seat("4133012866", "higher_vocational", ("logistics", "business", "it")),
    Seat("4133013742", "higher_vocational", ("health",)),
    Seat("4132012809", "higher_vocational", ("manufacturing",)),
    Seat("4142011796", "higher_vocational", ("it", "health", "business")),
    Seat("4133012871", "higher_vocational", ("manufacturing", "logistics")),
)
SMALL: tuple[Seat, ...] = (SCHOOLS[7], SCHOOLS[8])


def share_hosts(enterprises: Sequence[DemoEnterprise], seats: Sequence[Seat]) -> list[list[int]]:
    """Return each school's hosts: of its province where there is a school, else the least served.

    Every enterprise hosts one school's students: its seats are counted once.
    """
    hosts: list[list[int]] = [[] for _ in seats]
    load = [0] * len(seats)
    for row, enterprise in enumerate(enterprises):
        sectors = {BY_KEY[post.trade].sector for post in enterprise.posts}
        near = [
            place
            for place, seat in enumerate(seats)
            if seat.city_code[:2] == enterprise.region_code[:2]
        ]
        fit = [place for place in near if sectors & set(seats[place].sectors)]
        chosen = min(fit or near or range(len(seats)), key=lambda place: (load[place], place))
        hosts[chosen].append(row)
        load[chosen] += sum(post.seats for post in enterprise.posts)
    return hosts


def make_schools(
    rng: Random,
    enterprises: Sequence[DemoEnterprise],
    *,
    seats: Sequence[Seat],
    students: int,
    season: Season,
) -> list[DemoSchool]:
    """Return the schools with `students` on their rosters, spread by the seats of their hosts."""
    hosts = share_hosts(enterprises, seats)
    wanted = [_seats_by_trade(enterprises, rows) for rows in hosts]
    counts = split_evenly(students, [sum(each.values()) for each in wanted])
    return [
        _make_school(rng, seat, hosts=rows, counts=_by_trade(trades, count), season=season)
        for seat, rows, trades, count in zip(seats, hosts, wanted, counts, strict=True)
    ]


def split_evenly(total: int, shares: Sequence[int]) -> list[int]:
    """Return whole numbers in the proportion of `shares` that add up to `total`.

    >>> split_evenly(10, [1, 1, 1])
    [4, 3, 3]
    """
    parts = list(shares) if any(shares) else [1] * len(shares)
    whole = sum(parts)
    counts = [total * part // whole for part in parts]
    rests = sorted(range(len(parts)), key=lambda i: (-(total * parts[i] % whole), i))
    for place in rests[: total - sum(counts)]:
        counts[place] += 1
    return counts


def _seats_by_trade(enterprises: Sequence[DemoEnterprise], rows: Sequence[int]) -> dict[str, int]:
    seats: dict[str, int] = {}
    for row in rows:
        for post in enterprises[row].posts:
            seats[post.trade] = seats.get(post.trade, 0) + post.seats
    return seats


def _by_trade(seats: dict[str, int], students: int) -> dict[str, int]:
    return dict(zip(seats, split_evenly(students, list(seats.values())), strict=True))


def _make_school(
    rng: Random, seat: Seat, *, hosts: Sequence[int], counts: dict[str, int], season: Season
) -> DemoSchool:
    found = find_college(seat.code)
    assert found is not None, seat.code
    students: list[DemoStudent] = []
    for key, count in counts.items():
        majors = BY_KEY[key].majors[seat.level]
        for major, size in zip(majors, split_evenly(count, [1] * len(majors)), strict=True):
            students += _make_major(
                rng, seat, major=major, trade=BY_KEY[key], size=size, season=season
            )
    numbered = [_numbered(student, seat, place) for place, student in enumerate(students)]
    return DemoSchool(
        code=seat.code,
        name=found.name,
        region_code=seat.city_code,
        level=seat.level,
        hosts=hosts,
        students=numbered,
    )


def _make_major(
    rng: Random, seat: Seat, *, major: str, trade: Trade, size: int, season: Season
) -> list[DemoStudent]:
    """Return the students of one major in classes; they are in the last years of their course."""
    found = find_major(major)
    assert found is not None, major
    # A vocational course takes three years, a bachelor's four: the last half-year but one.
    grade_year = season.school_year - (2 if seat.level == "higher_vocational" else 3)
    teachers = [person_name(rng) for _ in range(size // CLASS_SIZE + 1)]
    return [
        DemoStudent(
            enrolment_no="",
            name=person_name(rng),
            major_code=major,
            grade_year=grade_year,
            class_name=f"{found.name}{grade_year % 100}{place // CLASS_SIZE + 1:02d}",
            class_teacher=teachers[place // CLASS_SIZE],
            birth_on=date(grade_year - 18, 8, 31) - timedelta(days=rng.randrange(365)),
            region_code=seat.city_code if rng.random() < 0.75 else "310000",
            skills=tuple(rng.sample(trade.skills, rng.randint(1, len(trade.skills)))),
            grade=round(min(99.0, max(45.0, rng.gauss(78.0, 9.0))), 1),
        )
        for place in range(size)
    ]


def _numbered(student: DemoStudent, seat: Seat, place: int) -> DemoStudent:
    number = f"DEM{seat.code}{student.grade_year}{place + 1:05d}"
    return replace(student, enrolment_no=number)
