"""Posts as they travel."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

PostStateName = Literal["draft", "published", "closed"]
KindName = Literal["orientation", "on_post"]
LevelName = Literal["block", "review", "warn", "info", "clear"]
HazardName = Literal[
    "high_altitude", "underground", "radioactive", "toxic", "flammable_explosive", "other_high_risk"
]

_Code = Annotated[str, Field(max_length=80)]
_Title = Field(min_length=1, max_length=200)
_Text = Field(max_length=20_000)
_Seats = Field(ge=0, le=100_000, description="0 is a post without seats now")
_Fen = Field(default=None, ge=0, le=100_000_000)
_HOURS = Field(default=None, ge=0, le=24, max_digits=4, decimal_places=2)
_DAYS = Field(default=None, ge=0, le=7, max_digits=3, decimal_places=1)
_RATIO = Field(default=None, gt=0, le=999, max_digits=5, decimal_places=2)
_REGION = Field(min_length=2, max_length=40, description="GB/T 2260 code, or the whole name")


class WagesIn(BaseModel):
    """The enterprise's own wages for this work: private, for the check of article 18 only."""

    model_config = ConfigDict(extra="forbid")

    reference_fen_month: int | None = _Fen
    lowest_grade_fen_month: int | None = _Fen


class _OptionalTerms(BaseModel):
    """What may be left undeclared; a rule that needs it is then skipped, and says so."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    apply_until: date | None = None
    site_id: UUID | None = Field(default=None, description="one of the enterprise's sites (厂区)")
    address: str | None = Field(default=None, max_length=300)
    post_class: str | None = Field(
        default=None, max_length=80, description="同类岗位: what the 20 % is counted over"
    )
    occupation_code: _Code | None = Field(default=None, description="职业分类大典 code or name")
    industry_code: _Code | None = Field(default=None, description="GB/T 4754 code or name")
    major_codes: list[_Code] = Field(
        default_factory=list[str], max_length=200, description="codes, names or classes of majors"
    )
    skills: list[Annotated[str, Field(min_length=1, max_length=80)]] = Field(
        default_factory=list[str], max_length=50
    )
    typical_tasks: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        default_factory=list[str], max_length=50
    )
    pay_fen_day: int | None = _Fen
    pay_fen_month: int | None = _Fen
    pay_cycle_days: int | None = Field(default=None, ge=1, le=366)
    pay_method: Literal["money", "goods", "voucher"] | None = None
    payee: Literal["student", "school", "third_party"] | None = None
    hours_day: Decimal | None = _HOURS
    days_week: Decimal | None = _DAYS
    shift_start: time | None = None
    shift_end: time | None = None
    works_night: bool | None = None
    works_rest_days: bool | None = None
    works_overtime: bool | None = None
    hazards: list[HazardName] | None = Field(
        default=None, max_length=6, description="null: not declared; empty: there are none"
    )
    intensity: Literal["I", "II", "III", "IV"] | None = None
    venue: str | None = Field(default=None, max_length=40)
    organiser_kind: Literal["school", "self_arranged", "broker", "labour_dispatch"] = "school"
    mentor_ratio: Decimal | None = _RATIO
    lodging: bool | None = None
    meals: bool | None = None
    special_filing_no: str | None = Field(default=None, max_length=80, description="备案号")
    suits_minors: bool | None = Field(
        default=None,
        description="what a person found against the list for minor workers; null: not compared",
    )


class PostTermsIn(_OptionalTerms):
    """What an enterprise declares of a post."""

    title: str = _Title
    description: str = _Text
    kind: KindName
    region_code: str = _REGION
    seats: int = _Seats
    start_on: date
    end_on: date
    wages: WagesIn | None = None


class PostIn(PostTermsIn):
    """A new post: kept as a draft, or published at once where nothing stops it."""

    publish: bool = False


class PostPatch(_OptionalTerms):
    """Fields of a post to be changed; those not sent stay."""

    title: str = Field(default="", min_length=1, max_length=200)
    description: str = Field(default="", max_length=20_000)
    kind: KindName = "on_post"
    region_code: str = Field(default="", min_length=2, max_length=40)
    seats: int = Field(default=0, ge=0, le=100_000)
    start_on: date = date.min
    end_on: date = date.min
    wages: WagesIn | None = None


class ReleasedOut(BaseModel):
    """Why and when a named person let a finding pass."""

    reason: str
    at: datetime


class FindingOut(BaseModel):
    """One thing that a rule has to say."""

    rule: str
    level: Literal["block", "review", "warn", "info", "skipped"]
    message_zh: str
    message_en: str
    clause: str
    document: str
    pack: str
    version: str
    confirmation: str
    facts: dict[str, Any]
    releasable: bool
    level_reason_zh: str | None
    level_reason_en: str | None
    released: ReleasedOut | None


class PassedOut(BaseModel):
    """A rule that was checked and holds."""

    rule: str
    clause: str
    document: str


class ReportOut(BaseModel):
    """The compliance report: every rule is stated once."""

    level: LevelName
    pack: str
    version: str
    on: date
    findings: list[FindingOut]
    skipped: list[FindingOut]
    passed: list[PassedOut]


class _PostFields(BaseModel):
    id: UUID
    org_id: UUID
    enterprise_name: str
    title: str
    kind: KindName
    region_code: str
    post_class: str | None
    occupation_code: str | None
    industry_code: str | None
    major_codes: list[str]
    seats: int
    seats_left: int
    pay_fen_day: int | None
    pay_fen_month: int | None
    days_week: float | None
    start_on: date
    end_on: date
    apply_until: date | None
    state: PostStateName
    report_level: LevelName | None
    published_at: datetime | None


class PostBrief(_PostFields):
    """A post in a list."""


class PostOut(_PostFields):
    """A post in full; `wages` is shown to its enterprise only."""

    description: str
    site_id: UUID | None
    address: str | None
    skills: list[str]
    typical_tasks: list[str]
    pay_cycle_days: int | None
    pay_method: str | None
    payee: str | None
    hours_day: float | None
    shift_start: time | None
    shift_end: time | None
    works_night: bool | None
    works_rest_days: bool | None
    works_overtime: bool | None
    hazards: list[str] | None
    intensity: str | None
    venue: str | None
    organiser_kind: str
    mentor_ratio: float | None
    lodging: bool | None
    meals: bool | None
    special_filing_no: str | None
    suits_minors: bool | None = None
    source: str
    cloned_from: UUID | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    version: int
    wages: WagesIn | None
    report: ReportOut | None


class ReleaseIn(BaseModel):
    """A named person's decision that a finding does not stop the post."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    rule: str = Field(min_length=1, max_length=16)
    reason: str = Field(min_length=10, max_length=2000)


class ReleaseOut(BaseModel):
    """A release as it is kept."""

    id: UUID
    rule: str
    reason: str
    released_by: UUID
    released_by_name: str
    released_at: datetime


class ReleasesOut(BaseModel):
    """Every release of one post, for its enterprise."""

    items: list[ReleaseOut]


class FacetValueOut(BaseModel):
    """One value of a facet and how many of the posts found have it."""

    value: str
    name_zh: str
    name_en: str
    count: int


class FacetsOut(BaseModel):
    """How the posts found are spread; each list holds the next finer level of its codes."""

    found: int
    region: list[FacetValueOut]
    industry: list[FacetValueOut]
    occupation: list[FacetValueOut]
    major: list[FacetValueOut]
    kind: list[FacetValueOut]
    level: list[FacetValueOut]
    pay: list[FacetValueOut]
    days: list[FacetValueOut]
    seats: list[FacetValueOut]
