"""Outcomes, their evidence and the suggestions for them as they travel."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

OutcomeKindName = Literal[
    "school_course",
    "enterprise_course",
    "internship",
    "skill_certificate",
    "skill_level",
    "qualification",
    "competition",
    "innovation",
    "online_course",
    "work",
    "military",
]


class OutcomeFacts(BaseModel):
    """What an outcome says of itself."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    kind: OutcomeKindName
    title: str = Field(min_length=1, max_length=300)
    issuer_name: str = Field(min_length=1, max_length=200)
    issuer_id: UUID | None = Field(default=None, description="where the issuer is on the platform")
    certificate_no: str | None = Field(default=None, min_length=1, max_length=200)
    level: str | None = Field(default=None, max_length=16)
    award: str | None = Field(default=None, max_length=16)
    form: str | None = Field(default=None, max_length=16)
    stage: str | None = Field(default=None, max_length=32)
    hours: int | None = Field(default=None, ge=1, le=20_000)
    weeks: int | None = Field(default=None, ge=1, le=400)
    credits_hundredths: int | None = Field(default=None, ge=0, le=100_000)
    score: int | None = Field(default=None, ge=0, le=100)
    grade: Literal["优秀", "良好", "合格", "不合格"] | None = None
    completed_on: date
    competencies: list[str] = Field(default_factory=list, max_length=100)
    online: bool = False
    description: str = Field(default="", max_length=4000)
    supervisors: list[str] = Field(
        default_factory=list,
        max_length=20,
        description="teachers and mentors: they do not review it",
    )


class OutcomeIn(OutcomeFacts):
    """An outcome to be registered; `content` names what counts as the same content."""

    content: str | None = Field(default=None, max_length=300)
    learner_id: UUID | None = Field(default=None, description="the office registers for a learner")


class CreditOutcomeOut(OutcomeFacts):
    """A registered outcome."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    learner_id: UUID
    certificate_no: str | None = None
    verified: bool
    credential: dict[str, Any] | None
    source: str
    state: Literal["registered", "withdrawn"]
    created_at: datetime
    version: int


class OutcomeEvidenceOut(BaseModel):
    """A file of evidence under the hash of its content."""

    id: UUID
    outcome_id: UUID
    sha256: str
    name: str
    media_type: str
    size_bytes: int
    created_at: datetime


class OutcomeWithEvidenceOut(CreditOutcomeOut):
    """An outcome with its evidence."""

    evidence: list[OutcomeEvidenceOut]


class SuggestionOut(BaseModel):
    """A course that the outcome may cover, with the reasons; a person decides."""

    course_id: UUID
    code: str
    title: str
    credits_hundredths: int
    rank: int
    score: float
    text_score: float
    memory_score: float
    shared_words: list[str]
    precedent_outcome: str | None
    precedent_course: str | None


class SuggestionsOut(BaseModel):
    """Suggested courses, best first; nothing has been decided."""

    outcome_id: UUID
    items: list[SuggestionOut]


class LevelOut(BaseModel):
    """One enumerated value with its words."""

    value: str
    zh: str
    en: str


class OutcomeKindOut(BaseModel):
    """A kind of outcome with its enumerated levels."""

    kind: str
    zh: str
    en: str
    levels: list[LevelOut]
    awards: list[LevelOut]
    forms: list[LevelOut]
    numbered: bool


class OutcomeKindsOut(BaseModel):
    """Every kind of outcome."""

    items: list[OutcomeKindOut]
