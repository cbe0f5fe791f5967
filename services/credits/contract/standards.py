"""Alliances' members and common standards as they travel."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

CreditStandardState = Literal["draft", "signing", "in_force", "superseded"]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class AllianceMemberIn(_In):
    """An organisation's membership of the caller's alliance, for a period."""

    member_id: UUID
    from_on: date
    until_on: date | None = None


class MembershipEndIn(_In):
    """The last day of a membership."""

    until_on: date


class AllianceMemberOut(BaseModel):
    """A membership with its period."""

    id: UUID
    alliance_id: UUID
    member_id: UUID
    member_name: str
    from_on: date
    until_on: date | None
    version: int


class CreditStandardIn(_In):
    """A version of a common standard as a draft.

    `content`: `kinds` (outcomes it covers), `units` (`hours` or `weeks` by kind),
    `hours_per_credit` and `weeks_per_credit` (two whole numbers each), `use_scope` (`level` or
    `enrolment_level`: within what one outcome counts once), `text`.
    """

    code: str = Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")
    title_zh: str = Field(min_length=1, max_length=200)
    title_en: str = Field(min_length=1, max_length=200)
    content: dict[str, Any]
    valid_from: date
    valid_to: date | None = None


class CreditStandardPatch(_In):
    """Changes of a draft; what is not sent stays."""

    title_zh: str | None = Field(default=None, min_length=1, max_length=200)
    title_en: str | None = Field(default=None, min_length=1, max_length=200)
    content: dict[str, Any] | None = None
    valid_from: date | None = None


class CreditStandardOut(BaseModel):
    """A version of a standard; `digest` is what members sign."""

    id: UUID
    alliance_id: UUID
    alliance_name: str
    code: str
    number: int
    title_zh: str
    title_en: str
    content: dict[str, Any]
    digest: str
    state: CreditStandardState
    valid_from: date
    valid_to: date | None
    created_at: datetime
    version: int


class StandardSignatureIn(_In):
    """The digest of the text that was read and is signed."""

    digest: str = Field(max_length=80)


class StandardSignatureOut(BaseModel):
    """A member's signature: who ordered it, and the school's key over the digest."""

    id: UUID
    standard_id: UUID
    member_id: UUID
    member_name: str
    digest: str
    signed_by_name: str
    verification_method: str
    signature: str
    signed_at: datetime


class SignedStandardOut(CreditStandardOut):
    """A version with its signatures and the members of today who have not signed."""

    signed_text: dict[str, Any]
    signatures: list[StandardSignatureOut]
    missing: list[str]
