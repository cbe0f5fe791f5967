"""A placement (实习安排): proposed, accepted by the student, started, assessed, ended.

proposed -> accepted | declined | expired; accepted -> started | cancelled;
started -> assessed | ended | cancelled; assessed -> ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from services.internships.domain.facts import (
    AgreementFacts,
    AgreementItem,
    InsuranceCover,
    InsuranceKind,
    Payer,
    PlacementFacts,
)
from services.internships.domain.state_words import PLACEMENT_STATES
from shared.kernel.clock import china_day
from shared.kernel.errors import ConflictError, Fault, InvalidInputError, NotFoundError, Text


class PlacementState(StrEnum):
    """Where a placement stands; `expired` follows from the day until which it may be accepted."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    STARTED = "started"
    ASSESSED = "assessed"
    ENDED = "ended"
    CANCELLED = "cancelled"


class PlacementNotFoundError(NotFoundError):
    """There is no such placement."""

    code = "placement_not_found"
    title_zh = "没有该实习安排"


class PlacementStateError(ConflictError):
    """The placement is not at that step."""

    code = "placement_state"
    title_zh = "该实习安排当前状态不允许此操作"
    words = PLACEMENT_STATES
    mend = Text(
        "该安排现为 {state}；此操作只在 {allowed} 时可用。",
        "The placement is {state}; this is possible while it is {allowed}.",
    )


class PlacementExpiredError(ConflictError):
    """The day until which this placement could be accepted is past."""

    code = "placement_expired"
    title_zh = "已过确认期限"
    mend = Text(
        "确认期限为 {accept_by}；请联系学校实习管理部门。",
        "It could be accepted until {accept_by}: ask the school's internship office.",
    )


class AssignmentOvertakenError(ConflictError):
    """Placements of this batch changed while it was being assigned."""

    code = "assignment_overtaken"
    title_zh = "统一安排期间本批次的安排有变动"
    mend = Text("没有写入任何安排；请再运行一次。", "Nothing was written: run it again.")


class AssignmentNotFoundError(NotFoundError):
    """This batch has not been assigned centrally."""

    code = "assignment_not_found"
    title_zh = "本批次尚未统一安排"


class PlacementHeldError(ConflictError):
    """The student holds a placement already."""

    code = "placement_held"
    title_zh = "该学生已接受一项实习安排"
    mend = Text(
        "一名学生同时只能有一项实习安排；请先取消已接受的安排。",
        "A student holds one placement at a time: cancel the accepted one first.",
    )


class SharingNotAskedError(ConflictError):
    """No data of this placement reaches a host on the platform."""

    code = "sharing_not_asked"
    title_zh = "该安排不向平台内的实习单位提供信息"
    mend = Text(
        "自主联系的单位不在平台上，无须同意或撤回。",
        "A host of your own is not on the platform: there is nothing to consent to or take back.",
    )


class PlacementBlockedError(ConflictError):
    """The rules do not let this placement start."""

    code = "placement_blocked"
    title_zh = "尚不符合开始实习的条件"
    mend = Text(
        "请按 errors 中逐条补齐；条文允许的，可由具名负责人说明理由后放行。",
        "Mend what `errors` names; where the text allows it, a named person may release it "
        "with a reason.",
    )


class AssessorsMissingError(InvalidInputError):
    """School and enterprise assess a placement together."""

    code = "assessors_missing"
    title_zh = "实习考核须由学校与实习单位共同完成"
    mend = Text(
        "请填写双方考核人（学生实习管理规定：校企共同考核）。",
        "Name both assessors: the regulation asks school and host to assess together.",
    )


_CONSENT = Text(
    "向实习单位提供您的信息须经您单独同意（个人信息保护法第二十三条）。",
    "Your data reach the host only with your own consent (PIPL, article 23).",
)


def shown_state(placement: Mapping[str, Any], now: datetime) -> str:
    """Return the state as of `now`: a proposal that nobody answered in time has expired."""
    accept_by = placement["accept_by"]
    kept = placement.get("keeps") is not None
    late = accept_by is not None and now >= accept_by and not kept
    if placement["state"] == PlacementState.PROPOSED and late:
        return PlacementState.EXPIRED
    return placement["state"]


def require_placement(placement: Mapping[str, Any], *allowed: PlacementState) -> None:
    """Refuse what the placement's state does not allow."""
    if placement["state"] not in allowed:
        raise PlacementStateError(state=placement["state"], allowed=", ".join(allowed))


def require_in_time(placement: Mapping[str, Any], now: datetime) -> None:
    """Refuse an answer to a proposal that has expired."""
    if shown_state(placement, now) == PlacementState.EXPIRED:
        raise PlacementExpiredError(accept_by=placement["accept_by"].isoformat())


def require_consent(placement: Mapping[str, Any], *, share_consent: bool) -> None:
    """Refuse an acceptance that would hand data to a host without the student's consent."""
    if placement["enterprise_id"] is not None and not share_consent:
        fault = Fault("consent_missing", _CONSENT, pointer="/share_consent")
        raise InvalidInputError(faults=[fault])


def start_facts(placement: Mapping[str, Any]) -> PlacementFacts:
    """Return what the rules look at before a placement starts."""
    consent = placement["consent"] or {}
    filing = placement["filing"] or {}
    accepted_at = placement["accepted_at"]
    return PlacementFacts(
        start_on=placement["start_on"],
        end_on=placement["end_on"],
        consent_student_on=_day(consent.get("student_on")),
        consent_guardian_on=_day(consent.get("guardian_on")),
        student_accepted_on=china_day(accepted_at) if accepted_at else None,
        agreement=_agreement(placement["agreement"]),
        insurance=tuple(_cover(cover) for cover in placement["insurance"] or ()),
        mentor_named=bool(placement["mentor"]),
        teacher_named=bool(placement["teacher"]),
        safety_training_passed_on=placement["safety_trained_on"],
        filed_with_authority_on=_day(filing.get("filed_on")),
        crosses_province_or_border=filing.get("crosses_province_or_border"),
        authority_consent_on=_day(filing.get("authority_consent_on")),
        provincial_filing_no=filing.get("provincial_filing_no"),
        relevance_reason=placement["relevance_reason"],
    )


def _agreement(told: Mapping[str, Any] | None) -> AgreementFacts | None:
    if told is None:
        return None
    return AgreementFacts(
        template_official=told["template_official"],
        school_signed_on=_day(told.get("school_signed_on")),
        enterprise_signed_on=_day(told.get("enterprise_signed_on")),
        student_signed_on=_day(told.get("student_signed_on")),
        items=frozenset(AgreementItem(item) for item in told.get("items", ())),
        texts=tuple(told.get("texts", ())),
    )


def _cover(told: Mapping[str, Any]) -> InsuranceCover:
    return InsuranceCover(
        kind=InsuranceKind(told["kind"]),
        from_on=date.fromisoformat(told["from_on"]),
        until_on=date.fromisoformat(told["until_on"]),
        payer=Payer(told["payer"]),
    )


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None


def block_faults(findings: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Return the findings that stop a start and that nobody has released."""
    return [
        Fault(found["rule"], Text(found["message_zh"], found["message_en"]))
        for found in findings
        if found["level"] == "block" and found["released"] is None
    ]
