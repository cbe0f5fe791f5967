"""Codes of majors, occupations and regions, placed in their trees.

Facts used: the 2021 vocational catalogue (职业教育专业目录) numbers its 19 groups alike at every
level (61-79 secondary, 41-59 higher vocational, 21-39 vocational bachelor) and its classes alike
within a group, so 6101, 4101 and 2101 are one class; undergraduate majors (01-14) and technician
schools (技工院校, such as 0101-4) are trees of their own. Occupations are nested by the parts of
their 职业分类大典 code, regions by the pairs of digits of GB/T 2260.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shared.kernel.errors import DomainError, Text

# Provinces that are cities (直辖市): the first pair of digits already names one city.
MUNICIPALITIES: Final = frozenset({"11", "12", "31", "50"})

_MAJOR_FORM: Final = re.compile(r"(\d{2})(\d{2})?(\d{2})?([A-Z]{0,2})")
_TECHNICIAN_FORM: Final = re.compile(r"(\d{2})\d{2}-\d")
_OCCUPATION_FORM: Final = re.compile(r"\d(-\d{2}){0,3}")
_REGION_FORM: Final = re.compile(r"\d{2}(\d{2}(\d{2})?)?")
_VOCATIONAL_STARTS: Final = (61, 41, 21)
_VOCATIONAL_GROUPS: Final = 19
_UNDERGRADUATE_LAST: Final = 14


class MalformedCodeError(DomainError):
    """A code has not the form of its catalogue."""

    code = "malformed_code"
    status = 422
    title_zh = "代码形式与其目录不符"
    mend = Text(
        "{catalogue} 代码 {value} 的形式不对，应为 {expected}。",
        "{value} has not the form of a code of {catalogue}: {expected}.",
    )


@dataclass(frozen=True, slots=True)
class Major:
    """A place in a tree of majors: a group, a class in it, or one major; levels aligned."""

    tree: str
    group: str
    major_class: str
    major: str
    code: str


@lru_cache(maxsize=1 << 14)
def parse_major(code: str) -> Major:
    """Place a major, class or group code in its tree, with the vocational levels aligned.

    Args:
        code: 2, 4 or 6 digits with up to two letters (080901K), or a technician code (0101-4).

    Raises:
        MalformedCodeError: another form, or a first pair of digits that no catalogue uses.

    Cost: O(1), remembered.

    Source: 职业教育专业目录 (2021); 普通高等学校本科专业目录; 全国技工院校专业目录.

    >>> parse_major("6101").major_class == parse_major("410105").major_class
    True
    """
    technician = _TECHNICIAN_FORM.fullmatch(code)
    if technician:
        return Major("technician", technician[1], "", code[:4], code)
    match = _MAJOR_FORM.fullmatch(code)
    prefix = int(match[1]) if match else 0
    if match and 1 <= prefix <= _UNDERGRADUATE_LAST:
        return _place("undergraduate", match[1], match)
    for start in _VOCATIONAL_STARTS:
        if match and start <= prefix < start + _VOCATIONAL_GROUPS:
            return _place("vocational", f"{prefix - start:02d}", match)
    raise MalformedCodeError(
        catalogue="major", value=code, expected="01-14, 21-39, 41-59, 61-79 + 0, 2 or 4 digits"
    )


def _place(tree: str, group: str, match: re.Match[str]) -> Major:
    code = "".join(part or "" for part in match.groups()[:3])
    major_class = group + match[2] if match[2] else ""
    # The last pair differs between levels, so a major keeps its own level's digits.
    return Major(tree, group, major_class, code if match[3] else "", code)


@lru_cache(maxsize=1 << 14)
def parse_occupation(code: str) -> tuple[str, ...]:
    """Parts of an occupation code of 1 to 4 levels; trailing 00 parts name the level above.

    Raises:
        MalformedCodeError: not of the form 6-06-01-02.

    Source: 中华人民共和国职业分类大典 (2022).
    Cost: one look into a table after the first time.

    >>> parse_occupation("6-06-01-00")
    ('6', '06', '01')
    """
    if not _OCCUPATION_FORM.fullmatch(code):
        raise MalformedCodeError(catalogue="occupation", value=code, expected="6-06-01-02")
    parts = code.split("-")
    while len(parts) > 1 and parts[-1] == "00":
        parts.pop()
    return tuple(parts)


@lru_cache(maxsize=1 << 14)
def parse_region(code: str) -> tuple[str, ...]:
    """Pairs of digits of a region code: province, city, district; trailing 00 pairs dropped.

    Raises:
        MalformedCodeError: not 2, 4 or 6 digits.

    Source: GB/T 2260.
    Cost: one look into a table after the first time.

    >>> parse_region("330100")
    ('33', '01')
    """
    if not _REGION_FORM.fullmatch(code):
        raise MalformedCodeError(catalogue="region", value=code, expected="330100")
    pairs = [code[at : at + 2] for at in range(0, len(code), 2)]
    while len(pairs) > 1 and pairs[-1] == "00":
        pairs.pop()
    return tuple(pairs)


def shared_depth(first: tuple[str, ...], second: tuple[str, ...]) -> int:
    """Return the number of leading parts that two codes share.

    Cost: O(parts).

    >>> shared_depth(("33", "01", "06"), ("33", "01", "10"))
    2
    """
    depth = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        depth += 1
    return depth
