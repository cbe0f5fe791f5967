"""Applications, decisions, appeals, public notices and figures as they travel."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.credits.contract.courses import EquivalenceOut
from services.credits.contract.rulebooks import WordsOut

ApplicationStateName = Literal[
    "draft",
    "submitted",
    "evidence_check",
    "needs_more",
    "review",
    "refused",
    "public_notice",
    "posted",
    "withdrawn",
    "expired",
    "reversed",
]
VerdictName = Literal["approved", "partial", "refused"]
ReasonCode = Literal[
    "no_rule", "overlap_low", "level_low", "evidence_weak", "too_old", "limit", "counted", "other"
]
PurposeName = Literal["exempt", "substitute"]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class CreditApplicationIn(_In):
    """An outcome and the courses that it shall cover: 免修 (exempt) or 置换 (substitute)."""

    outcome_id: UUID
    course_ids: list[UUID] = Field(min_length=1, max_length=8)
    purpose: PurposeName
    note: str = Field(default="", max_length=2000)
    learner_id: UUID | None = Field(default=None, description="the office applies for a learner")


class CreditApplicationPatch(_In):
    """Changes of a draft; what is not sent stays."""

    course_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=8)
    purpose: PurposeName | None = None
    note: str | None = Field(default=None, max_length=2000)


class ApplicationItemOut(BaseModel):
    """One course with what the rules give for it, why, and what was granted."""

    course_id: UUID
    code: str
    title: str
    course_hundredths: int
    overlap_percent: int | None
    overlap_from: str
    amount: int
    granted: int | None = None
    rule_ids: list[str]
    explanation: list[WordsOut]


class CreditApplicationOut(BaseModel):
    """An application; reviewers decide over `content_sha256`."""

    id: UUID
    learner_id: UUID
    enrolment_no: str
    student_name: str
    class_name: str
    outcome_id: UUID
    outcome_kind: str
    outcome_title: str
    outcome_level: str | None
    programme_id: UUID
    rulebook_id: UUID | None
    purpose: PurposeName
    note: str
    items: list[ApplicationItemOut]
    state: ApplicationStateName
    verdict: VerdictName | None
    round: int
    missing: list[str]
    content_sha256: str | None
    reason_code: str | None
    reason: str | None
    reservation_id: UUID | None
    transaction_id: UUID | None
    source: str
    due_at: datetime | None
    submitted_at: datetime | None
    decided_at: datetime | None
    posted_at: datetime | None
    created_at: datetime
    version: int


class CreditDecisionOut(BaseModel):
    """One reviewer's decision: rule ids, explanation, digests."""

    id: UUID
    round: int
    reviewer_name: str
    verdict: VerdictName
    items: list[dict[str, Any]]
    reason_code: str | None
    reason: str
    rule_ids: list[str]
    rulebook_digest: str
    content_sha256: str
    decided_at: datetime


class CreditStepOut(BaseModel):
    """One step of an application's history."""

    state: str
    note: str
    at: datetime


class CreditCaseOut(BaseModel):
    """An application as its reviewers see it: decisions, history, precedents of peers beside it."""

    application: CreditApplicationOut
    outcome: dict[str, Any]
    evidence: list[dict[str, Any]]
    decisions: list[CreditDecisionOut]
    steps: list[CreditStepOut]
    precedents: list[EquivalenceOut]
    snapshot: dict[str, Any] | None
    may_review: bool
    conflict: str | None


class EvidenceCheckIn(_In):
    """Whether the evidence is complete; overlaps that the checker judged, by course id."""

    complete: bool
    missing: list[str] = Field(default_factory=list, max_length=20)
    note: str = Field(default="", max_length=2000)
    overlaps: dict[UUID, int] = Field(default_factory=dict, max_length=8)


class CreditDecisionIn(_In):
    """A reviewer's decision over the digest of what was read."""

    verdict: VerdictName
    content_sha256: str = Field(max_length=80)
    reason: str = Field(min_length=2, max_length=2000)
    reason_code: ReasonCode | None = None
    amounts_hundredths: list[int] = Field(
        default_factory=list, max_length=8, description="by item, for `partial`"
    )


class StandBackIn(_In):
    """Why the caller stands back."""

    reason: str = Field(min_length=2, max_length=500)


class CreditAppealIn(_In):
    """Why the decision should be looked at again."""

    grounds: str = Field(min_length=5, max_length=4000)


class CreditAppealOut(BaseModel):
    """An appeal; other reviewers decide it."""

    id: UUID
    application_id: UUID
    grounds: str
    state: Literal["open", "upheld", "dismissed"]
    verdict_before: VerdictName
    decided_at: datetime | None
    created_at: datetime


class ReversalIn(_In):
    """Why posted credits are taken back."""

    reason: str = Field(min_length=5, max_length=2000)


class BatchDecisionIn(_In):
    """One application of a batch with the digest that was read."""

    id: UUID
    content_sha256: str = Field(max_length=80)


class CreditBatchIn(_In):
    """Work for a whole class: `create`, `check` or `decide`."""

    op: Literal["create", "check", "decide"]
    class_name: str | None = Field(default=None, max_length=80)
    outcome_kind: str | None = Field(default=None, max_length=24)
    outcome_title: str | None = Field(default=None, max_length=300)
    course_ids: list[UUID] = Field(default_factory=list, max_length=8)
    purpose: PurposeName = "substitute"
    ids: list[UUID] = Field(default_factory=list, max_length=500)
    decisions: list[BatchDecisionIn] = Field(default_factory=list, max_length=500)
    verdict: Literal["approved", "refused"] = "approved"
    reason: str = Field(default="", max_length=2000)
    reason_code: ReasonCode | None = None


class SettledOut(BaseModel):
    """What deadlines did: posted after their notice, lapsed, refused by a full cap."""

    posted: int
    expired: int
    refused: int


class CreditNoticeOut(BaseModel):
    """A public notice: masked name, no number of a certificate."""

    id: UUID
    name_masked: str
    class_name: str
    outcome_kind: str
    outcome_title: str
    courses: list[dict[str, Any]]
    credits_hundredths: int
    starts_at: datetime
    ends_at: datetime


class CreditSettingsIn(_In):
    """The school's own days of each step; what is null follows the policy pack."""

    check: int | None = Field(default=None, ge=1, le=180)
    supply: int | None = Field(default=None, ge=1, le=180)
    review: int | None = Field(default=None, ge=1, le=180)
    notice: int | None = Field(default=None, ge=1, le=60)
    appeal: int | None = Field(default=None, ge=1, le=180)


class CreditSettingsOut(BaseModel):
    """The days that hold, and which of them the school has set itself."""

    days: dict[str, int]
    own: dict[str, int]


class CreditStatisticsOut(BaseModel):
    """Figures of the applications submitted in a period."""

    since: date
    until: date
    states: list[dict[str, Any]]
    converted: list[dict[str, Any]]
    time_to_decision: dict[str, Any]
    refusals: list[dict[str, Any]]
    graded_internships: list[dict[str, Any]]
