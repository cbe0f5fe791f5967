"""Course sequences into a programme (衔接课程) as they travel."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Stage = Literal[
    "secondary_vocational",
    "technician",
    "higher_vocational",
    "vocational_bachelor",
    "applied_bachelor",
    "bachelor",
]


class ArticulationStepIn(BaseModel):
    """From a course of the other school to one of one's own.

    The overlap is counted where both courses list competencies; otherwise it is what is said.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    from_title: str = Field(min_length=1, max_length=200)
    competencies: list[str] = Field(default_factory=list, max_length=100)
    course_code: str = Field(min_length=1, max_length=40)
    overlap_percent: int | None = Field(default=None, ge=0, le=100)


class ArticulationIn(BaseModel):
    """A sequence from a programme of another school, at the same stage or a lower one."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    title: str = Field(min_length=2, max_length=200)
    programme_code: str = Field(min_length=1, max_length=40)
    from_school_id: UUID | None = None
    from_school_name: str = Field(min_length=2, max_length=200)
    from_programme: str = Field(min_length=1, max_length=200)
    from_stage: Stage
    overlap_min: int = Field(ge=1, le=100, description="what each step has to reach, in per cent")
    steps: list[ArticulationStepIn] = Field(min_length=1, max_length=100)
    valid_from: date
    valid_to: date | None = None


class ArticulationStepOut(BaseModel):
    """A step of a sequence with its overlap."""

    from_title: str
    competencies: list[str]
    course_code: str
    course_title: str
    overlap_percent: int


class ArticulationOut(BaseModel):
    """A sequence in its order; `digest` is over all of what was agreed."""

    id: UUID
    school_id: UUID
    title: str
    programme_code: str
    from_school_id: UUID | None
    from_school_name: str
    from_programme: str
    from_stage: Stage
    overlap_min: int
    steps: list[ArticulationStepOut]
    valid_from: date
    valid_to: date | None
    digest: str
    version: int


class ArticulationEndIn(BaseModel):
    """The last day of a sequence."""

    model_config = ConfigDict(extra="forbid")

    valid_to: date
