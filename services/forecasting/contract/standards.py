"""Competency standards (岗位职业能力标准) as they travel: editions, units, links, coverage."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

EvidenceKind = Literal[
    "written_test",
    "practical_test",
    "work_record",
    "portfolio",
    "certificate",
    "observation",
    "interview",
]
EditionState = Literal["draft", "published", "withdrawn"]
LinkKind = Literal["post", "course"]
EditionName = Annotated[str, Field(pattern=r"^\d{1,3}\.\d{1,3}$", examples=["1.0"])]
UnitCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.\-]{0,19}$")]
Level = Annotated[int, Field(ge=1, le=5, description="1: beginner (五级) to 5: expert (一级)")]


class UnitIn(BaseModel):
    """One unit: what somebody at this level does, and how that is shown."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    code: UnitCode
    name: str = Field(min_length=1, max_length=200)
    level: Level
    can_do: list[Annotated[str, Field(min_length=1, max_length=500)]] = Field(
        min_length=1, max_length=50
    )
    evidence: list[EvidenceKind] = Field(min_length=1, max_length=7)


class EditionIn(BaseModel):
    """One edition of a standard, while it is a draft."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    edition: EditionName
    occupation_codes: list[Annotated[str, Field(max_length=12)]] = Field(
        min_length=1, max_length=50, description="职业分类大典 2022"
    )
    units: list[UnitIn] = Field(min_length=1, max_length=200)
    note: str = Field(default="", max_length=4000)


class StandardIn(EditionIn):
    """A new standard with its first edition."""

    name: str = Field(min_length=2, max_length=200)
    industry_code: str | None = Field(
        default=None, pattern=r"^[A-T](\d{2,4})?$|^\d{2,4}$", description="GB/T 4754"
    )


class WithdrawalIn(BaseModel):
    """Why an edition no longer holds."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=4, max_length=2000)


class EditionOut(BaseModel):
    """One edition of a standard, whole."""

    id: UUID
    standard_id: UUID
    org_id: UUID
    org_name: str
    name: str
    industry_code: str | None
    edition: str
    state: EditionState
    occupation_codes: list[str]
    units: list[UnitIn]
    note: str
    published_at: datetime | None
    updated_at: datetime
    version: int


class EditionLineOut(BaseModel):
    """An edition in a list."""

    standard_id: UUID
    org_name: str
    name: str
    industry_code: str | None
    edition: str
    state: EditionState
    occupation_codes: list[str]
    units_total: int
    published_at: datetime | None


class StandardOut(BaseModel):
    """A standard: its newest published edition, and all of them by name, newest first."""

    current: EditionOut | None
    editions: list[EditionLineOut]


class UnitChangeOut(BaseModel):
    """What became of one unit between two editions."""

    code: str
    change: Literal["added", "removed", "changed"]
    before: UnitIn | None
    after: UnitIn | None


class StandardDiffOut(BaseModel):
    """What changed from one edition to another."""

    standard_id: UUID
    before: str
    after: str
    units: list[UnitChangeOut]
    occupations_added: list[str]
    occupations_removed: list[str]


class LinkedUnitIn(BaseModel):
    """A unit that a course teaches or a post asks for, up to a level."""

    model_config = ConfigDict(extra="forbid")

    unit: UnitCode
    level: Level
    hours: float | None = Field(default=None, ge=0, le=5000)


class LinkIn(BaseModel):
    """A course or a post, linked to units of a published edition."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=200)
    units: list[LinkedUnitIn] = Field(min_length=1, max_length=200)


class LinkOut(BaseModel):
    """A link, with who says so."""

    kind: LinkKind
    key: str
    name: str
    org_id: UUID
    org_name: str
    units: list[LinkedUnitIn]
    recorded_at: datetime


class LinksOut(BaseModel):
    """The links of an edition."""

    items: list[LinkOut]


class CoveredUnitOut(BaseModel):
    """How far a set of courses leads in one unit."""

    code: str
    name: str
    level_needed: int
    level_reached: int
    hours: float
    courses: list[str]
    covered: Literal["whole", "part", "none"]


class CoverageOut(BaseModel):
    """What a set of courses covers of a standard: the data that recognitions rest on."""

    standard_id: UUID
    edition: str
    courses: list[str]
    courses_unknown: list[str]
    units: list[CoveredUnitOut]
    units_whole: int
    units_part: int
    units_none: int
    share_whole: float
