"""Mutual choice and self-arranged internships as they travel."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

ChoiceStateName = Literal["applied", "interview", "offered", "refused", "confirmed", "withdrawn"]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ChoiceIn(_In):
    """A student's application for one post, with the consent that the enterprise reads it."""

    post_id: UUID
    share_consent: bool = Field(description="PIPL 23: my name and major may reach this enterprise")


class ChoicePatch(_In):
    """What the enterprise says to an application; fields not sent stay."""

    state: Literal["interview", "offered", "refused"] = "interview"
    interview_at: AwareDatetime | None = None
    interview_score: float | None = Field(default=None, ge=0, le=100)
    rank: int | None = Field(default=None, ge=1, le=100_000)
    note: str | None = Field(default=None, max_length=2000)


class ChoiceOut(BaseModel):
    """An application as student, school and enterprise see it."""

    id: UUID
    batch_id: UUID
    post_id: UUID
    student_id: UUID
    enterprise_id: UUID
    student_name: str
    major_code: str
    state: ChoiceStateName
    interview_at: datetime | None
    interview_score: float | None
    rank: int | None
    note: str | None
    consented_at: datetime
    consent_withdrawn_at: datetime | None = None
    version: int


class ArrangementDetails(_In):
    """What the student tells of the host and the post."""

    region_code: str = Field(pattern=r"^\d{6}$", description="GB/T 2260")
    address: str = Field(min_length=2, max_length=300)
    contact: str = Field(min_length=2, max_length=120)
    tasks: str = Field(min_length=2, max_length=4000)
    pay_fen_month: int | None = Field(default=None, ge=0)
    mentor: str | None = Field(default=None, max_length=80)


class ArrangementIn(_In):
    """A student's application with a host of their own (自主选择)."""

    batch_id: UUID
    host_name: str = Field(min_length=2, max_length=200)
    host_uscc: str = Field(min_length=18, max_length=18)
    post_title: str = Field(min_length=1, max_length=200)
    details: ArrangementDetails
    guardian_signed_on: date


class ArrangementOut(BaseModel):
    """An application for a self-arranged internship, with the school's decision."""

    id: UUID
    batch_id: UUID
    student_id: UUID
    enrolment_no: str
    student_name: str
    host_name: str
    host_uscc: str
    post_title: str
    details: dict[str, Any]
    guardian_signed_on: date
    state: Literal["applied", "approved", "refused"]
    decision_reason: str | None
    decided_at: datetime | None
    placement_id: UUID | None
    version: int


class DecisionIn(_In):
    """The school's reason, kept with the decision."""

    reason: str = Field(min_length=2, max_length=2000)
