"""A connection (对接): an answer to a notice, the talk, the agreement that both sides confirm.

asked -> talking -> agreed; declined by who published the notice, or withdrawn by who asked, on
the way. Either side proposes an agreement, each proposal counts one up, and the other side
confirms that very number: nobody confirms what they have not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from services.exchange.domain.notice import STATE_WORDS, Notice
from services.exchange.domain.organisation import Organisation
from shared.kernel.errors import (
    ConflictError,
    Fault,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    Text,
)

# A thread is shown whole.
MESSAGES_MAX: Final = 500


class ConnectionState(StrEnum):
    """Where a connection stands."""

    ASKED = "asked"
    TALKING = "talking"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_STATE_WORDS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "asked": Text("待回应", "waiting for an answer"),
        "talking": Text("洽谈中", "being talked over"),
        "agreed": Text("已达成", "agreed"),
        "declined": Text("已婉拒", "declined"),
        "withdrawn": Text("已撤回", "withdrawn"),
    }
)


class ConnectionNotFoundError(NotFoundError):
    """There is no such connection."""

    code = "connection_not_found"
    title_zh = "没有该对接"


class NoticeNotOpenError(ConflictError):
    """This notice is not open to answers."""

    code = "notice_not_open"
    title_zh = "该供求信息目前不接受应答"
    words = STATE_WORDS
    mend = Text(
        "该信息现为{state}，截止日期 {closes_on}。请查找其他信息。",
        "The notice is {state}, its closing day is {closes_on}. Look for another one.",
    )


class OwnNoticeError(ConflictError):
    """This notice is your own organisation's."""

    code = "notice_own"
    title_zh = "这是本单位的供求信息"
    mend = Text("请应答其他单位的信息。", "Answer another organisation's notice.")


class AskerUnverifiedError(ConflictError):
    """Only verified, active organisations answer notices."""

    code = "connection_unverified"
    title_zh = "通过核验且状态正常的单位才能应答供求信息"
    mend = Text(
        "请单位管理员提交统一社会信用代码与证明材料（POST /v1/verifications），审核通过后再应答。",
        "The organisation's administrator files its credit code with evidence "
        "(POST /v1/verifications); after a reviewer has confirmed it, answer the notice.",
    )


class ConnectionOpenError(ConflictError):
    """Your organisation has answered this notice already."""

    code = "connection_open"
    title_zh = "本单位已应答过该信息"
    mend = Text("请在已有对接 {connection_id} 中继续。", "Go on in the connection {connection_id}.")


class ConnectionStateError(ConflictError):
    """The connection is not at that step."""

    code = "connection_state"
    title_zh = "该对接当前状态不允许此操作"
    words = _STATE_WORDS
    mend = Text("该对接现为{state}。", "The connection is {state} now.")


class ConnectionFullError(ConflictError):
    """This connection has as many messages as one may have."""

    code = "connection_full"
    title_zh = "该对接的消息条数已达上限"
    mend = Text(
        "一个对接最多 {messages_max} 条消息；请改用其他方式联系，或提出合作方案。",
        "A connection has at most {messages_max} messages: write elsewhere, or propose.",
    )


class ProposalSupersededError(ConflictError):
    """This is not the newest proposal."""

    code = "connection_proposal_superseded"
    title_zh = "这不是最新的合作方案"
    mend = Text(
        "请阅读第 {current} 号方案后再确认。", "Read proposal {current} first, then confirm it."
    )


class ProposalOwnError(ConflictError):
    """The other side confirms your proposal, not you."""

    code = "connection_proposal_own"
    title_zh = "本方提出的方案须由对方确认"
    mend = Text("请等待对方确认，或提出新的方案。", "Wait for the other side, or propose anew.")


_FROM: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "accept": frozenset({"asked"}),
        "decline": frozenset({"asked", "talking"}),
        "withdraw": frozenset({"asked", "talking"}),
        "write": frozenset({"asked", "talking", "agreed"}),
        "propose": frozenset({"talking"}),
        "confirm": frozenset({"talking"}),
    }
)


def expect_room_for_message(number: int) -> None:
    """Refuse a message beyond the most that a thread shows."""
    if number > MESSAGES_MAX:
        raise ConnectionFullError(messages_max=MESSAGES_MAX)


def expect_act(connection: Mapping[str, Any], act: str) -> None:
    """Refuse an act that does not fit where the connection stands."""
    if connection["state"] not in _FROM[act]:
        raise ConnectionStateError(state=str(connection["state"]))


def expect_answerable(notice: Notice, organisation: Organisation, today: date) -> None:
    """Refuse an answer to a notice that is closed or one's own, or of whom nobody verified."""
    if not notice.is_open(today):
        told = notice.last_day.isoformat() if notice.last_day else None
        raise NoticeNotOpenError(state=notice.state.value, closes_on=told)
    if notice.org_id == organisation.id:
        raise OwnNoticeError
    if organisation.status != "active" or not organisation.verified:
        raise AskerUnverifiedError(organisation_id=str(organisation.id))


def expect_own_fits(own: Notice | None, organisation: Organisation, today: date) -> None:
    """Refuse to name a notice as one's own fitting one that is not open, or another's."""
    if own is None or own.org_id != organisation.id or not own.is_open(today):
        text = Text(
            "请填写本单位一条已发布且未截止的信息", "name an open notice of your own organisation"
        )
        raise InvalidInputError(faults=[Fault("own_notice", text, pointer="/own_notice_id")])


def expect_answerer(connection: Mapping[str, Any], org_id: UUID) -> None:
    """Refuse whoever did not publish the notice."""
    if connection["answerer_id"] != org_id:
        raise ForbiddenError(needs="the organisation that published the notice (信息发布单位)")


def expect_asker(connection: Mapping[str, Any], org_id: UUID) -> None:
    """Refuse whoever did not answer the notice."""
    if connection["asker_id"] != org_id:
        raise ForbiddenError(needs="the organisation that answered the notice (应答单位)")


def next_proposal(
    connection: Mapping[str, Any], terms: Mapping[str, Any], *, org_id: UUID, now: datetime
) -> dict[str, Any]:
    """Return a proposal as it is kept, numbered after the one before it."""
    if terms["end_on"] < terms["start_on"]:
        text = Text("结束日期早于开始日期", "the end is before the start")
        raise InvalidInputError(faults=[Fault("dates_reversed", text, pointer="/end_on")])
    before = connection["agreement"] or {"number": 0}
    return {
        **terms,
        "start_on": terms["start_on"].isoformat(),
        "end_on": terms["end_on"].isoformat(),
        "number": before["number"] + 1,
        "proposed_by": str(org_id),
        "proposed_at": now.isoformat(),
        "confirmed_at": None,
    }


def confirmed_proposal(
    connection: Mapping[str, Any], *, number: int, org_id: UUID, now: datetime
) -> dict[str, Any]:
    """Return the newest proposal as confirmed; refuse another number, and one's own proposal."""
    proposal = connection["agreement"]
    if proposal is None or proposal["number"] != number:
        raise ProposalSupersededError(current=proposal["number"] if proposal else None)
    if proposal["proposed_by"] == str(org_id):
        raise ProposalOwnError
    return {**proposal, "confirmed_at": now.isoformat()}
