"""A notice (供求信息): its terms, its states, and which step leads from which state.

draft -> submitted -> registered -> published -> closed. Where nobody asks for registration a
submitted notice is published at once; where one is registered, that publishes it. A change of a
registered notice is registered again. What is closed never changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from shared.kernel.errors import ConflictError, NotFoundError, Text


class NoticeState(StrEnum):
    """Where a notice stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REGISTERED = "registered"
    PUBLISHED = "published"
    CLOSED = "closed"


class Step(StrEnum):
    """What happens to a notice; each is kept with who did it and the terms as they were."""

    DRAFTED = "drafted"
    CHANGED = "changed"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REGISTERED = "registered"
    PUBLISHED = "published"
    CLOSED = "closed"


STATE_WORDS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "draft": Text("草稿", "a draft"),
        "submitted": Text("待登记", "waiting for registration"),
        "registered": Text("已登记", "registered"),
        "published": Text("已发布", "published"),
        "closed": Text("已关闭", "closed"),
    }
)
SIDE_WORDS: Final[Mapping[str, Text]] = MappingProxyType(
    {"offer": Text("供给", "Offer"), "need": Text("需求", "Need")}
)


class NoticeNotFoundError(NotFoundError):
    """There is no such notice."""

    code = "notice_not_found"
    title_zh = "没有该供求信息"


class NoticeNotDraftError(ConflictError):
    """Only a draft can be submitted."""

    code = "notice_not_draft"
    title_zh = "只有草稿可以提交"
    words = STATE_WORDS
    mend = Text("该信息现为{state}。", "The notice is {state} now.")


class NoticeNotSubmittedError(ConflictError):
    """Only a submitted notice is registered or returned."""

    code = "notice_not_submitted"
    title_zh = "只有待登记的信息可以登记或退回"
    words = STATE_WORDS
    mend = Text("该信息现为{state}。", "The notice is {state} now.")


class NoticeClosedError(ConflictError):
    """A closed notice does not change."""

    code = "notice_closed"
    title_zh = "已关闭的信息不能再变更"
    mend = Text("请另建一条供求信息。", "Write a new notice.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTerms:
    """What a notice says; None is "not said". Money in fen."""

    side: str
    kind: str
    title: str
    summary: str
    region_code: str
    industry_code: str | None = None
    occupation_code: str | None = None
    major_codes: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    places: int | None = None
    price_fen: int | None = None
    price_per: str | None = None
    start_on: date | None = None
    end_on: date | None = None
    closes_on: date | None = None
    partner_name: str | None = None
    partner_waiver: str | None = None

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> NoticeTerms:
        """Return terms from plain values: lists for tuples; other names are left out."""
        own = {name: values[name] for name in TERMS if name in values}
        for name in ("major_codes", "skills"):
            own[name] = tuple(own.get(name) or ())
        return cls(**own)

    def to_values(self) -> dict[str, Any]:
        """Return the terms as plain values, as they are stored."""
        values = {name: getattr(self, name) for name in TERMS}
        return {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}

    def to_json(self) -> dict[str, Any]:
        """Return the terms as JSON, as a step keeps them."""
        values = self.to_values()
        return {n: v.isoformat() if isinstance(v, date) else v for n, v in values.items()}


TERMS: Final[tuple[str, ...]] = tuple(field.name for field in fields(NoticeTerms))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One stored notice; `rule` says what was asked of it, by which pack and clause."""

    id: UUID
    version: int
    org_id: UUID
    org_kind: str
    org_name: str
    terms: NoticeTerms
    state: NoticeState
    rule: Mapping[str, Any]
    registrar_id: UUID | None
    registrar_name: str | None
    registrar_level: str | None
    returned_reason: str | None
    created_at: datetime
    submitted_at: datetime | None
    registered_at: datetime | None
    published_at: datetime | None
    closed_at: datetime | None

    @property
    def told(self) -> bool:
        """Whether everyone may read it: it is published, or was when it closed."""
        ended = self.state in {NoticeState.PUBLISHED, NoticeState.CLOSED}
        return ended and self.published_at is not None

    @property
    def last_day(self) -> date | None:
        """The last day on which to answer: the closing day, or else the end of what it is about."""
        return self.terms.closes_on or self.terms.end_on

    def is_open(self, today: date) -> bool:
        """Return whether it is found and may be answered: published, its last day not past."""
        past = self.last_day is not None and self.last_day < today
        return self.state is NoticeState.PUBLISHED and not past


_NOT_CLOSED = frozenset({NoticeState.DRAFT, NoticeState.SUBMITTED, NoticeState.PUBLISHED})
_FROM: Final[Mapping[Step, frozenset[NoticeState]]] = MappingProxyType(
    {
        Step.CHANGED: _NOT_CLOSED,
        Step.SUBMITTED: frozenset({NoticeState.DRAFT}),
        Step.RETURNED: frozenset({NoticeState.SUBMITTED}),
        Step.REGISTERED: frozenset({NoticeState.SUBMITTED}),
        Step.CLOSED: _NOT_CLOSED,
    }
)


def expect_step(notice: Notice, step: Step) -> None:
    """Refuse a step that does not lead from the notice's state."""
    if notice.state in _FROM[step]:
        return
    if step in {Step.RETURNED, Step.REGISTERED}:
        raise NoticeNotSubmittedError(state=notice.state.value)
    if step is Step.SUBMITTED and notice.state is not NoticeState.CLOSED:
        raise NoticeNotDraftError(state=notice.state.value)
    raise NoticeClosedError
