"""Mutual choice (双选): the student applies, the enterprise offers, the student confirms.

applied -> interview -> offered -> confirmed; refused by the enterprise or withdrawn by the student
on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from services.internships.domain.state_words import CHOICE_STATES
from shared.kernel.errors import ConflictError, Fault, InvalidInputError, NotFoundError, Text


class ChoiceState(StrEnum):
    """Where an application stands."""

    APPLIED = "applied"
    INTERVIEW = "interview"
    OFFERED = "offered"
    REFUSED = "refused"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class ChoiceNotFoundError(NotFoundError):
    """There is no such application."""

    code = "choice_not_found"
    title_zh = "没有该双选申请"


class ChoiceStateError(ConflictError):
    """The application is not at that step."""

    code = "choice_state"
    title_zh = "该双选申请当前状态不允许此操作"
    words = CHOICE_STATES
    mend = Text(
        "该申请现为 {state}，不能变为 {wanted}。",
        "The application is {state} and cannot become {wanted}.",
    )


class ChoiceMadeError(ConflictError):
    """You have applied for this post already."""

    code = "choice_made"
    title_zh = "您已申请过该岗位"
    mend = Text("请查看已有申请。", "Look at the application that you have.")


class SeatsGoneError(ConflictError):
    """Every seat of this post is taken."""

    code = "seats_gone"
    title_zh = "该岗位名额已满"
    mend = Text("请选择其他岗位。", "Choose another post.")


_NEXT: Mapping[str, frozenset[str]] = {
    ChoiceState.APPLIED: frozenset(
        {ChoiceState.INTERVIEW, ChoiceState.OFFERED, ChoiceState.REFUSED, ChoiceState.WITHDRAWN}
    ),
    ChoiceState.INTERVIEW: frozenset(
        {ChoiceState.INTERVIEW, ChoiceState.OFFERED, ChoiceState.REFUSED, ChoiceState.WITHDRAWN}
    ),
    ChoiceState.OFFERED: frozenset(
        {ChoiceState.CONFIRMED, ChoiceState.REFUSED, ChoiceState.WITHDRAWN}
    ),
    ChoiceState.REFUSED: frozenset(),
    ChoiceState.CONFIRMED: frozenset(),
    ChoiceState.WITHDRAWN: frozenset(),
}
_CONSENT = Text(
    "申请前须单独同意向该企业提供您的姓名、专业等信息（个人信息保护法第二十三条）。",
    "Before you apply, consent that this enterprise receives your name and major (PIPL, 23).",
)


def require_step(choice: Mapping[str, Any], wanted: str) -> None:
    """Refuse a step that does not follow from where the application stands."""
    if wanted not in _NEXT[choice["state"]]:
        raise ChoiceStateError(state=choice["state"], wanted=wanted)


def require_choice_consent(*, share_consent: bool) -> None:
    """Refuse an application without the student's consent to share data."""
    if not share_consent:
        fault = Fault("consent_missing", _CONSENT, pointer="/share_consent")
        raise InvalidInputError(faults=[fault])
