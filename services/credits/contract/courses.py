"""Learners, courses, programmes and equivalences as they travel."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.credits.contract.rulebooks import WordsOut

CourseKind = Literal["required", "elective", "public", "practice", "internship"]


class CreditCourseIn(BaseModel):
    """A course; one that changes becomes a new version."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    code: str = Field(min_length=1, max_length=40)
    title: str = Field(min_length=1, max_length=200)
    kind: CourseKind
    credits_hundredths: int = Field(ge=1, le=100_000)
    hours: int | None = Field(default=None, ge=1, le=2000)
    weeks: int | None = Field(default=None, ge=1, le=104)
    online: bool = False
    description: str = Field(default="", max_length=4000)
    competencies: list[str] = Field(default_factory=list, max_length=100)


class CreditCourseOut(BaseModel):
    """A version of a course."""

    id: UUID
    code: str
    number: int
    title: str
    kind: CourseKind
    credits_hundredths: int
    hours: int | None
    weeks: int | None
    online: bool
    description: str
    competencies: list[str]
    digest: str
    current: bool


class CreditProgrammeOut(BaseModel):
    """A version of a programme (培养方案)."""

    id: UUID
    code: str
    number: int
    title: str
    major_code: str
    stage: str
    credits_hundredths: int
    hours_total: int | None
    hours_practice: int | None
    weeks_practice: int | None
    weeks_enterprise: int | None
    course_codes: list[str]
    digest: str
    current: bool


class PracticeFindingOut(BaseModel):
    """A demand on practice; `passed` is null where it was skipped."""

    key: str
    passed: bool | None
    asked: float | None
    found: float | None
    clause: str | None
    words: WordsOut


class PracticeCheckOut(BaseModel):
    """A programme's practice held against the policy pack."""

    pack: str
    version: str
    on: date
    findings: list[PracticeFindingOut]


class LearnerOut(BaseModel):
    """A learner of the school."""

    id: UUID
    enrolment_no: str
    name: str
    class_name: str
    programme_code: str
    state: str


class GradedCourseOut(BaseModel):
    """A graded internship of one's own programme."""

    id: UUID
    learner_id: UUID
    course_code: str
    title: str
    grade: str
    credits_hundredths: int
    hours: int | None
    weeks: int | None
    term: str
    completed_on: date
    competencies: list[str]
    source: str
    transaction_id: UUID | None
    recorded_at: datetime


class EquivalenceIn(BaseModel):
    """What counts as which course here: and/or trees of outcomes and of courses."""

    model_config = ConfigDict(extra="forbid")

    outcomes: dict[str, Any]
    courses: dict[str, Any]
    valid_from: date
    valid_to: date | None = None


class EquivalenceOut(BaseModel):
    """An equivalence: declared, or learnt from decisions (`times`)."""

    id: UUID
    school_id: UUID
    outcome_kind: str
    outcome_title: str
    outcome_level: str | None
    outcomes: dict[str, Any]
    courses: dict[str, Any]
    course_title: str
    credits_hundredths: int
    source: str
    digest: str
    valid_from: date
    valid_to: date | None
    times: int
