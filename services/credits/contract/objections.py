"""Objections to public notices as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

ObjectionState = Literal["open", "upheld", "dismissed"]


class CreditObjectionIn(BaseModel):
    """Why what a notice shows should not be posted."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    grounds: str = Field(min_length=5, max_length=4000)


class ObjectionDecisionIn(BaseModel):
    """Whether an objection is upheld, and the answer that its author reads."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    upheld: bool
    answer: str = Field(min_length=2, max_length=2000)


class CreditObjectionOut(BaseModel):
    """An objection; who made it is told to reviewers and to its author only."""

    id: UUID
    notice_id: UUID
    application_id: UUID | None
    objector_name: str
    grounds: str
    state: ObjectionState
    answer: str
    decided_at: datetime | None
    created_at: datetime
    version: int
