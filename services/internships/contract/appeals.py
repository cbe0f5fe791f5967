"""Appeals as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

AppealState = Literal["open", "upheld", "dismissed"]


class AppealIn(BaseModel):
    """A student's appeal about one round or one placement of their own."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    round_id: UUID | None = None
    placement_id: UUID | None = None
    grounds: str = Field(min_length=5, max_length=4000)


class DecisionIn(BaseModel):
    """What a named person decided, and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    upheld: bool
    decision: str = Field(min_length=5, max_length=4000)


class AppealOut(BaseModel):
    """An appeal with its decision, once there is one."""

    id: UUID
    student_id: UUID
    enrolment_no: str
    student_name: str
    round_id: UUID | None
    placement_id: UUID | None
    grounds: str
    state: AppealState
    decision: str | None
    decided_by_name: str | None
    decided_at: datetime | None
    created_at: datetime
    version: int
