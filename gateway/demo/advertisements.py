"""Real advertisements as posts: what they say is read, what they lack is made up and marked.

The files are other people's and stay where they are: nothing of their text is logged, printed or
kept in the repository; the posts that come of them live in the demonstration's own data folder.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random

from gateway.demo.generate_posts import same_post_staff, staff_for, terms_of_work
from gateway.demo.trades import Trade, trade_of_title
from gateway.demo.world import DemoEnterprise, DemoPost, Season
from shared.catalogues.regions import regions
from shared.catalogues.uscc import make_code
from shared.sheets import CellError
from shared.sheets.pay import check_pay, parse_pay

FILES = ("shixiseng_2022_internships.csv", "shixiseng_2023_internships.csv", "taidi_job_posts.csv")
# Where nobody says where the work is: an online post, or a street without its city.
ANYWHERE = ("310000", "110000", "440100", "440300", "330100")
_DESCRIPTION_MAX = 4_000
_SEATS_MAX = 60
# Every enterprise above designated size or not: the upper end of an open band.
_STAFF_MAX = 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertisement:
    """What one advertisement says; None where it does not."""

    title: str
    company: str
    description: str
    region_code: str | None
    pay_fen_day: int | None
    pay_fen_month: int | None
    days_week: int | None
    months: int | None
    staff: tuple[int, int] | None
    seats: int | None
    skills: tuple[str, ...]


def find_folder(start: Path) -> Path | None:
    """Return the folder of advertisements beside the checkout that `start` lies in, if any."""
    for folder in (start, *start.parents):
        candidate = folder / "shared" / "data" / "posts"
        if all((candidate / name).is_file() for name in FILES):
            return candidate
    return None


def read_advertisements(folder: Path) -> list[Advertisement]:
    """Read the internship advertisements and the posts with head counts."""
    found: list[Advertisement] = []
    for name in FILES:
        read = _read_job if name.startswith("taidi") else _read_internship
        with (folder / name).open(encoding="utf-8-sig", newline="") as stream:
            found += [each for row in csv.DictReader(stream) if (each := read(row))]
    return found


def _read_internship(row: Mapping[str, str]) -> Advertisement | None:
    title, company = _line(row["title"], 200), _line(row["company"], 200)
    if not title or len(company) < 2:
        return None
    return Advertisement(
        title=title,
        company=company,
        description="",
        region_code=region_of(row["city"]),
        pay_fen_day=pay_of(row["pay"]),
        pay_fen_month=None,
        days_week=first_number(row["days_per_week"]),
        months=first_number(row["months"]),
        staff=staff_band(row["company_size"]),
        seats=None,
        skills=(),
    )


def _read_job(row: Mapping[str, str]) -> Advertisement | None:
    title, company = _line(row["position_name"], 200), _line(row["company_full_name"], 200)
    if not title or len(company) < 2:
        return None
    wage = row["job_min_wage"]
    month = f"{wage}元/月" if row["job_wage_kind"] == "1" else ""
    return Advertisement(
        title=title,
        company=company,
        description=row["job_require"][:_DESCRIPTION_MAX],
        region_code=region_of(row["company_addr"]),
        pay_fen_day=None,
        pay_fen_month=pay_of(month),
        days_week=None,
        months=None,
        staff=None,
        seats=min(_SEATS_MAX, int(row["num_people"] or 0)) or None,
        skills=skills_of(row["skill_keys"]),
    )


def _line(cell: str, longest: int) -> str:
    return " ".join(cell.split())[:longest]


def pay_of(cell: str) -> int | None:
    """Return the lower end of a pay in fen, None where it is not said or cannot be meant.

    >>> pay_of("150-200/天"), pay_of("薪资面议"), pay_of("1/天")
    (15000, None, None)
    """
    try:
        pay = parse_pay(cell)
        if pay.low_fen is None or pay.period is None:
            return None
        return check_pay(pay.low_fen, pay.period)
    except CellError:
        return None


def first_number(cell: str) -> int | None:
    """Return the first whole number of a cell.

    >>> first_number("5天／周"), first_number("实习3个月"), first_number("不限")
    (5, 3, None)
    """
    found = re.search(r"\d+", cell)
    return int(found[0]) if found else None


def staff_band(cell: str) -> tuple[int, int] | None:
    """Return the least and the most staff that a size says.

    >>> staff_band("150-500人"), staff_band("2000人以上"), staff_band("少于15人")
    ((150, 500), (2000, 6000), (5, 15))
    """
    numbers = [int(each) for each in re.findall(r"\d+", cell)]
    if not numbers:
        return None
    if len(numbers) == 1:
        return (5, numbers[0]) if "少于" in cell or "以下" in cell else (numbers[0], _STAFF_MAX)
    return numbers[0], numbers[1]


def skills_of(cell: str) -> tuple[str, ...]:
    """Return the skills of a cell that holds a list in Python's writing.

    >>> skills_of("['SQL', ' Python ', '']")
    ('SQL', 'Python')
    """
    try:
        told = ast.literal_eval(cell)
    except (ValueError, SyntaxError):
        return ()
    words = [str(each).strip()[:40] for each in told] if isinstance(told, list) else []
    return tuple(dict.fromkeys(word for word in words if word))[:10]


def region_of(cell: str) -> str | None:
    """Return the code of the city that a place begins with or names; None for the whole country.

    >>> region_of("上海"), region_of("广东省深圳市南山区1号"), region_of("全国")
    ('310000', '440300', None)
    """
    place = re.sub(r"^.{2,3}(?:省|自治区)", "", "".join(cell.split()))
    for name, code in _cities():
        if place.startswith(name):
            return code
    return next((code for name, code in _cities() if name + "市" in cell), None)


@cache
def _cities() -> tuple[tuple[str, str], ...]:
    """Cities by their short names, longest first; a municipality stands for its districts."""
    named = [
        (each.name.removesuffix("市"), each.code)
        for each in regions()
        if each.name.endswith("市") and each.level in {"province", "city"}
    ]
    return tuple(sorted(named, key=lambda pair: -len(pair[0])))


def choose_advertisements(
    found: Sequence[Advertisement], *, rng: Random, share: float
) -> list[Advertisement]:
    """Return the advertisements of a share of the companies: a company comes whole or not."""
    companies = list(dict.fromkeys(each.company for each in found))
    kept = set(rng.sample(companies, round(len(companies) * min(1.0, share))))
    return [each for each in found if each.company in kept]


def make_advertised(
    found: Iterable[Advertisement], *, rng: Random, season: Season
) -> list[DemoEnterprise]:
    """Return the enterprises behind advertisements, each with its posts."""
    by_company: dict[str, list[Advertisement]] = {}
    for each in found:
        by_company.setdefault(each.company, []).append(each)
    return [
        _make_enterprise(rng, name, rows, serial=serial, season=season)
        for serial, (name, rows) in enumerate(by_company.items())
    ]


def _make_enterprise(
    rng: Random, name: str, rows: Sequence[Advertisement], *, serial: int, season: Season
) -> DemoEnterprise:
    seat = next((each.region_code for each in rows if each.region_code), None)
    region_code = seat or rng.choice(ANYWHERE)
    band = next((each.staff for each in rows if each.staff), None)
    on_duty = rng.randint(*band) if band else None
    posts = [_make_post(rng, each, region_code=region_code, season=season) for each in rows]
    staff = on_duty or staff_for(rng, sum(post.seats for post in posts), share=10)
    return DemoEnterprise(
        name=name,
        uscc=make_code(region_code, serial),
        region_code=region_code,
        industry_code=str(posts[0].body["industry_code"]),
        staff_total=staff * rng.randint(102, 120) // 100,
        staff_on_duty=staff,
        staff_same_post=same_post_staff(rng, posts),
        source="advertisement",
        posts=posts,
    )


def _make_post(rng: Random, said: Advertisement, *, region_code: str, season: Season) -> DemoPost:
    """Return the post of one advertisement: its own words first, then what it lacks."""
    trade = trade_of_title(said.title)
    body = {**terms_of_work(rng, trade, season), **_lacking(rng, said, trade)}
    told = _told(said, season)
    body |= told
    body.setdefault("region_code", region_code)
    generated = frozenset(body) - frozenset(told)
    return DemoPost(trade=trade.key, body={**body, "publish": True}, generated=generated)


def _told(said: Advertisement, season: Season) -> dict[str, object]:
    """Return the fields that the advertisement itself gives."""
    end_on = None
    if said.months and said.months <= 12:
        end_on = season.start_on + timedelta(days=said.months * 365 // 12 - 1)
    fields: dict[str, object] = {
        "title": said.title,
        "description": said.description or None,
        "region_code": said.region_code,
        "pay_fen_day": said.pay_fen_day,
        "days_week": said.days_week if said.days_week and said.days_week <= 7 else None,
        "end_on": end_on.isoformat() if end_on else None,
        "seats": said.seats,
        "skills": list(said.skills) or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _lacking(rng: Random, said: Advertisement, trade: Trade) -> dict[str, object]:
    """Return what an advertisement lacks and a post needs.

    A job's wage is the wage of the same post, kept privately; an intern's pay is made from it.
    """
    made: dict[str, object] = {
        "description": f"参与{'、'.join(trade.tasks[:2])}等工作。",
        "industry_code": trade.industry_code,
        "seats": rng.choices((2, 3, 5, 8, 10), (3, 4, 4, 2, 1))[0],
        "skills": list(trade.skills),
    }
    if said.pay_fen_month:
        share = rng.choice((70, 80, 85, 90, 100))
        made["pay_fen_month"] = said.pay_fen_month * share // 100
        made["wages"] = {"reference_fen_month": said.pay_fen_month}
    elif not said.pay_fen_day:
        made["pay_fen_month"] = rng.randrange(*trade.pay_yuan, 100) * 100
    return made
