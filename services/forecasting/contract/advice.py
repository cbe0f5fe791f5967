"""Advice on majors as it travels."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

SignalName = Literal["grow", "hold", "shrink", "retire", "insufficient"]
AdviceState = Literal["draft", "published", "rejected", "superseded"]


class AdviceRunIn(BaseModel):
    """Which region to advise on."""

    model_config = ConfigDict(extra="forbid")

    region: str = Field(pattern=r"^\d{2}(\d{2}){0,2}$", description="GB/T 2260")


class PositionIn(BaseModel):
    """What the school thinks of a draft about its own major."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    agrees: bool
    reason: str = Field(min_length=4, max_length=4000)


class AdviceDecisionIn(BaseModel):
    """What the authority decides about a draft."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    publish: bool
    reason: str = Field(min_length=4, max_length=4000)


class ReasonOut(BaseModel):
    """One reason, in both languages."""

    zh: str
    en: str


class MajorSignalOut(BaseModel):
    """The public signal of a major; `signal` is null where nothing is published."""

    major_code: str
    major_name: str
    region_code: str | None
    school_name: str
    signal: SignalName | None
    reasons: list[ReasonOut]
    numbers: dict[str, Any] | None
    due: dict[str, Any] | None
    computed_at: datetime | None
    published_at: datetime | None


class AdviceOut(BaseModel):
    """Advice as those see it whom it concerns: drafts, positions and decisions too."""

    id: UUID
    run_id: UUID
    region_code: str
    major_code: str
    major_name: str
    school_id: UUID | None
    school_name: str
    signal: SignalName
    state: AdviceState
    reasons: list[ReasonOut]
    numbers: dict[str, Any]
    due: dict[str, Any]
    position: dict[str, Any] | None
    decision: dict[str, Any] | None
    computed_at: datetime
    published_at: datetime | None
