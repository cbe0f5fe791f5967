"""A central assignment as it travels: what it came to, and what its prices prove."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field


class AssignedCapOut(BaseModel):
    """A soft cap that more students are assigned under than it says."""

    group: str
    cap: int
    placed: int


class CentralAssignmentOut(BaseModel):
    """The last central assignment that proposed anybody; none is worth more than `bound`."""

    students: int
    placed: int
    seats: int
    relevance_mean: float | None
    value: float = Field(description="3 for each student placed, and the relevance of the place")
    bound: float
    gap: float
    gap_share: float = Field(description="the most that was lost, as a share of the bound")
    caps_exceeded: list[AssignedCapOut]
    certificate_sha256: str
    assigned_at: datetime
