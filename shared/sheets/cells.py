"""Parsers of single cells: numbers, days, times, yes and no, lists, choices.

A parser takes what the file holds and returns what the field means, or raises CellError with the
reason in both languages. An empty cell never reaches a parser.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from shared.kernel.errors import Text

Cell = Any
"""What a file holds in one place: text, number, day, time, yes/no, or (in JSON) a list."""

Parser = Callable[[Cell], Any]

# Above this, a spreadsheet has already rounded a long number: its last digits are lost.
_EXACT_MAX = 10**15
# Day 0 of the serial dates that spreadsheets write (1900 system).
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a calendar day, no moment
_SERIAL_DAYS = (20_000, 80_000)  # 1954..2119: no other number is taken for a day
_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]0{1,2}:00(?::00)?)?"
)
_PACKED_DAY = re.compile(r"(19|20)\d{6}")
_TIME = re.compile(r"(\d{1,2})[:时点](\d{1,2})?(?:[:分]\d{0,2})?分?")
_SEPARATORS = re.compile("[、,;|\n\uff0c\uff1b]+")
# What people write behind a number: 3人, 5天/周, 8小时.
_COUNTED = re.compile(r"(?:人|名|个|位|天|小时)(?:/[天周月])?$")
_YES = frozenset({"是", "有", "yes", "y", "true", "1", "√", "对"})
_NO = frozenset({"否", "无", "没有", "no", "n", "false", "0", "×", "x"})


class CellError(Exception):
    """One cell does not say what its column means."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.text = Text(zh, en)


def is_blank(cell: Cell) -> bool:
    """Whether the cell says nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def as_text(cell: Cell) -> str:
    """Return the cell's words; a whole number loses the `.0` that spreadsheets add.

    >>> as_text(330106.0)
    '330106'
    """
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if math.isnan(cell):
            raise CellError("not_number", "此处应为数字", "this should be a number")
        if abs(cell) >= _EXACT_MAX:
            raise CellError(
                "number_rounded",
                "长数字已被表格软件舍入，请把该列设为“文本”格式后重填",
                "the spreadsheet has rounded this long number: format the column as text",
            )
        return str(int(cell)) if cell == int(cell) else str(cell)
    if isinstance(cell, date | time):
        return cell.isoformat()
    raise CellError("not_text", "此处应为文字", "this should be text")


def folded(cell: Cell) -> str:
    """Return the cell's words with full-width signs made narrow and letters made small."""
    return unicodedata.normalize("NFKC", as_text(cell)).strip().casefold()


def text(*, max_chars: int) -> Parser:
    """Take words of at most `max_chars` characters."""

    def parse(cell: Cell) -> str:
        words = as_text(cell)
        if len(words) > max_chars:
            raise CellError(
                "too_long",
                f"最多 {max_chars} 个字符，此处有 {len(words)} 个",
                f"at most {max_chars} characters, here are {len(words)}",
            )
        if "\x00" in words:
            raise CellError("not_text", "含有不可存储的字符", "holds a character that is no text")
        return words

    return parse


def number(*, low: Decimal | int | None = None, high: Decimal | int | None = None) -> Parser:
    """Take a decimal number between `low` and `high`, both allowed."""

    def parse(cell: Cell) -> Decimal:
        value = _decimal(cell)
        if (low is not None and value < low) or (high is not None and value > high):
            raise CellError("out_of_range", *_range_words(value, low, high))
        return value

    return parse


def integer(*, low: int | None = None, high: int | None = None) -> Parser:
    """Take a whole number between `low` and `high`, both allowed."""
    parse_number = number(low=low, high=high)

    def parse(cell: Cell) -> int:
        value: Decimal = parse_number(cell)
        if value != value.to_integral_value():
            raise CellError(
                "not_whole", f"应为整数，而不是 {value}", f"a whole number, not {value}"
            )
        return int(value)

    return parse


def _decimal(cell: Cell) -> Decimal:
    if isinstance(cell, bool):
        raise CellError("not_number", "此处应为数字", "this should be a number")
    if isinstance(cell, date | time | timedelta):
        raise CellError(
            "not_number",
            "表格软件把此处当成了日期，请设为“数字”格式",
            "the spreadsheet holds a date here: format the cell as a number",
        )
    words = _COUNTED.sub("", folded(cell).replace(",", ""))
    try:
        value = Decimal(words)
    except InvalidOperation:
        raise CellError(
            "not_number", f"“{_short(words)}”不是数字", f"“{_short(words)}” is no number"
        ) from None
    if not value.is_finite():
        raise CellError("not_number", "此处应为数字", "this should be a number")
    return value


def _range_words(
    value: Decimal, low: Decimal | int | None, high: Decimal | int | None
) -> tuple[str, str]:
    if high is None:
        return f"{value} 小于下限 {low}", f"{value} is below {low}"
    if low is None:
        return f"{value} 大于上限 {high}", f"{value} is above {high}"
    return f"{value} 不在 {low}—{high} 之间", f"{value} is not between {low} and {high}"


def _short(words: str) -> str:
    return words if len(words) <= 24 else words[:23] + "…"


def day(cell: Cell) -> date:
    """Take 2026-03-01, 2026/3/1, 2026.3.1, 2026年3月1日, 20260301 or a spreadsheet's serial.

    >>> day("2026年3月1日"), day(46082)
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 1))
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if _SERIAL_DAYS[0] <= cell <= _SERIAL_DAYS[1]:
            return (_SERIAL_ZERO + timedelta(days=float(cell))).date()
        cell = as_text(cell)
    words = folded(cell)
    found = _DAY.fullmatch(words)
    parts = found.groups() if found else None
    if parts is None and _PACKED_DAY.fullmatch(words):
        parts = (words[:4], words[4:6], words[6:])
    if parts is None:
        raise CellError(
            "not_day",
            f"“{_short(words)}”不是日期，请写成 2026-03-01",
            f"“{_short(words)}” is no date: write 2026-03-01",
        )
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        raise CellError(
            "no_such_day", f"没有 {_short(words)} 这一天", f"there is no day {_short(words)}"
        ) from None


def clock(cell: Cell) -> time:
    """Take 08:30, 8:30, 8点30分, or a spreadsheet's fraction of a day.

    >>> clock("8点30分"), clock(0.75)
    (datetime.time(8, 30), datetime.time(18, 0))
    """
    if isinstance(cell, datetime):
        return cell.time()
    if isinstance(cell, time):
        return cell
    if isinstance(cell, timedelta):
        cell = cell.total_seconds() / 86_400
    if isinstance(cell, float) and 0 <= cell < 1:
        minutes = round(cell * 1440) % 1440
        return time(minutes // 60, minutes % 60)
    words = folded(cell)
    found = _TIME.fullmatch(words)
    if found and int(found[1]) < 24 and int(found[2] or 0) < 60:
        return time(int(found[1]), int(found[2] or 0))
    raise CellError(
        "not_time",
        f"“{_short(words)}”不是时刻，请写成 08:30",
        f"“{_short(words)}” is no time of day: write 08:30",
    )


def flag(cell: Cell) -> bool:
    """Take 是/否, 有/无, yes/no, true/false, 1/0.

    >>> flag("是"), flag("No")
    (True, False)
    """
    if isinstance(cell, bool):
        return cell
    words = folded(cell)
    if words in _YES:
        return True
    if words in _NO:
        return False
    raise CellError(
        "not_flag",
        f"“{_short(words)}”应为“是”或“否”",
        f"“{_short(words)}” should be yes or no",
    )


def items(*, each: Parser, max_items: int) -> Parser:
    """Take a list whose parts stand between 、，,;| or line breaks; repeats are dropped."""

    def parse(cell: Cell) -> tuple[Any, ...]:
        parts: Sequence[Cell] = cell if isinstance(cell, list) else _SEPARATORS.split(as_text(cell))
        values = tuple(dict.fromkeys(each(part) for part in parts if not is_blank(part)))
        if len(values) > max_items:
            raise CellError(
                "too_many",
                f"最多 {max_items} 项，此处有 {len(values)} 项",
                f"at most {max_items} items, here are {len(values)}",
            )
        return values

    return parse


def choice(meanings: Mapping[str, Any]) -> Parser:
    """Take one of the words of `meanings` (any case, narrow or full width)."""
    known = {
        unicodedata.normalize("NFKC", word).casefold(): value for word, value in meanings.items()
    }
    listed = "、".join(meanings)

    def parse(cell: Cell) -> Any:
        words = folded(cell)
        if words not in known:
            raise CellError(
                "not_a_choice",
                f"“{_short(words)}”应为其中之一：{listed}",
                f"“{_short(words)}” should be one of: {', '.join(meanings)}",
            )
        return known[words]

    return parse
