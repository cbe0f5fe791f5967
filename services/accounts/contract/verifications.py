"""Verification of organisations as it travels."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

VerificationStatus = Literal["submitted", "approved", "rejected"]


class VerificationIn(BaseModel):
    """What an organisation shows to be believed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    uscc: str = Field(min_length=18, max_length=30, description="GB 32100, as on the licence")
    evidence: str = Field(min_length=2, max_length=4000, description="what is shown, in words")
    evidence_sha256: str | None = Field(
        default=None, pattern=r"^[0-9a-f]{64}$", description="an uploaded licence"
    )
    web_domain: str | None = Field(
        default=None, max_length=253, pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"
    )
    staff_total: int | None = Field(default=None, ge=0, le=10_000_000)
    staff_total_on: date | None = None


class VerificationOut(BaseModel):
    """A verification and what became of it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    org_id: UUID
    uscc: str
    evidence: str
    evidence_sha256: str | None
    web_domain: str | None
    staff_total: int | None
    staff_total_on: date | None
    region_code: str | None
    status: VerificationStatus
    submitted_by: UUID
    submitted_at: datetime
    reviewer_id: UUID | None
    reviewer_org_id: UUID | None
    reason: str | None
    decided_at: datetime | None
    version: int


class VerificationsOut(BaseModel):
    """Every verification of one organisation, newest first."""

    items: list[VerificationOut]


class DecisionIn(BaseModel):
    """A reviewer's decision; its reason is shown to the organisation."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    decision: Literal["approve", "reject"]
    reason: str = Field(min_length=2, max_length=2000)


class EvidenceOut(BaseModel):
    """An uploaded file, named by its content."""

    sha256: str
    size_bytes: int
    media_type: str
