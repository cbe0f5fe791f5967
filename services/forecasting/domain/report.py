"""Reported rows: each checked by itself, with the fault of each wrong cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.forecasting.domain.organisation import Organisation, lies_within
from services.forecasting.domain.report_columns import DESTINATIONS, EMPLOYED, Form
from shared.kernel.errors import Fault, Text
from shared.sheets import Sheet

_Wrong = tuple[str | None, str, Text]


@dataclass(frozen=True, slots=True)
class CheckedReport:
    """What became of a file's rows."""

    rows: list[dict[str, Any]]
    faults: list[Fault]


def check_report(sheet: Sheet, form: Form, sender: Organisation, *, today: date) -> CheckedReport:
    """Check every row: the sender's place, the days, the sums, and that no row stands twice."""
    rows: list[dict[str, Any]] = []
    faults = list(sheet.faults)
    seen: dict[tuple[Any, ...], int] = {}
    for row in sheet.rows:
        values = _settled(row.values, form, sender)
        wrong = _wrong_in(values, form, sender, today)
        key = tuple(values.get(name) for name in form.key)
        first = seen.setdefault(key, row.number)
        if first != row.number:
            said = Text(f"与第 {first} 行重复", f"the same as in row {first}")
            wrong.append((form.key[-1], "repeated", said))
        faults += [
            sheet.fault(row.number, name, code=code, text=said) for name, code, said in wrong
        ]
        if not wrong:
            rows.append(_stored(values, form))
    faults.sort(key=lambda fault: fault.row or 0)
    return CheckedReport(rows, faults)


def _settled(told: Mapping[str, Any], form: Form, sender: Organisation) -> dict[str, Any]:
    """Fill in what follows from the sender: a school reports of itself, at its place."""
    values = dict(told)
    if values.get("region_code") is None:
        values["region_code"] = sender.region_code
    if "school_name" in form.key and sender.kind == "school":
        values["school_id"] = sender.id
        values["school_name"] = values.get("school_name") or sender.name
    return values


def _wrong_in(
    values: Mapping[str, Any], form: Form, sender: Organisation, today: date
) -> list[_Wrong]:
    wrong = _wrong_place(values, form, sender)
    if values["counted_on"] > today:
        said = Text("统计日期不能晚于今天", "this day is in the future")
        wrong.append(("counted_on", "day_in_future", said))
    wrong += _wrong_period(values, today)
    if form.kind == "destinations":
        wrong += _wrong_sums(values)
    return wrong


def _wrong_place(values: Mapping[str, Any], form: Form, sender: Organisation) -> list[_Wrong]:
    wrong: list[_Wrong] = []
    region = values.get("region_code")
    if region is None:
        said = Text("请填写行政区划代码", "the region is missing")
        wrong.append(("region_code", "region_missing", said))
    elif sender.kind == "authority" and not lies_within(region, sender.region_code or "none"):
        said = Text("该地区不在您的管辖范围", "this place is not in your jurisdiction")
        wrong.append(("region_code", "region_not_yours", said))
    if "school_name" in form.key:
        if not values.get("school_name"):
            said = Text("请填写学校名称", "the school's name is missing")
            wrong.append(("school_name", "school_missing", said))
        elif sender.kind == "school" and values["school_name"] != sender.name:
            said = Text("学校只能报送本校数据", "a school reports of itself only")
            wrong.append(("school_name", "school_not_yours", said))
    return wrong


def _wrong_period(values: Mapping[str, Any], today: date) -> list[_Wrong]:
    for name in ("year", "entry_year"):
        if name in values and values[name] > today.year:
            said = Text("年份不能晚于今年", "this year is in the future")
            return [(name, "year_in_future", said)]
    quarter = values.get("quarter")
    if quarter is not None and quarter > quarter_of(today):
        said = Text("季度不能晚于本季度", "this quarter is in the future")
        return [("quarter", "quarter_in_future", said)]
    return []


def _wrong_sums(values: Mapping[str, Any]) -> list[_Wrong]:
    wrong: list[_Wrong] = []
    total = sum(values.get(name) or 0 for name in DESTINATIONS)
    if total != values["graduates"]:
        said = Text(
            f"各类去向合计 {total}，与毕业生人数 {values['graduates']} 不符",
            f"the destinations add up to {total}, not to {values['graduates']} graduates",
        )
        wrong.append(("graduates", "sum_differs", said))
    employed = sum(values.get(name) or 0 for name in EMPLOYED)
    for name in ("employed_local", "employed_relevant"):
        if (values.get(name) or 0) > employed:
            said = Text(f"多于就业人数 {employed}", f"more than the {employed} employed")
            wrong.append((name, "more_than_whole", said))
    return wrong


def _stored(values: Mapping[str, Any], form: Form) -> dict[str, Any]:
    row = {name: value for name, value in values.items() if name not in DESTINATIONS}
    if form.kind == "destinations":
        row["counts"] = {name: int(values.get(name) or 0) for name in DESTINATIONS}
    if "pay_yuan_month" in row:
        yuan = row.pop("pay_yuan_month")
        row["pay_fen_month"] = None if yuan is None else int(yuan * 100)
    return row


def quarter_of(day: date) -> str:
    """Return the quarter that a day lies in.

    >>> quarter_of(date(2026, 5, 1))
    '2026Q2'
    """
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarter_number(quarter: str) -> int:
    """Return the number of a quarter since the year 0: neighbours differ by one.

    >>> quarter_number("2026Q1") - quarter_number("2025Q4")
    1
    """
    return int(quarter[:4]) * 4 + int(quarter[5]) - 1


def sender_of(org_id: UUID, facts: Mapping[str, Any]) -> Organisation:
    """Return the sender as a job's input kept it."""
    return Organisation(
        id=org_id,
        kind=facts["kind"],
        name=facts["name"],
        region_code=facts["region_code"],
        industry_code=None,
        verified=True,
    )
