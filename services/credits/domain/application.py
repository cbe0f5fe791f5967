"""Applications for recognition: their states, deadlines, reviewers, and what a decision may say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from services.credits.domain.rulebook import digest_of
from shared.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    Text,
)


class ApplicationState(StrEnum):
    """Where an application is on its way."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    EVIDENCE_CHECK = "evidence_check"
    NEEDS_MORE = "needs_more"
    REVIEW = "review"
    REFUSED = "refused"
    PUBLIC_NOTICE = "public_notice"
    POSTED = "posted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REVERSED = "reversed"


Verdict: TypeAlias = Literal["approved", "partial", "refused"]
Days: TypeAlias = Mapping[str, int]

REVIEWERS: Final = 2
ITEMS_MAX: Final = 8
# No document gives these: they are the platform's own until a pack or the school says otherwise.
DAY_KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "check": "credits.check_days",
        "supply": "credits.supply_days",
        "review": "credits.review_days",
        "notice": "credits.notice_days",
        "appeal": "credits.appeal_days",
    }
)
REASONS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "no_rule": Text("无适用规则", "no rule applies"),
        "overlap_low": Text("内容重合度不足", "the contents overlap too little"),
        "level_low": Text("层次或等级不足", "the level is too low"),
        "evidence_weak": Text("证明材料不足或存疑", "the evidence is weak or doubtful"),
        "too_old": Text("成果已过认定期限", "the outcome is too old"),
        "limit": Text("超过转换上限", "a limit is reached"),
        "counted": Text("内容已计学分", "the content has been counted"),
        "other": Text("其他", "other"),
    }
)
_DUE: Final[Mapping[str, str]] = MappingProxyType(
    {
        ApplicationState.SUBMITTED: "check",
        ApplicationState.EVIDENCE_CHECK: "check",
        ApplicationState.NEEDS_MORE: "supply",
        ApplicationState.REVIEW: "review",
        ApplicationState.PUBLIC_NOTICE: "notice",
    }
)
HOLDING: Final = frozenset(_DUE)
LIVE: Final = HOLDING | {ApplicationState.DRAFT, ApplicationState.POSTED}


class ApplicationNotFoundError(NotFoundError):
    """There is no such application."""

    code = "application_not_found"
    title_zh = "没有该申请"


class ApplicationStateError(ConflictError):
    """The application's present state does not allow this."""

    code = "application_state"
    title_zh = "申请当前状态不允许此操作"
    mend = Text("现为 {state}，需为 {needs}。", "It is {state}; this needs {needs}.")


class DeadlinePassedError(ConflictError):
    """The deadline has passed."""

    code = "application_deadline"
    title_zh = "已过期限"
    mend = Text(
        "期限为 {due_at}；成果已释放，可重新申请。",
        "It was due at {due_at}; the outcome is free again: apply anew.",
    )


class ReviewerConflictError(ForbiddenError):
    """You may not review this application."""

    code = "reviewer_conflict"
    title_zh = "您与该申请存在利益冲突或已参与，不能审核"
    mend = Text("原因：{reason}。请由其他审核人员处理。", "{reason}. Somebody else has to decide.")


class ContentChangedError(ConflictError):
    """The application has changed since you read it."""

    code = "content_changed"
    title_zh = "申请内容在您阅读之后已变化"
    mend = Text(
        "请重新阅读，按内容摘要 {content_sha256} 作出决定。",
        "Read it again and decide over its digest {content_sha256}.",
    )


class GrantBeyondRulesError(InvalidInputError):
    """This grants more than the rules give."""

    code = "grant_beyond_rules"
    title_zh = "认定学分超过规则允许"
    mend = Text(
        "规则最多允许 {allowed}（百分之一学分）。", "The rules give at most {allowed} (credit/100)."
    )


class VerdictInvalidError(InvalidInputError):
    """This verdict does not fit its amounts or lacks its reason."""

    code = "verdict_invalid"
    title_zh = "结论与学分不一致或缺少理由"
    mend = Text(
        "通过须全额，部分通过须少于规则所给且大于零，不通过须选择 reason_code。",
        "Approved is the whole, partial less than the rules give and more than nothing, refused "
        "names a reason_code.",
    )


class ItemsInvalidError(InvalidInputError):
    """The courses that the outcome shall cover are wrong."""

    code = "items_invalid"
    title_zh = "申请的课程有误"
    mend = Text(
        "请选择本校现行课程 1—8 门，不得重复。",
        "Name one to eight current courses of the school, each once.",
    )


class AppealClosedError(ConflictError):
    """An appeal is not possible any more."""

    code = "credit_appeal_closed"
    title_zh = "已不能申诉"
    mend = Text(
        "每项申请可在决定后 {days} 天内申诉一次。",
        "Each application may be appealed once, within {days} days of its decision.",
    )


@dataclass(frozen=True, slots=True)
class Ruling:
    """One reviewer's decision over the items: amounts in the items' order."""

    reviewer: UUID
    verdict: Verdict
    amounts: tuple[int, ...]


def require_state(application: Mapping[str, Any], *states: str) -> None:
    """Raise ApplicationStateError unless the application is in one of `states`."""
    if application["state"] not in states:
        raise ApplicationStateError(state=application["state"], needs=" | ".join(states))


def due_at(state: str, days: Days, now: datetime) -> datetime | None:
    """Return until when the next step of a state is due."""
    key = _DUE.get(state)
    return None if key is None else now + timedelta(days=days[key])


def hold_until(days: Days, now: datetime) -> datetime:
    """Return until when an outcome is held at most, if no step ever released it.

    Every deadline releases it earlier; this is the ledger's own end, past a whole way with an
    appeal.
    """
    way = sum(days[key] for key in ("check", "supply", "check", "review", "notice"))
    return now + timedelta(days=2 * way + days["appeal"])


def refuse_late(application: Mapping[str, Any], now: datetime) -> None:
    """Raise DeadlinePassedError for a step that comes after its deadline."""
    due = application["due_at"]
    if due is not None and due <= now:
        raise DeadlinePassedError(due_at=due.isoformat())


def shown_state(application: Mapping[str, Any], now: datetime) -> str:
    """Return the state as it is now, whether or not the deadline has been written yet."""
    late = application["due_at"] is not None and application["due_at"] <= now
    if late and application["state"] != ApplicationState.PUBLIC_NOTICE:
        return ApplicationState.EXPIRED
    return application["state"]


def content_digest(
    *,
    outcome: Mapping[str, Any],
    evidence: Sequence[str],
    items: Sequence[Mapping[str, Any]],
    application: Mapping[str, Any],
) -> str:
    """Return the digest of everything that reviewers decide over."""
    shown = ("kind", "title", "level", "award", "form", "hours", "weeks", "score", "unique_key")
    asked = ("course_id", "overlap_percent", "amount")
    return digest_of(
        {
            "outcome": {
                **{name: outcome[name] for name in shown},
                "completed_on": outcome["completed_on"].isoformat(),
            },
            "evidence": sorted(evidence),
            "items": [{name: item[name] for name in asked} for item in items],
            "purpose": application["purpose"],
            "programme_id": str(application["programme_id"]),
            "rulebook_id": str(application["rulebook_id"]),
        }
    )


def check_ruling(
    verdict: Verdict,
    amounts: Sequence[int],
    *,
    allowed: Sequence[int],
    reason_code: str | None,
) -> tuple[int, ...]:
    """Return the amounts that a verdict gives; the rules' own are the most.

    Raises GrantBeyondRulesError, VerdictInvalidError.
    """
    if verdict == "refused":
        if reason_code not in REASONS:
            raise VerdictInvalidError
        return tuple(0 for _ in allowed)
    given = tuple(allowed) if verdict == "approved" else tuple(amounts)
    if len(given) != len(allowed) or any(
        mine > most for mine, most in zip(given, allowed, strict=True)
    ):
        raise GrantBeyondRulesError(allowed=", ".join(map(str, allowed)))
    whole = sum(allowed)
    fits = sum(given) == whole if verdict == "approved" else sum(given) < whole
    if sum(given) <= 0 or not fits:
        raise VerdictInvalidError
    return given


def settled_by(rulings: Sequence[Ruling]) -> Ruling | None:
    """Return the ruling that ends a round: two that agree, or a third one after two that differ.

    >>> one = Ruling(UUID(int=1), "approved", (100,))
    >>> two = Ruling(UUID(int=2), "refused", (0,))
    >>> settled_by([one]), settled_by([one, two])
    (None, None)
    >>> settled_by([one, two, Ruling(UUID(int=3), "refused", (0,))]).verdict
    'refused'
    """
    if len(rulings) < REVIEWERS:
        return None
    first, second, *more = rulings
    if (first.verdict, first.amounts) == (second.verdict, second.amounts):
        return second
    return more[0] if more else None


def conflict_of(
    reviewer: UUID,
    name: str,
    *,
    application: Mapping[str, Any],
    supervisors: Sequence[str],
    declared: Sequence[UUID],
    decided: Sequence[tuple[int, UUID]],
) -> str | None:
    """Return why somebody may not review an application; None where nothing speaks against it."""
    if reviewer in declared:
        return "a declared conflict of interest (已声明回避)"
    if reviewer == application["created_by"]:
        return "the applicant's own or own entry (本人提出的申请)"
    if name in supervisors:
        return "teacher or mentor of the outcome (该成果的指导教师)"
    if any(reviewer == who for _, who in decided):
        return "has decided on this already (已作出过决定)"
    return None
