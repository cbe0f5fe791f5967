"""Consents as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

ConsentPurpose = Literal["share_with_host", "sensitive_data", "personalised_recommendation"]


class NewConsentIn(BaseModel):
    """A person's consent: to what, towards whom, and to which version of the words."""

    model_config = ConfigDict(extra="forbid")

    purpose: ConsentPurpose
    to_org_id: UUID | None = Field(default=None, description="who receives; by name (PIPL 23)")
    text_version: str = Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._:-]+$")


class ConsentOut(BaseModel):
    """A consent, standing or withdrawn."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    person_id: UUID
    purpose: ConsentPurpose
    to_org_id: UUID | None
    text_version: str
    given_at: datetime
    withdrawn_at: datetime | None


class ConsentQuestion(BaseModel):
    """Whether this person has consented to this, towards this organisation."""

    model_config = ConfigDict(extra="forbid")

    person_id: UUID
    purpose: ConsentPurpose
    to_org_id: UUID | None = None


class ConsentsCheckIn(BaseModel):
    """Questions of a room, many at once."""

    model_config = ConfigDict(extra="forbid")

    items: list[ConsentQuestion] = Field(max_length=5000)


class ConsentAnswer(BaseModel):
    """The answer to one question; `given` is false where the consent was withdrawn."""

    person_id: UUID
    purpose: ConsentPurpose
    to_org_id: UUID | None
    given: bool
    text_version: str | None
    given_at: datetime | None


class ConsentsCheckOut(BaseModel):
    """The answers, in the order of the questions."""

    items: list[ConsentAnswer]
