"""The register of hosts as it travels."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

HostStateName = Literal["proposed", "inspected", "approved", "removed"]
ItemName = Literal[
    "qualification",
    "integrity",
    "management",
    "nature_of_post",
    "working_time",
    "environment",
    "health",
    "safety",
]


class HostIn(BaseModel):
    """An enterprise that the school would like to have as a host."""

    model_config = ConfigDict(extra="forbid")

    enterprise_id: UUID


class ItemIn(BaseModel):
    """What the inspectors found of one item."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    satisfied: bool
    note: str = Field(min_length=1, max_length=2000)


class InspectionIn(BaseModel):
    """A visit to the site: who, when, and what was found of the eight items of article 7."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    inspected_on: date
    inspectors: str = Field(min_length=1, max_length=200)
    items: dict[ItemName, ItemIn]


class ApprovalIn(BaseModel):
    """The school's decision to put the host on its public register."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    decided_on: date
    decision_note: str | None = Field(default=None, max_length=2000)
    public_url: str = Field(
        max_length=500, pattern=r"^https?://[^\s]+$", description="where the register is public"
    )
    new_host: bool = Field(
        default=True, description="false: a host of earlier years, approved without a new visit"
    )


class RemovalIn(BaseModel):
    """Why the host leaves the register."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=4, max_length=2000)


class HostOut(BaseModel):
    """An entry of the school's own register."""

    id: UUID
    school_id: UUID
    enterprise_id: UUID
    enterprise_name: str
    enterprise_uscc: str | None
    state: HostStateName
    inspection: dict[ItemName, ItemIn] | None
    inspected_on: date | None
    inspectors: str | None
    has_report: bool
    decided_on: date | None
    decision_note: str | None
    public_url: str | None
    missing: list[str]
    created_at: datetime
    updated_at: datetime
    version: int


class PublicHostOut(BaseModel):
    """An approved host as everyone may see it."""

    id: UUID
    school_id: UUID
    enterprise_id: UUID
    enterprise_name: str
    inspected_on: date | None
    decided_on: date | None
    public_url: str | None
