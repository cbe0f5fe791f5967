"""Pay as people write it (“150-200元/天”, “3k-5k”, “1万-1.5万”) in integer fen, never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from shared.sheets.cells import Cell, CellError, Parser, folded

Period = Literal["day", "month"]

# Plausible pay of an intern, in fen. Outside it the unit is wrong far more often than the pay:
# a month's pay in the day column, a day's in the month column, yuan in a fen column.
BOUNDS_FEN: dict[Period, tuple[int, int]] = {
    "day": (1_000, 200_000),  # 10..2,000 yuan a day
    "month": (20_000, 10_000_000),  # 200..100,000 yuan a month
}
_PERIODS: dict[str, Period] = {
    "天": "day",
    "日": "day",
    "day": "day",
    "d": "day",
    "月": "month",
    "month": "month",
    "m": "month",
}
_SCALES = {"": 1, "k": 1_000, "千": 1_000, "w": 10_000, "万": 10_000}
_AMOUNT = r"(\d+(?:\.\d+)?)\s*(k|千|w|万)?\s*元?"
_PAY = re.compile(
    rf"(?:¥|rmb|cny)?\s*{_AMOUNT}(?:\s*[-~—–至到]\s*{_AMOUNT})?"
    r"\s*(?:(?:/|每|per\s)?\s*(天|日|月|小时|时|周|年|day|d|month|m|hour|h|week|year))?"
    r"(?:\s*[·.]\s*\d{2}薪)?"
)
_NOT_SAID = frozenset({"面议", "薪资面议", "negotiable", "tbd"})
_NAMES = {"day": ("日薪", "pay per day"), "month": ("月薪", "pay per month")}


@dataclass(frozen=True, slots=True)
class Pay:
    """A range of pay; `period` is None where the words do not say it. 面议 has no amounts."""

    low_fen: int | None
    high_fen: int | None
    period: Period | None


def parse_pay(cell: Cell) -> Pay:
    """Read an amount or a range with its units.

    >>> parse_pay("150-200元/天")
    Pay(low_fen=15000, high_fen=20000, period='day')
    >>> parse_pay("1-1.5万")
    Pay(low_fen=1000000, high_fen=1500000, period='month')
    """
    words = folded(cell).replace(",", "")
    if words in _NOT_SAID:
        return Pay(None, None, None)
    found = _PAY.fullmatch(words)
    if not found:
        raise CellError(
            "pay_unreadable",
            f"看不懂“{words[:24]}”，请写成 150元/天 或 3000元/月",
            f"“{words[:24]}” is no pay: write 150元/天 or 3000元/月",
        )
    low, low_scale, high, high_scale, period = found.groups()
    scale = _SCALES[low_scale or (high_scale if high else "") or ""]
    low_fen = _fen(low, scale)
    high_fen = _fen(high, _SCALES[high_scale or low_scale or ""]) if high else low_fen
    if high_fen < low_fen:
        raise CellError("pay_reversed", "报酬下限高于上限", "the lower pay is above the higher")
    # Advertisements count pay in thousands by the month only.
    said = _period(period) if period else ("month" if scale > 1 else None)
    return Pay(low_fen, high_fen, said)


def _fen(amount: str, scale: int) -> int:
    return int((Decimal(amount) * scale * 100).to_integral_value())


def _period(word: str) -> Period:
    if word in _PERIODS:
        return _PERIODS[word]
    raise CellError(
        "pay_period_unknown",
        f"平台只记日薪或月薪，请把“{word}”换算后填写",
        f"pay is kept per day or per month: convert it from “{word}”",
    )


def pay_in_yuan(period: Period) -> Parser:
    """Take pay in yuan for a column of one period, and return the lower amount in fen.

    The lower end of a range is what is promised. Words that name another period, and amounts
    that only another period or unit explains, are refused.
    """

    def parse(cell: Cell) -> int | None:
        pay = parse_pay(cell)
        if pay.low_fen is None:
            return None
        if pay.period not in {None, period}:
            raise _other_period(period)
        return check_pay(pay.low_fen, period)

    return parse


def pay_in_fen(period: Period) -> Parser:
    """Take an integer number of fen, and refuse one that is plainly yuan."""

    def parse(cell: Cell) -> int:
        words = folded(cell)
        if isinstance(cell, bool) or not words.isdecimal():
            raise CellError(
                "pay_not_fen",
                "此列以分为单位，应为整数（150 元写作 15000）",
                "this column counts fen, a whole number (150 yuan is 15000)",
            )
        return check_fen(int(words), period)

    return parse


def check_fen(fen: int, period: Period) -> int:
    """Return pay that was told in fen, or refuse an amount that is plainly yuan."""
    low, high = BOUNDS_FEN[period]
    if 0 < fen < low <= fen * 100 <= high:
        raise CellError(
            "pay_unit",
            f"此处以分为单位，{fen} 分只有 {fen / 100:.2f} 元；如为 {fen} 元请写 {fen * 100}",
            f"this counts fen and {fen} fen is {fen / 100:.2f} yuan; "
            f"write {fen * 100} for {fen} yuan",
        )
    return check_pay(fen, period)


def check_pay(fen: int, period: Period) -> int:
    """Return `fen`, or refuse an amount that only another unit explains; 0 is unpaid."""
    low, high = BOUNDS_FEN[period]
    if fen == 0 or low <= fen <= high:
        return fen
    zh, en = _NAMES[period]
    other = "month" if period == "day" else "day"
    hint_zh, hint_en = _NAMES[other]
    yuan = Decimal(fen) / 100
    raise CellError(
        "pay_unit",
        f"{zh} {yuan} 元不在 {low // 100}—{high // 100} 元之间，是否把{hint_zh}或分填在了这里？",
        f"{en} of {yuan} yuan is not within {low // 100}..{high // 100}: "
        f"is this {hint_en}, or fen?",
    )


def _other_period(period: Period) -> CellError:
    zh, en = _NAMES[period]
    other_zh, other_en = _NAMES["month" if period == "day" else "day"]
    return CellError(
        "pay_unit",
        f"此列是{zh}，填写的却是{other_zh}；请填到“{other_zh}”列",
        f"this column is {en}, but the cell says {other_en}: put it into that column",
    )


def any_pay(cell: Cell) -> Pay:
    """Take pay of either period from one column; the words, or the amount alone, must say which.

    Raises CellError `pay_period_missing` for an amount that could be either.
    """
    pay = parse_pay(cell)
    if pay.low_fen is None:
        return pay
    period = pay.period or _only_period(pay.low_fen)
    if period is None:
        raise CellError(
            "pay_period_missing",
            "请写明是每天还是每月，如 150元/天、3000元/月",
            "say whether per day or per month, such as 150元/天 or 3000元/月",
        )
    return Pay(check_pay(pay.low_fen, period), pay.high_fen, period)


def _only_period(fen: int) -> Period | None:
    bounds = BOUNDS_FEN.items()
    possible: list[Period] = [name for name, (low, high) in bounds if low <= fen <= high]
    return possible[0] if len(possible) == 1 else None
