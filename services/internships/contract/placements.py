"""Placements as they travel: the school's view, the student's, the host's."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

PlacementStateName = Literal[
    "proposed", "accepted", "declined", "expired", "started", "assessed", "ended", "cancelled"
]
Origin = Literal["school_arranged", "self_arranged"]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class PlacementOut(BaseModel):
    """A placement as its school and its student see it."""

    id: UUID
    school_id: UUID
    batch_id: UUID
    round_id: UUID | None
    student_id: UUID
    enrolment_no: str
    student_name: str
    major_code: str
    class_name: str
    post_id: UUID | None
    post_title: str
    enterprise_id: UUID | None
    enterprise_name: str
    origin: Origin
    mode: str
    rank: int | None
    relevance: float | None
    state: PlacementStateName
    start_on: date
    end_on: date
    pay_fen_month: int | None
    proposed_at: datetime
    accept_by: datetime | None
    accepted_at: datetime | None
    accepted_via: str | None
    share_consented_at: datetime | None
    share_withdrawn_at: datetime | None = None
    keeps: Literal["float"] | None = Field(
        default=None, description="float: kept while the next round may better it"
    )
    teacher: str | None
    mentor: str | None
    consent: dict[str, Any] | None
    agreement: dict[str, Any] | None
    insurance: list[dict[str, Any]] | None
    safety_trained_on: date | None
    filing: dict[str, Any] | None
    relevance_reason: str | None
    findings: list[dict[str, Any]] | None
    started_on: date | None
    assessment: dict[str, Any] | None
    ended_on: date | None
    end_reason: str | None
    version: int


Paper = Literal["people", "consent", "agreement", "insurance", "safety"]


class PlacementNumbersOut(BaseModel):
    """How many placements there are, and what those that have not begun still lack."""

    total: int
    by_state: dict[PlacementStateName, int]
    lacking: dict[Paper, int]


class HostedPlacementOut(BaseModel):
    """A placement as the host sees it: what it needs to receive the student, no more."""

    id: UUID
    school_id: UUID
    batch_id: UUID
    enrolment_no_masked: str
    student_name: str
    major_code: str
    post_id: UUID | None
    post_title: str
    state: PlacementStateName
    start_on: date
    end_on: date
    teacher: str | None
    mentor: str | None
    started_on: date | None
    ended_on: date | None
    version: int


class AcceptIn(_In):
    """The student's acceptance, with the consent that their data reach the host."""

    share_consent: bool = Field(description="PIPL 23: my data may reach this host")


class ReasonIn(_In):
    """A reason that is kept."""

    reason: str = Field(min_length=2, max_length=2000)


class MaybeReasonIn(_In):
    """A reason, where there is one."""

    reason: str | None = Field(default=None, max_length=2000)


class PaperAcceptanceIn(_In):
    """One acceptance signed on paper."""

    placement_id: UUID
    signed_on: date
    share_consent_signed_on: date | None = None


class PaperAcceptancesIn(_In):
    """Acceptances signed on paper, entered by the school's office."""

    items: list[PaperAcceptanceIn] = Field(min_length=1, max_length=50_000)


class AcceptedOut(BaseModel):
    """How many placements were accepted."""

    accepted: int


class ConsentIn(_In):
    """The informed consent (知情同意书): who signed when; both sign, at any age."""

    student_on: date | None = None
    guardian_on: date | None = None


class AgreementIn(_In):
    """The tripartite agreement (三方协议)."""

    template_official: bool
    school_signed_on: date | None = None
    enterprise_signed_on: date | None = None
    student_signed_on: date | None = None
    items: list[
        Literal[
            "time_place_content",
            "board_hours_leave",
            "pay",
            "labour_protection",
            "liability_and_injury",
            "assessment",
            "breach",
        ]
    ] = Field(default_factory=list)
    texts: list[Annotated[str, Field(max_length=4000)]] = Field(
        default_factory=list[str],
        max_length=20,
        description="clauses added to the model text; read for fees and deposits",
    )


class InsuranceIn(_In):
    """One policy that covers the student; the student never pays it."""

    kind: Literal["liability", "accident", "work_injury"]
    from_on: date
    until_on: date
    payer: Literal["school", "enterprise", "government", "student"]
    policy_no: str | None = Field(default=None, max_length=80)
    insurer: str | None = Field(default=None, max_length=120)


class FilingIn(_In):
    """How the internship was filed with the authority."""

    filed_on: date | None = None
    filing_no: str | None = Field(default=None, max_length=80)
    crosses_province_or_border: bool | None = None
    authority_consent_on: date | None = None
    provincial_filing_no: str | None = Field(default=None, max_length=80)


class PapersIn(_In):
    """Papers of a placement; those not sent stay."""

    mentor: str | None = Field(default=None, max_length=80)
    teacher: str | None = Field(default=None, max_length=80)
    consent: ConsentIn | None = None
    agreement: AgreementIn | None = None
    insurance: list[InsuranceIn] | None = Field(default=None, max_length=10)
    safety_trained_on: date | None = None
    filing: FilingIn | None = None
    relevance_reason: str | None = Field(default=None, max_length=2000)


class PlacementReleaseIn(_In):
    """A named person's decision that a finding does not stop the start."""

    rule: str = Field(min_length=1, max_length=16)
    reason: str = Field(min_length=10, max_length=2000)


class StartReportOut(BaseModel):
    """What must hold on the first day: every rule, found, skipped or passed."""

    pack: str
    version: str
    on: date
    level: str
    findings: list[dict[str, Any]]
    skipped: list[dict[str, Any]]
    passed: list[dict[str, Any]]


class AssessmentIn(_In):
    """The joint assessment: hours, competencies, grade, and both assessors."""

    hours: int = Field(ge=1, le=5000)
    competencies: list[str] = Field(max_length=60)
    grade: Literal["优秀", "良好", "合格", "不合格"]
    school_assessor: str = Field(max_length=80)
    enterprise_assessor: str = Field(max_length=80)
    uses_employee_standards: bool | None = None
    remarks: str | None = Field(default=None, max_length=4000)
