"""Forecasts of other bodies: what is taken, and how they are scored beside ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.forecasting.domain.cell import DIMENSIONS, Cell, CodeUnknownError, code_named
from services.forecasting.domain.period import parse_period, period_words
from shared.kernel.errors import DomainError, Fault, InvalidInputError, Text
from shared.sheets.cells import CellError

PERIODS_AHEAD_MAX = 36
# A clock may go a little before ours.
_CLOCK_DIFFERENCE = timedelta(minutes=5)


class SubmissionFutureError(DomainError):
    """This forecast says that it was made in the future."""

    code = "submission_from_future"
    title_zh = "预测的作出时间在当前时间之后"
    mend = Text(
        "made_at 为 {made_at}，现在是 {now}；请填写实际作出预测的时间。",
        "made_at is {made_at} and it is {now} now: say when the forecast was made.",
    )


class Wanted(NamedTuple):
    """One row as it is kept."""

    cell: Cell
    period: int
    p10: float | None
    p50: float
    p90: float | None


@dataclass(frozen=True, slots=True)
class Frame:
    """What a submission is measured by: frequency and last known period of its dataset."""

    frequency: str
    origin: int


def expect_made(made_at: datetime, now: datetime) -> None:
    """Refuse a forecast that was not made yet; raises SubmissionFutureError."""
    if made_at > now + _CLOCK_DIFFERENCE:
        raise SubmissionFutureError(made_at=made_at.isoformat(), now=now.isoformat())


def read_rows(
    rows: Sequence[Mapping[str, Any]], frame: Frame, *, known: Callable[[Cell], bool]
) -> list[Wanted]:
    """Return the rows with codes and periods read; raises InvalidInputError with every fault."""
    found: list[Wanted] = []
    faults: list[Fault] = []
    seen: dict[tuple[Cell, int], int] = {}
    for place, row in enumerate(rows):
        try:
            wanted = _read(row, frame)
        except _RowError as error:
            faults.append(Fault(error.code, error.said, pointer=f"/rows/{place}/{error.name}"))
            continue
        first = seen.setdefault((wanted.cell, wanted.period), place)
        if first != place:
            said = Text(f"与第 {first + 1} 项重复", f"the same cell and period as /rows/{first}")
            faults.append(Fault("repeated", said, pointer=f"/rows/{place}"))
        elif not known(wanted.cell):
            said = Text(
                "平台没有该组合的序列，无法评分",
                "the dataset has no such cell: it cannot be scored",
            )
            faults.append(Fault("cell_unknown", said, pointer=f"/rows/{place}"))
        found.append(wanted)
    if faults:
        raise InvalidInputError(faults=faults[:100])
    return found


class _RowError(Exception):
    def __init__(self, code: str, said: Text, name: str) -> None:
        super().__init__(code)
        self.code = code
        self.said = said
        self.name = name


def _read(row: Mapping[str, Any], frame: Frame) -> Wanted:
    codes: list[str] = []
    for name in DIMENSIONS:
        try:
            codes.append(code_named(name, row[name].upper()))
        except CodeUnknownError as error:
            said = Text(error.detail("zh"), error.detail("en"))
            raise _RowError("code_unknown", said, name) from error
    period = _period(row["period"], frame)
    _expect_order(row)
    return Wanted(Cell(*codes), period, row["p10"], row["p50"], row["p90"])


def _period(words: str, frame: Frame) -> int:
    try:
        period = parse_period(words)
    except CellError as error:
        raise _RowError(error.code, error.text, "period") from error
    if period.frequency != frame.frequency:
        said = Text("时期与数据集的频率不同", "the period is not of the dataset's frequency")
        raise _RowError("frequency_mixed", said, "period")
    newest = period_words(frame.frequency, frame.origin)
    if period.ordinal <= frame.origin:
        said = Text(
            f"该时期的实际值已公布（最近一期 {newest}），不再接受预测",
            f"the number of this period is known already (the newest is {newest})",
        )
        raise _RowError("period_known", said, "period")
    if period.ordinal > frame.origin + PERIODS_AHEAD_MAX:
        said = Text(
            f"最多预测到 {newest} 之后 {PERIODS_AHEAD_MAX} 期",
            f"at most {PERIODS_AHEAD_MAX} periods after {newest}",
        )
        raise _RowError("period_too_far", said, "period")
    return period.ordinal


def _expect_order(row: Mapping[str, Any]) -> None:
    low, high = row["p10"], row["p90"]
    if (low is None) != (high is None):
        said = Text("p10 与 p90 须同时给出", "give p10 and p90 together, or neither")
        raise _RowError("interval_half", said, "p10" if low is None else "p90")
    if low is not None and high is not None and not low <= row["p50"] <= high:
        said = Text("应有 p10 ≤ p50 ≤ p90", "p10 <= p50 <= p90 is needed")
        raise _RowError("quantiles_crossed", said, "p50")


class Told(NamedTuple):
    """One method's word on a cell and period that are known by now."""

    horizon: int
    actual: float
    p10: float | None
    p50: float
    p90: float | None


def score(method: str, told: Sequence[Told]) -> list[dict[str, Any]]:
    """Return the scores of a method: over all periods ahead, then over each.

    >>> rows = score("naive", [Told(1, 10.0, None, 8.0, None), Told(2, 10.0, None, 13.0, None)])
    >>> [(row["horizon"], row["mae"], row["wape"]) for row in rows]
    [(None, 2.5, 0.25), (1, 2.0, 0.2), (2, 3.0, 0.3)]
    """
    if not told:
        return []
    horizons = sorted({each.horizon for each in told})
    parts = [(None, told), *((h, [each for each in told if each.horizon == h]) for h in horizons)]
    return [_score(method, horizon, part) for horizon, part in parts]


def _score(method: str, horizon: int | None, told: Sequence[Told]) -> dict[str, Any]:
    count = len(told)
    errors = [each.p50 - each.actual for each in told]
    total = sum(each.actual for each in told)
    ranged = [each for each in told if each.p10 is not None and each.p90 is not None]
    return {
        "method": method,
        "horizon": horizon,
        "cells": count,
        "mae": sum(map(abs, errors)) / count,
        "wape": sum(map(abs, errors)) / total if total else None,
        "bias": sum(errors) / count,
        "pinball": _mean([_pinball(each) for each in ranged]),
        "coverage_80": _mean([float(_inside(each)) for each in ranged]),
    }


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _inside(told: Told) -> bool:
    assert told.p10 is not None
    assert told.p90 is not None
    return told.p10 <= told.actual <= told.p90


def _pinball(told: Told) -> float:
    """Return the mean quantile loss at 10, 50 and 90 per cent."""
    losses = [
        max(level * (told.actual - value), (level - 1) * (told.actual - value))
        for level, value in ((0.1, told.p10), (0.5, told.p50), (0.9, told.p90))
        if value is not None
    ]
    return sum(losses) / len(losses)
