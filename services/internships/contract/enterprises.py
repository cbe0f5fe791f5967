"""What enterprises declare, and the quota that follows from it, as they travel."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

MeasureName = Literal["staff_total", "staff_on_duty", "staff_same_post"]


class HeadCountIn(BaseModel):
    """A number of people and the day that it was counted."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    measure: MeasureName = Field(
        description="职工总数 (2-3 %), 在岗职工 (10 %), 同类岗位在岗职工 (20 %)"
    )
    post_class: str = Field(default="", max_length=80, description="only for staff_same_post")
    staff: int = Field(ge=0, le=10_000_000)
    counted_on: date
    evidence: str | None = Field(default=None, max_length=300)


class HeadCountsIn(BaseModel):
    """Counts to be added; one of the same measure, kind of post and day is corrected."""

    model_config = ConfigDict(extra="forbid")

    above_designated_size: bool | None = Field(default=None, description="规模以上企业")
    counts: list[HeadCountIn] = Field(default_factory=list[HeadCountIn], max_length=500)


class HeadCountOut(BaseModel):
    """One declared count."""

    measure: MeasureName
    post_class: str
    staff: int
    counted_on: date
    evidence: str | None


class HeadCountsOut(BaseModel):
    """Every declared count, newest first."""

    above_designated_size: bool | None
    counts: list[HeadCountOut]


class InternsElsewhereEntry(BaseModel):
    """Interns beside the platform, from one day to another, both inclusive."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    post_class: str = Field(default="", max_length=80)
    interns: int = Field(ge=0, le=1_000_000)
    from_on: date
    to_on: date


class InternsElsewhereIn(BaseModel):
    """The whole list of interns elsewhere: it replaces the one before."""

    model_config = ConfigDict(extra="forbid")

    entries: list[InternsElsewhereEntry] = Field(max_length=500)


class InternsElsewhereOut(BaseModel):
    """The declared interns elsewhere, newest first."""

    entries: list[InternsElsewhereEntry]


class TextOut(BaseModel):
    """One sentence in both languages."""

    zh: str
    en: str


class ClauseOut(BaseModel):
    """Where a share was read."""

    pack: str
    version: str
    document: str
    number: str
    clause: str


class ClassQuotaOut(BaseModel):
    """The 20 % over one kind of post."""

    post_class: str
    cap20: int | None
    staff_same_post: int | None
    counted_on: date | None
    active: int
    elsewhere: int


class QuotaDayOut(BaseModel):
    """The quota on one day of a range: what a plan of posts is held against."""

    on: date
    cap10: int | None
    active: int
    elsewhere: int
    free: int | None = Field(description="how many more; null without a head count")


class QuotaOut(BaseModel):
    """How many interns an enterprise has on a day, beside what the texts speak of.

    `low` and `high` (2-3 %) are information for the enterprise and the authority, never a cap;
    beyond `cap10` and `cap20` there is a warning, never a refusal.
    """

    enterprise_id: UUID
    on: date
    low: int | None
    high: int | None
    offered: int
    active: int
    elsewhere: int
    cap10: int | None
    same_post: list[ClassQuotaOut]
    dates: dict[str, date]
    clauses: dict[str, ClauseOut]
    missing: dict[str, TextOut]
    warnings: list[TextOut]
