"""A batch (实习批次): its states, its modes, and what a school may rank students by.

draft -open-> open -close-> closed -round-> proposed -publish-> published -finish-> finished;
modes without a round go from closed to finished.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import isfinite

from services.internships.domain.facts import InternshipKind
from services.internships.domain.state_words import BATCH_MODES, BATCH_STATES
from shared.kernel.errors import ConflictError, Fault, InvalidInputError, NotFoundError, Text


class BatchState(StrEnum):
    """Where a batch stands."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    FINISHED = "finished"


class BatchMode(StrEnum):
    """How students come to their posts."""

    CLEARED = "cleared"  # 志愿清算
    MUTUAL_CHOICE = "mutual_choice"  # 双选
    ASSIGNED = "assigned"  # 统一安排
    SELF_ARRANGED = "self_arranged"  # 自主选择


class BatchNotFoundError(NotFoundError):
    """There is no such batch."""

    code = "batch_not_found"
    title_zh = "没有该实习批次"


class BatchStateError(ConflictError):
    """The batch is not at that step."""

    code = "batch_state"
    title_zh = "批次当前状态不允许此操作"
    words = BATCH_STATES
    mend = Text(
        "批次现为 {state}；此操作只在 {allowed} 时可用。",
        "The batch is {state}; this is possible while it is {allowed}.",
    )


class BatchModeError(ConflictError):
    """This batch works in another mode."""

    code = "batch_mode"
    title_zh = "该批次的安排方式不支持此操作"
    words = BATCH_MODES
    mend = Text(
        "批次的安排方式为 {mode}，此操作只用于 {needs}。",
        "The batch's mode is {mode}; this belongs to {needs}.",
    )


class WindowShutError(ConflictError):
    """Wishes are not taken now."""

    code = "wishes_window_shut"
    title_zh = "当前不在志愿填报时间内"
    mend = Text(
        "填报时间为 {opens_at} 至 {closes_at}。",
        "Wishes are taken from {opens_at} to {closes_at}.",
    )


class WindowOpenError(ConflictError):
    """Wishes are still being taken."""

    code = "wishes_window_open"
    title_zh = "志愿填报尚未截止"
    mend = Text(
        "请等到 {closes_at}，或先关闭批次，再清算。",
        "Wait until {closes_at}, or close the batch first.",
    )


class BatchEmptyError(ConflictError):
    """The batch has nothing to arrange."""

    code = "batch_empty"
    title_zh = "批次中没有可安排的学生或岗位"
    mend = Text(
        "请按 errors 逐项补充后再开放；批次仍为草稿。",
        "Add what `errors` names and open it then; the batch is still a draft.",
    )


_NO_POSTS = Text(
    "批次中还没有岗位：请先从已准入单位的岗位中选择放入。",
    "The batch has no post yet: put in posts of your approved hosts first.",
)
_NO_STUDENTS = Text(
    "学籍名册中没有符合本批次专业与入学年份的在读学生：请先导入名册，或修改批次的专业与入学年份。",
    "The roster has no enrolled student of the batch's majors and years of entry: import the "
    "roster first, or change the batch's majors and years.",
)


def require_filled(mode: str, *, posts: int, students: int) -> None:
    """Refuse to open what would arrange nothing; who arranges oneself brings the post along."""
    faults: list[Fault] = []
    if not posts and mode != BatchMode.SELF_ARRANGED:
        faults.append(Fault("no_posts", _NO_POSTS))
    if not students:
        faults.append(Fault("no_students", _NO_STUDENTS))
    if faults:
        raise BatchEmptyError(faults=faults)


PRIORITY_FIELDS = ("relevance", "grade", "interview")
_WHY_REFUSED = Text(
    "只能用专业对口（relevance）、学校选定的成绩（grade）、面试（interview）排序；"
    "性别、年龄、户籍、民族、健康、照片一律不得用于选择学生（就业促进法、个人信息保护法）。",
    "Students are ranked by relevance, grade and interview only; never by sex, age, household "
    "registration, ethnicity, health or photo (Employment Promotion Law, PIPL).",
)
_SCHOOL_ONLY = Text(
    "认识实习由学校统一组织，学生不得自行选择单位。请选择 assigned 或 cleared。",
    "The school arranges an orientation; students do not choose its host: assigned or cleared.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchTerms:
    """What a school decides of a batch before it opens."""

    kind: InternshipKind
    mode: BatchMode
    start_on: date
    end_on: date
    wishes_open_at: datetime | None
    wishes_close_at: datetime | None
    wishes_max: int
    priority_weights: Mapping[str, float]


def check_terms(terms: BatchTerms) -> None:
    """Raise InvalidInputError with every fault of the terms."""
    faults = [
        *_date_faults(terms),
        *_window_faults(terms),
        *weight_faults(terms.priority_weights),
        *_kind_faults(terms),
    ]
    if faults:
        raise InvalidInputError(faults=faults)


def _date_faults(terms: BatchTerms) -> list[Fault]:
    if terms.end_on >= terms.start_on:
        return []
    text = Text("结束日期早于开始日期。", "The last day is before the first.")
    return [Fault("dates_reversed", text, pointer="/end_on")]


def _window_faults(terms: BatchTerms) -> list[Fault]:
    opens, closes = terms.wishes_open_at, terms.wishes_close_at
    if opens is None or closes is None:
        if terms.mode is not BatchMode.CLEARED:
            return []
        text = Text("志愿清算须写明填报起止时间。", "Clearing needs a window for wishes.")
        return [Fault("required", text, pointer="/wishes_close_at")]
    if closes > opens:
        return []
    text = Text("填报截止时间须晚于开始时间。", "The window closes before it opens.")
    return [Fault("dates_reversed", text, pointer="/wishes_close_at")]


def _kind_faults(terms: BatchTerms) -> list[Fault]:
    chosen_by_students = {BatchMode.MUTUAL_CHOICE, BatchMode.SELF_ARRANGED}
    if terms.kind is InternshipKind.ORIENTATION and terms.mode in chosen_by_students:
        return [Fault("orientation_school_arranged", _SCHOOL_ONLY, pointer="/mode")]
    return []


def weight_faults(weights: Mapping[str, float]) -> list[Fault]:
    """Return what is wrong with a choice of priority fields.

    >>> [fault.pointer for fault in weight_faults({"relevance": 1.0, "sex": 1.0})]
    ['/priority_weights/sex']
    """
    faults: list[Fault] = []
    for name, weight in weights.items():
        pointer = f"/priority_weights/{name}"
        if name not in PRIORITY_FIELDS:
            faults.append(Fault("priority_field_refused", _WHY_REFUSED, pointer=pointer))
        elif not isfinite(weight) or weight < 0:
            text = Text("权重应为 0 或正数。", "A weight is 0 or more.")
            faults.append(Fault("weight_invalid", text, pointer=pointer))
    if not faults and not any(weights.values()):
        text = Text("至少一项权重大于 0。", "At least one weight is above 0.")
        faults.append(Fault("weight_invalid", text, pointer="/priority_weights"))
    return faults


def require_state(state: str, *allowed: BatchState) -> None:
    """Refuse what the batch's state does not allow."""
    if state not in allowed:
        raise BatchStateError(state=state, allowed=", ".join(allowed))


def require_mode(mode: str, *needs: BatchMode) -> None:
    """Refuse what belongs to another mode."""
    if mode not in needs:
        raise BatchModeError(mode=mode, needs=", ".join(needs))


def require_window(*, opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> None:
    """Refuse wishes outside the window."""
    if opens_at is None or closes_at is None or not opens_at <= now < closes_at:
        raise WindowShutError(
            opens_at=opens_at.isoformat() if opens_at else None,
            closes_at=closes_at.isoformat() if closes_at else None,
        )


def require_cleared_later(state: str, *, closes_at: datetime | None, now: datetime) -> None:
    """Refuse a round while students may still change their wishes."""
    require_state(state, BatchState.OPEN, BatchState.CLOSED)
    if state == BatchState.OPEN and (closes_at is None or now < closes_at):
        raise WindowOpenError(closes_at=closes_at.isoformat() if closes_at else None)
