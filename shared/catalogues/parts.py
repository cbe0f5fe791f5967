"""Parts of catalogues: what lies inside a region, an industry, an occupation, a class of majors."""

from __future__ import annotations

from shared.catalogues.industries import find_industry, industries
from shared.catalogues.majors import find_major, majors
from shared.catalogues.occupations import find_occupation
from shared.catalogues.regions import find_region
from shared.policies.jurisdiction import region_prefix

# The lengths at which codes of 职业分类大典 end: 4, 4-04, 4-04-05, 4-04-05-01.
OCCUPATION_LENGTHS = (1, 4, 7, 10)
REGION_LENGTHS = (2, 4, 6)
MAJOR_LENGTHS = (2, 4, 6)
INDUSTRY_LENGTHS = (2, 3, 4)


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


def part_name(catalogue: str, value: str) -> str:
    """Return the name of a part of a catalogue (`region`, `industry`, `occupation`, `major`).

    >>> part_name("region", "330000"), part_name("major", "5202")
    ('浙江省', '护理类')
    """
    if catalogue == "region":
        region = find_region(value)
        return region.name if region else value
    if catalogue == "industry":
        industry = find_industry(value)
        return industry.name if industry else value
    if catalogue == "occupation":
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
