"""Sign-in as it travels: sessions, tokens and what they say of a person."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class SignInIn(BaseModel):
    """An account name and its password."""

    model_config = ConfigDict(extra="forbid")

    login: str = Field(min_length=1, max_length=120)
    password: str = Field(min_length=1, max_length=200, repr=False)


class ActivationIn(BaseModel):
    """The code that an administrator handed over, once; with it, the person's own password."""

    model_config = ConfigDict(extra="forbid")

    login: str = Field(min_length=1, max_length=120)
    code: str = Field(min_length=1, max_length=200, repr=False)
    password: str | None = Field(default=None, min_length=10, max_length=200, repr=False)


class SessionOut(BaseModel):
    """A new session: shown once, kept by the person's browser or program."""

    session: str = Field(repr=False)
    expires_at: datetime
    csrf: str = Field(repr=False)


class TokenIn(BaseModel):
    """For which of their organisations the person acts; the first one where it is not said."""

    model_config = ConfigDict(extra="forbid")

    org_id: UUID | None = None


class PersonBrief(BaseModel):
    """Who signed in."""

    id: UUID
    name: str


class MembershipBrief(BaseModel):
    """One organisation that the person may act for, and their roles there."""

    org_id: UUID
    org_name: str
    org_kind: str
    roles: list[str]


class PersonTokenOut(BaseModel):
    """A short-lived access token of a person, and what a portal shows of them."""

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"]
    expires_in: int
    person: PersonBrief
    memberships: list[MembershipBrief]
    org_id: UUID | None
    roles: list[str]
    scope: str
    csrf: str = Field(repr=False)


class PasswordIn(BaseModel):
    """The present password and the one that replaces it."""

    model_config = ConfigDict(extra="forbid")

    current: str = Field(min_length=1, max_length=200, repr=False)
    new: str = Field(min_length=10, max_length=200, repr=False)


class DepartureOut(BaseModel):
    """Where a person signs in at the foreign provider, and the state that must come back."""

    authorization_url: str
    state: str = Field(repr=False)


class ProviderReturnIn(BaseModel):
    """What the provider sent the person's browser back with."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=2000, repr=False)
    state: str = Field(min_length=1, max_length=200, repr=False)
