"""Periods as people write them and as ordinals: months, quarters, years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from services.forecasting.domain.measure import DatasetFrequency
from shared.sheets.cells import Cell, CellError, as_text, folded

_PER_YEAR = {"month": 12, "quarter": 4, "year": 1}
_YEAR = r"((?:19|20|21)\d{2})"
_MONTH = re.compile(rf"{_YEAR}\s*(?:[-/.]|年)\s*(\d{{1,2}})\s*月?(?:份)?")
_PACKED = re.compile(rf"{_YEAR}(0[1-9]|1[0-2])")
_QUARTER = re.compile(rf"{_YEAR}\s*(?:[-/.]|年)?\s*(?:q|第)?\s*([1-4一二三四])\s*(?:季度?)?")
_QUARTER_SIGN = re.compile("q|季")
_WHOLE = re.compile(rf"{_YEAR}\s*年?(?:度)?")
_NUMERALS = {"一": 1, "二": 2, "三": 3, "四": 4}


@dataclass(frozen=True, slots=True)
class Period:
    """One month, quarter or year; the next one's ordinal is one higher."""

    frequency: DatasetFrequency
    ordinal: int


def parse_period(cell: Cell) -> Period:
    """Take 2024-07, 2024年7月, 202407, 2024Q3, 2024年第三季度, 2024, or a day of a month.

    Raises CellError.

    >>> parse_period("2024年7月"), parse_period("2024年第三季度").ordinal
    (Period(frequency='month', ordinal=24294), 8098)
    """
    if isinstance(cell, date):
        return Period("month", cell.year * 12 + cell.month - 1)
    words = folded(as_text(cell))
    if found := _WHOLE.fullmatch(words):
        return Period("year", int(found[1]))
    if _QUARTER_SIGN.search(words) and (found := _QUARTER.fullmatch(words)):
        quarter = _NUMERALS.get(found[2]) or int(found[2])
        return Period("quarter", int(found[1]) * 4 + quarter - 1)
    found = _MONTH.fullmatch(words) or _PACKED.fullmatch(words)
    if found and 1 <= int(found[2]) <= 12:
        return Period("month", int(found[1]) * 12 + int(found[2]) - 1)
    short = words[:24]
    raise CellError(
        "period_unreadable",
        f"“{short}”不是时期，请写成 2024-07、2024-Q3 或 2024",
        f"“{short}” is no period: write 2024-07, 2024-Q3 or 2024",
    )


def period_words(frequency: str, ordinal: int) -> str:
    """Return a period in ISO's way.

    >>> period_words("month", 24294), period_words("quarter", 8098), period_words("year", 2024)
    ('2024-07', '2024-Q3', '2024')
    """
    year, part = divmod(ordinal, _PER_YEAR[frequency])
    if frequency == "month":
        return f"{year}-{part + 1:02d}"
    return f"{year}-Q{part + 1}" if frequency == "quarter" else str(year)


def period_of(frequency: str, day: date) -> int:
    """Return the ordinal of the period that a day lies in.

    >>> period_of("month", date(2024, 7, 31)), period_of("quarter", date(2024, 7, 31))
    (24294, 8098)
    """
    size = _PER_YEAR[frequency]
    return day.year * size + (day.month - 1) * size // 12


def first_day(frequency: str, ordinal: int) -> date:
    """Return the first day of a period.

    >>> first_day("quarter", 8098)
    datetime.date(2024, 7, 1)
    """
    year, part = divmod(ordinal, _PER_YEAR[frequency])
    return date(year, part * 12 // _PER_YEAR[frequency] + 1, 1)
