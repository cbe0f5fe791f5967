"""Students and plans as they travel."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

StudentState = Literal["enrolled", "left"]


class StudentOut(BaseModel):
    """One entry of the roster as the school's office sees it; the date of birth is masked."""

    id: UUID
    enrolment_no: str
    name: str
    major_code: str
    grade_year: int
    class_name: str
    class_teacher: str | None
    term: str
    region_code: str | None
    skills: list[str]
    birth_masked: str | None
    state: StudentState
    updated_at: datetime
    version: int


class OwnEntryOut(BaseModel):
    """A student's own entry of the roster."""

    id: UUID
    enrolment_no: str
    name: str
    major_code: str
    grade_year: int
    class_name: str
    class_teacher: str | None
    term: str
    region_code: str | None
    skills: list[str]
    birth_on: date | None
    state: StudentState


class StudentPatch(BaseModel):
    """Fields of one entry to be changed; those not sent stay."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    class_name: str = Field(default="", min_length=1, max_length=80)
    class_teacher: str | None = Field(default=None, max_length=80)
    region_code: str | None = Field(default=None, pattern=r"^\d{6}$", description="GB/T 2260")
    skills: list[str] = Field(default_factory=list, max_length=40)
    birth_on: date | None = None
    sex: Literal["F", "M"] | None = Field(
        default=None,
        description="taken only while a batch offers posts with listed hazards (article 16 (4)); "
        "never ranks anybody and is in no list",
    )
    state: StudentState = "enrolled"


class PlanOut(BaseModel):
    """One training plan (实习方案) of a school."""

    id: UUID
    code: str
    name: str
    major_code: str
    kind: Literal["orientation", "on_post"]
    term: str
    weeks: int
    credits: Decimal | None
    competencies: list[str]
    version: int
