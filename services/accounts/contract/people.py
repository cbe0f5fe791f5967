"""People and memberships as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

_LOGIN = Field(min_length=3, max_length=120, pattern=r"^[^\s:]+$")
_NAME = Field(min_length=1, max_length=100)
_PHONE = Field(default=None, pattern=r"^\+?[0-9 -]{5,19}$")
_EMAIL = Field(default=None, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_ROLES = Field(min_length=1, max_length=8)
_NUMBER = Field(default=None, min_length=1, max_length=40, pattern=r"^\S+$")


def _unsent() -> Literal["active"]:
    """Stand for a field that was not sent: it is never read, and the schema shows no default."""
    return "active"


class PersonRowIn(BaseModel):
    """One person of a bulk request: they set their password by an activation code."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    login: str = _LOGIN
    name: str = _NAME
    roles: list[str] = _ROLES
    member_no: str | None = _NUMBER
    phone: str | None = _PHONE
    email: str | None = _EMAIL


class PersonIn(PersonRowIn):
    """A person to be given an account; without a password, by an activation code."""

    org_id: UUID | None = Field(default=None, description="the operator names any organisation")
    password: str | None = Field(default=None, min_length=10, max_length=200, repr=False)


class PeopleIn(BaseModel):
    """People to be given accounts together: all of them, or none and every fault named."""

    model_config = ConfigDict(extra="forbid")

    org_id: UUID | None = Field(default=None, description="the operator names any organisation")
    rows: list[PersonRowIn] = Field(min_length=1, max_length=5000)


class NewPersonOut(BaseModel):
    """A new account; the activation code is shown only here."""

    id: UUID
    login: str
    member_no: str | None
    activation_code: str | None = Field(repr=False)
    activation_until: datetime | None


class NewPeopleOut(BaseModel):
    """The new accounts, in the order of the request."""

    items: list[NewPersonOut]


class PersonPatch(BaseModel):
    """Fields of a person to be changed; those not sent stay."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(default_factory=str, min_length=1, max_length=100)
    phone: str | None = _PHONE
    email: str | None = _EMAIL
    status: Literal["active", "blocked"] = Field(default_factory=_unsent)


class MePatch(BaseModel):
    """What a person corrects of their own data; fields not sent stay, null removes (PIPL 46)."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    phone: str | None = _PHONE
    email: str | None = _EMAIL


class MemberBrief(BaseModel):
    """A person in a list: telephone and e-mail are masked."""

    id: UUID
    login: str
    name: str
    phone: str | None
    email: str | None
    roles: list[str]
    member_no: str | None
    status: Literal["active", "blocked"]


class MemberOut(BaseModel):
    """A person of the organisation, in full."""

    id: UUID
    login: str
    name: str
    phone: str | None
    email: str | None
    roles: list[str]
    member_no: str | None
    status: Literal["active", "blocked"]
    membership: Literal["active", "ended"]
    version: int


class RoleOut(BaseModel):
    """A role that people of the caller's organisation may have."""

    name: str
    title: str
    scopes: list[str]


class RolesOut(BaseModel):
    """Every such role."""

    items: list[RoleOut]


class MembershipIn(BaseModel):
    """The roles of a person in an organisation from now on."""

    model_config = ConfigDict(extra="forbid")

    roles: list[str] = _ROLES
    member_no: str | None = _NUMBER


class ActivationOut(BaseModel):
    """A new activation code, shown only here; the old password and every session are void."""

    activation_code: str | None = Field(repr=False)
    activation_until: datetime


class MeOut(BaseModel):
    """What the platform keeps of the person who asks."""

    id: UUID
    login: str
    name: str
    phone: str | None
    email: str | None
    home_org_id: UUID
    org_id: UUID | None
    roles: list[str]
    scopes: list[str]
    member_no: str | None
