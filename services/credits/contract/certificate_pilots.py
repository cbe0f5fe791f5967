"""Pilots of 1+X certificates as they travel."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

PilotLevel = Literal["elementary", "intermediate", "advanced"]


class CertificatePilotIn(BaseModel):
    """A certificate that the caller's school pilots; without `level`, every level of it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    certificate: str = Field(min_length=2, max_length=200)
    level: PilotLevel | None = None
    evaluator_name: str = Field(
        min_length=2, max_length=200, description="the body that examines (培训评价组织)"
    )
    enterprise_name: str = Field(
        default="", max_length=200, description="the enterprise that takes part (校企共同参与)"
    )
    national: bool = Field(default=False, description="on the national list of pilot institutions")
    document: str = Field(default="", max_length=200, description="the list or its document number")
    from_on: date


class PilotEndIn(BaseModel):
    """The last day of a pilot."""

    model_config = ConfigDict(extra="forbid")

    until_on: date


class CertificatePilotOut(BaseModel):
    """A pilot; `passed` is what its school has last counted and published, on `passed_on`."""

    id: UUID
    school_id: UUID
    school_name: str
    certificate: str
    level: PilotLevel | None
    evaluator_name: str
    enterprise_name: str
    national: bool
    document: str
    from_on: date
    until_on: date | None
    passed: int | None
    passed_on: date | None
    version: int


class PilotTotalsOut(BaseModel):
    """Pilots that run on a day: how many, at how many institutions, how many national ones."""

    on: date
    pilots: int
    institutions: int
    institutions_national: int
    passed: int
