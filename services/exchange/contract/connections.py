"""Connections as they travel: an answer to a notice, the talk, the agreement."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.exchange.contract.notices import NoticeBrief, OrganisationBrief

ConnectionStateName = Literal["asked", "talking", "agreed", "declined", "withdrawn"]


class ConnectionIn(BaseModel):
    """An answer to somebody's published notice."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    message: str = Field(min_length=5, max_length=2000)
    own_notice_id: UUID | None = Field(default=None, description="one's own notice that fits")


class MessageIn(BaseModel):
    """One more message."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: str = Field(min_length=1, max_length=2000)


class ConnectionDecisionIn(BaseModel):
    """What the notice's organisation says to the first message."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    decision: Literal["accept", "decline"]
    reason: str | None = Field(default=None, min_length=2, max_length=500)


class NoticeAgreementIn(BaseModel):
    """What both sides are to agree on; the other side confirms it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    subject: str = Field(min_length=5, max_length=2000)
    start_on: date
    end_on: date
    places: int | None = Field(default=None, ge=1, le=100_000)
    price_fen: int | None = Field(default=None, ge=0, le=100_000_000_000)


class MessageOut(BaseModel):
    """A message and whose it is."""

    number: int
    organisation: OrganisationBrief
    text: str
    at: datetime


class NoticeAgreementOut(NoticeAgreementIn):
    """The proposed or confirmed agreement."""

    number: int = Field(description="each new proposal counts one up; a confirmation names it")
    proposed_by: UUID
    proposed_at: datetime
    confirmed_at: datetime | None


class ConnectionOut(BaseModel):
    """A connection as its two organisations see it."""

    id: UUID
    version: int
    state: ConnectionStateName
    notice: NoticeBrief
    own_notice: NoticeBrief | None
    asker: OrganisationBrief
    answerer: OrganisationBrief
    reason: str | None
    agreement: NoticeAgreementOut | None
    created_at: datetime
    changed_at: datetime


class ConnectionThreadOut(ConnectionOut):
    """A connection with its messages, the first one first."""

    messages: list[MessageOut]
