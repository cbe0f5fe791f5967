"""Periods as people write them (ISO year, quarter, month, date, or an integer) and as ordinals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Frequency = Literal["year", "quarter", "month", "day", "integer"]

_SEASONS: dict[Frequency, int] = {"year": 1, "quarter": 4, "month": 12, "day": 7, "integer": 1}
_QUARTER = re.compile(r"(\d{4})(-?)[Qq]([1-4])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_INTEGER = re.compile(r"[+-]?\d{1,12}")
# A bare number of four digits is a year where years of records lie, and an integer elsewhere.
_YEARS = range(1600, 2400)


class PeriodUnreadableError(ValueError):
    """The text is no period."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a file writes its periods, so that the answer can write them alike."""

    frequency: Frequency
    quarter_mark: str = "-Q"


@dataclass(frozen=True, slots=True)
class Period:
    """One period: its form and its place in the count of such periods."""

    form: Form
    ordinal: int


def parse_period(text: str) -> Period:
    """Read a period.

    Returns the ordinal: years as they are, quarters and months counted from year 0, days by
    Python's proleptic ordinal, integers as they are.

    Raises:
        PeriodUnreadableError: the text is in none of the forms.

    >>> parse_period("2024-07").ordinal - parse_period("2023-12").ordinal
    7
    >>> format_period(parse_period("2024Q4").form, parse_period("2024Q4").ordinal + 1)
    '2025Q1'
    """
    words = text.strip()
    if found := _QUARTER.fullmatch(words):
        year, dash, quarter = found.groups()
        return Period(Form("quarter", f"{dash}{words[-2]}"), int(year) * 4 + int(quarter) - 1)
    if found := _MONTH.fullmatch(words):
        year, month = int(found[1]), int(found[2])
        if 1 <= month <= 12:
            return Period(Form("month"), year * 12 + month - 1)
    elif found := _DAY.fullmatch(words):
        try:
            return Period(Form("day"), date(*map(int, found.groups())).toordinal())
        except ValueError as error:
            raise PeriodUnreadableError(words) from error
    elif _INTEGER.fullmatch(words):
        year = len(words) == 4 and int(words) in _YEARS
        return Period(Form("year" if year else "integer"), int(words))
    raise PeriodUnreadableError(words)


def format_period(form: Form, ordinal: int) -> str:
    """Write the period of an ordinal in the form in which it was read."""
    if form.frequency == "quarter":
        year, quarter = divmod(ordinal, 4)
        return f"{year:04d}{form.quarter_mark}{quarter + 1}"
    if form.frequency == "month":
        year, month = divmod(ordinal, 12)
        return f"{year:04d}-{month + 1:02d}"
    if form.frequency == "day":
        return (date.min + timedelta(days=ordinal - 1)).isoformat()
    return f"{ordinal:04d}" if form.frequency == "year" else str(ordinal)


def ordinal_of(frequency: Frequency, day: date) -> int | None:
    """Return the ordinal of the period that a day lies in; None for a mere count of periods.

    >>> ordinal_of("quarter", date(2024, 7, 31)) == parse_period("2024-Q3").ordinal
    True
    """
    if frequency == "integer":
        return None
    if frequency == "day":
        return day.toordinal()
    per_year = {"year": 1, "quarter": 4, "month": 12}[frequency]
    return day.year * per_year + (day.month - 1) * per_year // 12


def default_season(frequency: Frequency) -> int:
    """Return how many periods a season has where nobody says otherwise."""
    return _SEASONS[frequency]
