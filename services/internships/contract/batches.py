"""Batches as they travel: what a school decides, what it offers, who is in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Kind = Literal["orientation", "on_post"]
Mode = Literal["cleared", "mutual_choice", "assigned", "self_arranged"]
State = Literal["draft", "open", "closed", "proposed", "published", "finished"]
_MAJOR = r"^[0-9A-Z-]{2,16}$"


class CapsIn(BaseModel):
    """Which caps of article 10 bind the clearing; the others are counted and reported."""

    model_config = ConfigDict(extra="forbid")

    staff_on_duty: bool = Field(default=False, description="10 % of the host's staff on duty")
    same_post: bool = Field(default=False, description="20 % of the staff in posts of the kind")


class BatchIn(BaseModel):
    """A new batch (实习批次)."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=200)
    term: str = Field(pattern=r"^\d{4}-\d{4}-[12]$", description="学年学期, such as 2026-2027-1")
    kind: Kind
    mode: Mode
    plan_id: UUID | None = None
    major_codes: list[str] = Field(
        default_factory=list, max_length=500, description="codes or their beginnings; empty: all"
    )
    grade_years: list[int] = Field(default_factory=list, max_length=20)
    start_on: date
    end_on: date
    wishes_open_at: AwareDatetime | None = None
    wishes_close_at: AwareDatetime | None = None
    wishes_max: int = Field(default=10, ge=1, le=100)
    accept_days: int = Field(default=3, ge=1, le=60)
    priority_weights: dict[str, float] = Field(
        default_factory=lambda: {"relevance": 1.0},
        description="relevance, grade, interview; nothing else may rank students",
    )
    caps: CapsIn = Field(default_factory=CapsIn)


class BatchPatch(BaseModel):
    """Fields of a draft to be changed; those not sent stay."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(default="", min_length=1, max_length=200)
    plan_id: UUID | None = None
    major_codes: list[str] = Field(default_factory=list, max_length=500)
    grade_years: list[int] = Field(default_factory=list, max_length=20)
    start_on: date = date.min
    end_on: date = date.max
    wishes_open_at: AwareDatetime | None = None
    wishes_close_at: AwareDatetime | None = None
    wishes_max: int = Field(default=10, ge=1, le=100)
    accept_days: int = Field(default=3, ge=1, le=60)
    priority_weights: dict[str, float] = Field(default_factory=dict)
    caps: CapsIn = Field(default_factory=CapsIn)


class BatchOut(BaseModel):
    """A batch; the seed's commitment is public from opening on."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    school_id: UUID
    school_name: str
    name: str
    term: str
    plan_id: UUID | None
    kind: Kind
    mode: Mode
    major_codes: list[str]
    grade_years: list[int]
    start_on: date
    end_on: date
    wishes_open_at: datetime | None
    wishes_close_at: datetime | None
    wishes_max: int
    accept_days: int
    priority_weights: dict[str, float]
    caps: CapsIn
    state: State
    seed_commitment: str | None
    created_at: datetime
    version: int


class BatchNumbersOut(BatchOut):
    """A batch with how many students, posts and seats it has."""

    students: int
    eligible: int
    wished: int
    posts: int
    seats: int


class BatchPostIn(BaseModel):
    """A post to be offered in a batch; without seats, every seat that is free."""

    model_config = ConfigDict(extra="forbid")

    post_id: UUID
    seats: int | None = Field(default=None, ge=1)


class BatchPostsIn(BaseModel):
    """Posts to be offered: named ones, or all that fit from the register of hosts."""

    model_config = ConfigDict(extra="forbid")

    posts: list[BatchPostIn] = Field(default_factory=list[BatchPostIn], max_length=10_000)
    all_that_fit: bool = False


class BatchPostsOut(BaseModel):
    """How many posts and seats were put into the batch."""

    posts: int
    seats: int


class TermOut(BaseModel):
    """One term of relevance: how near, and why, in both languages."""

    term: Literal["major", "occupation", "skills", "region"]
    value: float | None
    zh: str
    en: str


class OfferedPostOut(BaseModel):
    """A post of a batch; for a student also whether they may take it, and how near it is."""

    post_id: UUID
    title: str
    enterprise_id: UUID
    enterprise_name: str
    region_code: str
    address: str | None
    major_codes: list[str]
    skills: list[str]
    occupation_code: str | None
    pay_fen_day: int | None
    pay_fen_month: int | None
    hours_day: float | None
    days_week: float | None
    lodging: bool | None
    meals: bool | None
    start_on: date
    end_on: date
    state: str
    seats: int
    eligible: bool | None
    findings: list[dict[str, Any]]
    relevance: float | None
    terms: list[TermOut]


class EntryOut(BaseModel):
    """A student in a batch, with what speaks against taking part."""

    student_id: UUID
    enrolment_no: str
    name: str
    major_code: str
    class_name: str
    grade: float | None
    eligible: bool
    findings: list[dict[str, Any]]


class OwnEligibilityOut(BaseModel):
    """Whether the caller may take part in a batch, and what speaks against it."""

    eligible: bool
    findings: list[dict[str, Any]]
    zh: str
    en: str
