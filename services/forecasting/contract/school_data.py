"""Quality reports of schools, projects of majors, teaching-guidance committees as they travel."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

_URL = r"^https?://[^\s]+$"
ProjectKind = Literal[
    "integrated_development", "joint_training", "order_class", "apprenticeship", "agreement"
]


class QualityIndicatorIn(BaseModel):
    """One figure of the report, in the school's own words."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=200)
    value: float = Field(allow_inf_nan=False)
    unit: str = Field(min_length=1, max_length=24)
    definition: str = Field(min_length=1, max_length=1000)


class QualitySectionIn(BaseModel):
    """One part of the report's text."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    title: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=20_000)


class QualityReportIn(BaseModel):
    """The annual quality report of a vocational school (年度质量报告)."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    year: int = Field(ge=2000, le=2100)
    title: str = Field(min_length=2, max_length=200)
    indicators: list[QualityIndicatorIn] = Field(min_length=1, max_length=200)
    sections: list[QualitySectionIn] = Field(default_factory=list, max_length=60)
    source_url: str | None = Field(default=None, max_length=500, pattern=_URL)


class QualityReportLineOut(BaseModel):
    """A report in a list."""

    id: UUID
    school_name: str
    region_code: str
    year: int
    state: Literal["draft", "published"]
    title: str
    published_at: datetime | None


class QualityReportOut(QualityReportLineOut):
    """A report, whole; `computed` is what the platform released about the school's majors."""

    indicators: list[QualityIndicatorIn]
    sections: list[QualitySectionIn]
    computed: dict[str, Any]
    source_url: str | None
    version: int


class ProjectIn(BaseModel):
    """What a major does together with industry: the reason for a priority."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    major_code: str = Field(min_length=4, max_length=10)
    kind: ProjectKind
    title: str = Field(min_length=2, max_length=200)
    partner: str = Field(min_length=2, max_length=200)
    from_on: date
    to_on: date | None = None
    evidence_url: str | None = Field(default=None, max_length=500, pattern=_URL)


class ProjectOut(ProjectIn):
    """A project as it is kept."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    school_name: str
    region_code: str
    recorded_at: datetime


class ProjectsOut(BaseModel):
    """The projects of a school."""

    items: list[ProjectOut]


class PriorityReasonOut(BaseModel):
    """Why a major stands on the list."""

    zh: str
    en: str


class PriorityMajorOut(BaseModel):
    """A major of a school with the reasons for a priority; the decision is people's."""

    school_name: str
    region_code: str
    major_code: str
    major_name: str
    projects: list[ProjectOut]
    signal: str | None
    reasons: list[PriorityReasonOut]


class PriorityMajorsOut(BaseModel):
    """Majors with reasons for a priority of enrolment and funds: a list, no decision."""

    note: PriorityReasonOut
    clause: str | None
    items: list[PriorityMajorOut]


class MemberIn(BaseModel):
    """A seat on a committee."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    organisation: str = Field(min_length=2, max_length=200)
    role: str = Field(min_length=1, max_length=80)
    name: str | None = Field(
        default=None, max_length=80, description="only where the person agreed to be named"
    )


class OutputIn(BaseModel):
    """What a committee brought out: information, a training plan, an assessment."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    kind: Literal["labour_information", "training_plan", "quality_assessment", "other"]
    title: str = Field(min_length=2, max_length=200)
    on: date
    url: str | None = Field(default=None, max_length=500, pattern=_URL)


class CommitteeIn(BaseModel):
    """An industry teaching-guidance committee (行业教学指导委员会)."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=2, max_length=200)
    region_code: str = Field(pattern=r"^\d{6}$")
    industry_codes: list[Annotated[str, Field(max_length=5)]] = Field(min_length=1, max_length=50)
    founded_on: date
    term_ends_on: date | None = None
    members: list[MemberIn] = Field(default_factory=list, max_length=200)
    outputs: list[OutputIn] = Field(default_factory=list, max_length=500)


class CommitteeOut(CommitteeIn):
    """A committee as it is kept, with the body that registered it."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    org_id: UUID
    org_name: str
    updated_at: datetime
    version: int


class CommitteesOut(BaseModel):
    """The registry of committees."""

    total: int
    items: list[CommitteeOut]
