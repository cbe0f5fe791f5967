"""What a search for posts asks for, and the buckets that its facets count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.catalogues.parts import part_name
from shared.kernel.errors import Text

# Lower ends of the pay buckets, in fen a month.
PAY_BUCKETS_FEN = (0, 100_000, 200_000, 300_000, 500_000)


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
    name = part_name(facet, value)
    return Text(name, name)
