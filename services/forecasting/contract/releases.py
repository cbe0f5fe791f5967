"""Released figures as they travel: employment by major and by industry, small cells hidden."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

ReleaseKindName = Literal["outcomes", "industry_status", "market", "fit"]


class LabourReleaseIn(BaseModel):
    """What to release: outcomes or fit of a year (2026), industries or market of a quarter."""

    model_config = ConfigDict(extra="forbid")

    kind: ReleaseKindName
    region: str = Field(pattern=r"^\d{2}(\d{2}){0,2}$", description="GB/T 2260")
    period: str = Field(pattern=r"^\d{4}(Q[1-4])?$", examples=["2026", "2026Q1"])


class LabourReleaseOut(BaseModel):
    """One release: who published it, when, and by which rules cells were hidden."""

    id: UUID
    org_name: str
    kind: str
    region_code: str
    period: str
    facts: dict[str, Any]
    published_at: datetime


class LabourReleasesOut(BaseModel):
    """The newest release of each place, period and publisher."""

    items: list[LabourReleaseOut]


class OutcomeOut(BaseModel):
    """Graduates of one major, at one school or ("") in the whole region; null: hidden."""

    release_id: UUID
    org_name: str
    region_code: str
    year: int
    school_name: str
    graduates: int | None
    counts: dict[str, int | None]
    employment_share: float | None
    local_share: float | None
    relevant_share: float | None
    pay_fen_month: int | None
    suppressed: bool
    schools: int
    definitions: list[str]
    counted_on: list[date]
    sources: list[str]
    published_at: datetime


class OutcomesOut(BaseModel):
    """Employment by major, with what hid cells and how destinations are defined."""

    major_code: str
    major_name: str
    rule: dict[str, Any] | None
    items: list[OutcomeOut]


class MajorOutcomeOut(OutcomeOut):
    """Graduates of one major among all majors of a release."""

    major_code: str
    major_name: str


class MajorOutcomesOut(BaseModel):
    """Employment of every major that was released for a place and year."""

    rule: dict[str, Any] | None
    items: list[MajorOutcomeOut]


class IndustryStatusOut(BaseModel):
    """One industry in one quarter; null: hidden, or not reported."""

    release_id: UUID
    org_name: str
    region_code: str
    period: str
    industry_code: str
    industry_name: str
    enterprises: int | None
    headcount: int | None
    hired: int | None
    departed: int | None
    vacancies: int | None
    pay_fen_month: int | None
    suppressed: bool
    source: str
    counted_on: date
    published_at: datetime


class IndustryStatusesOut(BaseModel):
    """Employment by industry."""

    rule: dict[str, Any] | None
    items: list[IndustryStatusOut]


class SeekerRatioOut(BaseModel):
    """求人倍率 of one occupation in one quarter; null: hidden, or nobody was registered."""

    release_id: UUID
    org_name: str
    region_code: str
    quarter: str
    occupation_code: str
    occupation_name: str
    posts: int | None
    seekers: int | None
    value: float | None
    suppressed: bool
    sources: list[str]
    counted_on: list[date]
    published_at: datetime


class SeekerRatiosOut(BaseModel):
    """Posts per registered seeker; another figure than openings per entrant (gap)."""

    rule: dict[str, Any] | None
    items: list[SeekerRatioOut]


class FitMajorOut(BaseModel):
    """A major that serves an industry, with the part of its enrolment that does."""

    major_class: str
    major_code: str
    major_name: str
    enrolled: float


class FitIndustryOut(BaseModel):
    """One named industry; null: not measured, since its classes or figures are not known."""

    key: str
    name_zh: str
    name_en: str
    clause: str
    major_classes: list[str]
    industry_codes: list[str]
    enrolled: float | None
    employed: int | None
    majors: list[FitMajorOut]


class FitOut(BaseModel):
    """The fit of a region's majors with the industries that its document names."""

    region_code: str
    region_name: str
    pack: str
    document: str | None
    reading_zh: str
    reading_en: str
    period: str | None
    score: float | None
    compared: int
    named: int
    coverage: float | None
    entry_year: int | None
    enrolled_total: int | None
    industries: list[FitIndustryOut]
    published_at: datetime | None
