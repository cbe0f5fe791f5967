"""Verification of organisations: submitted once at a time, decided by someone else, with a reason.

States: submitted -> approved | rejected. A rejected one may be followed by a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.accounts.domain.organisation import Organisation, covers
from shared.kernel.errors import ConflictError, Fault, ForbiddenError, Text

VerificationStatus = Literal["submitted", "approved", "rejected"]


class VerificationOpenError(ConflictError):
    """A verification of this organisation is being reviewed."""

    code = "verification_open"
    title_zh = "该单位的核验正在审核中"
    mend = Text("请等待审核结果。", "Wait for the reviewer's decision.")


class VerificationDecidedError(ConflictError):
    """This verification has been decided."""

    code = "verification_decided"
    title_zh = "该核验已有结论"
    mend = Text("当前状态：{status}。", "It is {status}.")


class OwnVerificationError(ForbiddenError):
    """Nobody reviews their own organisation."""

    code = "own_verification"
    title_zh = "不得审核本单位的核验"
    mend = Text("请由其他审核人员处理。", "Another reviewer must decide.")


@dataclass(frozen=True, slots=True)
class Verification:
    """What an organisation has shown, and what a reviewer made of it."""

    id: UUID
    org_id: UUID
    uscc: str
    evidence: str
    evidence_sha256: str | None
    web_domain: str | None
    staff_total: int | None
    staff_total_on: date | None
    region_code: str | None
    status: VerificationStatus
    submitted_by: UUID
    submitted_at: datetime
    reviewer_id: UUID | None
    reviewer_org_id: UUID | None
    reason: str | None
    decided_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who decides: of which organisation, for which region; the operator for every one."""

    id: UUID
    org_id: UUID | None
    region_code: str | None
    everywhere: bool


def submission_faults(verification: Verification, organisation: Organisation) -> list[Fault]:
    """Return what does not fit together in a verification that is submitted."""
    faults: list[Fault] = []
    if organisation.uscc is not None and organisation.uscc != verification.uscc:
        text = Text("与单位登记的信用代码不一致", "Differs from the code that is registered")
        faults.append(Fault("uscc_differs", text, pointer="/uscc"))
    if (verification.staff_total is None) != (verification.staff_total_on is None):
        text = Text("职工总数须与其日期一同填写", "The head count and its date belong together")
        faults.append(Fault("staff_total_undated", text, pointer="/staff_total_on"))
    on = verification.staff_total_on
    if on is not None and on > verification.submitted_at.date():
        text = Text("日期不得晚于今天", "The date lies in the future")
        faults.append(Fault("date_in_future", text, pointer="/staff_total_on"))
    return faults


def may_review(reviewer: Reviewer, verification: Verification) -> bool:
    """Return whether the verification lies in the reviewer's region."""
    return reviewer.everywhere or covers(reviewer.region_code, verification.region_code)


def decide(
    verification: Verification,
    reviewer: Reviewer,
    *,
    approved: bool,
    reason: str,
    now: datetime,
) -> Verification:
    """Return the verification with the reviewer's decision."""
    if verification.org_id == reviewer.org_id:
        raise OwnVerificationError
    if verification.status != "submitted":
        raise VerificationDecidedError(status=verification.status)
    return replace(
        verification,
        status="approved" if approved else "rejected",
        reviewer_id=reviewer.id,
        reviewer_org_id=reviewer.org_id,
        reason=reason,
        decided_at=now,
        version=verification.version + 1,
    )
