"""An internship post: what the enterprise declares, its states, and what must hold of any of it.

States: draft -> published -> closed. A draft is seen by its enterprise only; what was published
stays readable after it closes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from services.internships.domain.facts import (
    Hazard,
    Intensity,
    InternshipKind,
    OrganiserKind,
    Payee,
    PayMethod,
    PostFacts,
)
from services.internships.domain.state_words import POST_STATES
from shared.kernel.errors import ConflictError, Fault, NotFoundError, Text
from shared.sheets import CellError
from shared.sheets.pay import check_fen


class PostState(StrEnum):
    """Where a post stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class PostNotFoundError(NotFoundError):
    """There is no such post."""

    code = "post_not_found"
    title_zh = "没有该岗位"


class PostNotDraftError(ConflictError):
    """Only a draft can be published."""

    code = "post_not_draft"
    title_zh = "只有草稿可以发布"
    words = POST_STATES
    mend = Text(
        "该岗位现为 {state}。如需重新发布，请先复制为新草稿。",
        "The post is {state} now. Clone it to a new draft to publish it again.",
    )


class PostNotPublishedError(ConflictError):
    """Only a published post can be closed."""

    code = "post_not_published"
    title_zh = "只有已发布的岗位可以关闭"
    words = POST_STATES
    mend = Text("该岗位现为 {state}。", "The post is {state} now.")


class PostClosedError(ConflictError):
    """A closed post does not change."""

    code = "post_closed"
    title_zh = "已关闭的岗位不能修改"
    mend = Text(
        "请复制为新草稿后修改。",
        "Clone it to a new draft and change that.",
    )


class PostOverError(ConflictError):
    """The post's last day is past."""

    code = "post_over"
    title_zh = "岗位的结束日期已过"
    mend = Text(
        "结束日期为 {end_on}；请修改日期后再发布。",
        "It ended on {end_on}: change the dates and publish it again.",
    )


class PostDeadlinePastError(ConflictError):
    """Nobody could apply any more: the post's deadline is past."""

    code = "post_deadline_past"
    title_zh = "岗位的报名截止日期已过"
    mend = Text(
        "报名截止日期为 {apply_until}；请改到今天或以后（或留空），再发布。",
        "Applications closed on {apply_until}: move the deadline to today or later, or leave it "
        "empty, and publish it again.",
    )


class SeatsTakenError(ConflictError):
    """Schools' batches hold more seats than that."""

    code = "seats_taken"
    title_zh = "名额少于已分配给学校批次的数量"
    mend = Text(
        "已有 {taken} 个名额分配给学校批次；请先与学校协商调整。",
        "Batches of schools hold {taken} seats: agree with the schools first.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PostTerms:
    """What the enterprise declares of a post; None is "not declared". Money in fen."""

    title: str
    description: str
    kind: InternshipKind
    region_code: str
    seats: int
    start_on: date
    end_on: date
    apply_until: date | None = None
    site_id: UUID | None = None
    address: str | None = None
    post_class: str | None = None
    occupation_code: str | None = None
    industry_code: str | None = None
    major_codes: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    typical_tasks: tuple[str, ...] = ()
    pay_fen_day: int | None = None
    pay_fen_month: int | None = None
    pay_cycle_days: int | None = None
    pay_method: PayMethod | None = None
    payee: Payee | None = None
    hours_day: Decimal | None = None
    days_week: Decimal | None = None
    shift_start: time | None = None
    shift_end: time | None = None
    works_night: bool | None = None
    works_rest_days: bool | None = None
    works_overtime: bool | None = None
    hazards: tuple[Hazard, ...] | None = None
    intensity: Intensity | None = None
    venue: str | None = None
    organiser_kind: OrganiserKind = OrganiserKind.SCHOOL
    mentor_ratio: Decimal | None = None
    lodging: bool | None = None
    meals: bool | None = None
    special_filing_no: str | None = None
    suits_minors: bool | None = None

    _ENUMS: ClassVar[Mapping[str, type[StrEnum]]] = {
        "kind": InternshipKind,
        "pay_method": PayMethod,
        "payee": Payee,
        "intensity": Intensity,
        "organiser_kind": OrganiserKind,
    }
    _LISTS: ClassVar[frozenset[str]] = frozenset({"major_codes", "skills", "typical_tasks"})

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> PostTerms:
        """Return terms from plain values: texts for choices, lists for tuples."""
        own = {name: values[name] for name in TERMS if name in values}
        for name, enum in cls._ENUMS.items():
            if own.get(name) is not None:
                own[name] = enum(own[name])
        for name in cls._LISTS & own.keys():
            own[name] = tuple(own[name] or ())
        if own.get("hazards") is not None:
            own["hazards"] = tuple(Hazard(hazard) for hazard in own["hazards"])
        return cls(**own)

    def to_values(self) -> dict[str, Any]:
        """Return the terms as plain values, as they are stored."""
        values = {name: getattr(self, name) for name in TERMS}
        for name, value in values.items():
            if isinstance(value, StrEnum):
                values[name] = value.value
            elif isinstance(value, tuple):
                values[name] = [str(part) for part in value]
        return values


TERMS: tuple[str, ...] = tuple(field.name for field in fields(PostTerms))


@dataclass(frozen=True, slots=True)
class Wages:
    """What the enterprise pays its own people in this post: declared privately (article 18)."""

    reference_fen_month: int | None = None
    lowest_grade_fen_month: int | None = None

    @property
    def declared(self) -> bool:
        """Whether either figure is known."""
        return self.reference_fen_month is not None or self.lowest_grade_fen_month is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One stored post."""

    id: UUID
    org_id: UUID
    enterprise_name: str
    terms: PostTerms
    state: PostState
    source: str
    cloned_from: UUID | None
    report: Mapping[str, Any] | None
    report_level: str | None
    created_by: UUID
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    closed_at: datetime | None
    version: int
    seats_left: int


def facts_of(terms: PostTerms, wages: Wages, *, interns_same_post: int = 0) -> PostFacts:
    """Return the post as the rules look at it."""
    ratio = terms.mentor_ratio
    return PostFacts(
        kind=terms.kind,
        seats=terms.seats,
        start_on=terms.start_on,
        end_on=terms.end_on,
        occupation_code=terms.occupation_code,
        major_codes=terms.major_codes,
        industry_code=terms.industry_code,
        organiser=terms.organiser_kind,
        pay_fen_day=terms.pay_fen_day,
        pay_fen_month=terms.pay_fen_month,
        pay_cycle_days=terms.pay_cycle_days,
        pay_method=terms.pay_method,
        payee=terms.payee,
        wage_reference_fen_month=wages.reference_fen_month,
        wage_lowest_grade_fen_month=wages.lowest_grade_fen_month,
        hours_day=terms.hours_day,
        days_week=terms.days_week,
        shift_start=terms.shift_start,
        shift_end=terms.shift_end,
        works_night=terms.works_night,
        works_rest_days=terms.works_rest_days,
        works_overtime=terms.works_overtime,
        hazards=terms.hazards,
        intensity=terms.intensity,
        special_filing_no=terms.special_filing_no,
        suits_minors=terms.suits_minors,
        typical_tasks=terms.typical_tasks,
        students_per_mentor=None if ratio is None else int(ratio.to_integral_value(ROUND_CEILING)),
        interns_same_post=interns_same_post,
        texts=tuple(
            text
            for text in (terms.title, terms.description, terms.venue, *terms.typical_tasks)
            if text
        ),
    )


# No internship begins before the rules did, and none outlasts the schooling.
_FIRST_YEAR = 2016
_LONGEST_YEARS = 5
_LONGEST = timedelta(days=366 * _LONGEST_YEARS)


@dataclass(frozen=True, slots=True)
class TermFault:
    """One field that contradicts another or cannot be meant."""

    field: str
    code: str
    text: Text


def expect_not_over(terms: PostTerms, today: date) -> None:
    """Refuse to publish a post whose last day, or whose deadline for applications, is past."""
    if terms.end_on < today:
        end_on = terms.end_on.isoformat()
        said = Text(f"结束日期 {end_on} 已过", f"the end {end_on} is past")
        raise PostOverError(faults=[Fault("past", said, pointer="/end_on")], end_on=end_on)
    if terms.apply_until is not None and terms.apply_until < today:
        until = terms.apply_until.isoformat()
        said = Text(f"报名截止日期 {until} 已过", f"the deadline {until} is past")
        fault = Fault("past", said, pointer="/apply_until")
        raise PostDeadlinePastError(faults=[fault], apply_until=until)


def is_over(terms: PostTerms, today: date) -> bool:
    """Return whether a post would be refused as over."""
    return min(terms.end_on, terms.apply_until or terms.end_on) < today


def check_terms(terms: PostTerms) -> list[TermFault]:
    """Return what is wrong with the terms in themselves, before any rule is asked."""
    return [
        *check_dates(terms.start_on, terms.end_on, terms.apply_until),
        *_check_amounts(terms),
    ]


def check_dates(
    start_on: date | None, end_on: date | None, apply_until: date | None
) -> list[TermFault]:
    """Return what is wrong among a post's dates, as far as they are known."""
    if start_on is not None and start_on.year < _FIRST_YEAR:
        said = Text(f"开始日期 {start_on} 的年份有误", f"check the year of the start {start_on}")
        return [TermFault("start_on", "date_implausible", said)]
    if (
        start_on is not None
        and end_on is not None
        and not start_on <= end_on <= start_on + _LONGEST
    ):
        return [_wrong_end(start_on, end_on)]
    if end_on is not None and apply_until is not None and apply_until > end_on:
        said = Text(
            f"报名截止 {apply_until} 晚于结束日期 {end_on}",
            f"applications until {apply_until}, after the end {end_on}",
        )
        return [TermFault("apply_until", "dates_reversed", said)]
    return []


def _wrong_end(start_on: date, end_on: date) -> TermFault:
    """Return the fault of an end before the start, or of an internship of decades (2077)."""
    if end_on < start_on:
        said = Text(
            f"结束日期 {end_on} 早于开始日期 {start_on}",
            f"the end {end_on} is before the start {start_on}",
        )
        return TermFault("end_on", "dates_reversed", said)
    said = Text(
        f"从 {start_on} 到 {end_on} 超过 {_LONGEST_YEARS} 年，请核对年份",
        f"{start_on} to {end_on} is over {_LONGEST_YEARS} years: check the years",
    )
    return TermFault("end_on", "date_implausible", said)


def _check_amounts(terms: PostTerms) -> list[TermFault]:
    faults: list[TermFault] = []
    for field, period in (("pay_fen_day", "day"), ("pay_fen_month", "month")):
        amount: int | None = getattr(terms, field)
        if amount is None:
            continue
        try:
            check_fen(amount, "day" if period == "day" else "month")
        except CellError as error:
            faults.append(TermFault(field, error.code, error.text))
    if terms.seats < 0:
        said = Text("人数不能为负", "seats cannot be negative")
        faults.append(TermFault("seats", "seats_negative", said))
    return faults
