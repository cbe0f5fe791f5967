"""What a search for posts asks for, and the buckets that its facets count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.internships.domain.jurisdiction import region_prefix
from shared.catalogues.industries import find_industry, industries
from shared.catalogues.majors import find_major, majors
from shared.catalogues.occupations import find_occupation
from shared.catalogues.regions import find_region
from shared.kernel.errors import Text

# Lower ends of the pay buckets, in fen a month.
PAY_BUCKETS_FEN = (0, 100_000, 200_000, 300_000, 500_000)
# The lengths at which codes of 职业分类大典 end: 4, 4-04, 4-04-05, 4-04-05-01.
OCCUPATION_LENGTHS = (1, 4, 7, 10)
REGION_LENGTHS = (2, 4, 6)
MAJOR_LENGTHS = (2, 4, 6)
INDUSTRY_LENGTHS = (2, 3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Filters of a search; None where one does not matter. Codes are those of the catalogues."""

    words: str = ""
    region: str | None = None
    industry: str | None = None
    occupation: str | None = None
    major: str | None = None
    kind: str | None = None
    level: str | None = None
    org_id: UUID | None = None
    state: str = "published"
    pay_fen_month_min: int | None = None
    pay_fen_month_max: int | None = None
    days_week_max: float | None = None
    start_from: date | None = None
    start_until: date | None = None
    end_until: date | None = None
    seats_left_min: int | None = None


def region_begins(code: str) -> str:
    """Return the digits with which the codes of places in a region begin.

    >>> region_begins("33"), region_begins("330100"), region_begins("330106")
    ('33', '3301', '330106')
    """
    return region_prefix(code.ljust(6, "0"))


def industries_begin(code: str) -> tuple[str, ...]:
    """Return with what the codes of an industry's parts begin; a section holds divisions.

    >>> industries_begin("C36"), industries_begin("T")
    (('36',), ('97',))
    """
    found = find_industry(code)
    if found is None:
        return (code,)
    if found.level != "section":
        return (found.code,)
    return tuple(sorted(each.code for each in industries() if each.parent == found.code))


def occupation_begins(code: str) -> str:
    """Return with what the codes of an occupation's parts begin.

    >>> occupation_begins("4-04-00-00"), occupation_begins("4-04-05-01"), occupation_begins("4")
    ('4-04', '4-04-05-01', '4')
    """
    while code.endswith("-00"):
        code = code[:-3]
    return code


def majors_in(code: str) -> tuple[str, ...]:
    """Return the major codes of a major, class (4 digits) or group (2 digits).

    >>> majors_in("520201"), len(majors_in("5202"))
    (('520201',), 2)
    """
    if len(code) >= 6:
        found = find_major(code)
        return (found.code if found else code,)
    return tuple(dict.fromkeys(each.code for each in majors() if each.code.startswith(code)))


def finer(lengths: tuple[int, ...], chosen: str) -> int:
    """Return the next longer length of a code after the chosen one, or the longest.

    >>> finer((2, 4, 6), ""), finer((2, 4, 6), "33"), finer((2, 4, 6), "330106")
    (2, 4, 6)
    """
    return next((length for length in lengths if length > len(chosen)), lengths[-1])


_KINDS = {"orientation": Text("认识实习", "Orientation"), "on_post": Text("岗位实习", "On post")}
_LEVELS = {
    "block": Text("有不得项", "Blocked"),
    "review": Text("待人工判断", "For a person"),
    "warn": Text("有提醒", "With warnings"),
    "info": Text("有说明", "With notes"),
    "clear": Text("无问题", "Clear"),
}
_PAY = {
    "none": Text("未填写", "Not declared"),
    "0": Text("1000元以下", "Under 1,000 yuan"),
    "100000": Text("1000—2000元", "1,000-2,000 yuan"),
    "200000": Text("2000—3000元", "2,000-3,000 yuan"),
    "300000": Text("3000—5000元", "3,000-5,000 yuan"),
    "500000": Text("5000元以上", "From 5,000 yuan"),
}
_SEATS = {
    "0": Text("已满", "None left"),
    "1": Text("1—4个", "1-4 left"),
    "5": Text("5—19个", "5-19 left"),
    "20": Text("20个以上", "20 or more left"),
}
SEAT_BUCKETS = (0, 1, 5, 20)


def name_of(facet: str, value: str) -> Text:
    """Return what a value of a facet is called; catalogues have Chinese names only."""
    own = {"kind": _KINDS, "level": _LEVELS, "pay": _PAY, "seats": _SEATS}.get(facet)
    if own is not None:
        return own.get(value, Text(value, value))
    if facet == "days":
        return Text(f"每周{value}天", f"{value} days a week")
    name = _catalogue_name(facet, value)
    return Text(name, name)


def _catalogue_name(facet: str, value: str) -> str:
    if facet == "region":
        region = find_region(value)
        return region.name if region else value
    if facet == "industry":
        industry = find_industry(value)
        return industry.name if industry else value
    if facet == "occupation":
        occupation = find_occupation(value + "-00" * (3 - value.count("-")))
        return occupation.name if occupation else value
    return _major_name(value)


def _major_name(value: str) -> str:
    if len(value) == 6:
        found = find_major(value)
        return found.name if found else value
    for each in majors():
        if len(value) == 4 and each.class_code == value:
            return each.class_name
        if len(value) == 2 and each.code.startswith(value):
            return each.group_name
    return value
