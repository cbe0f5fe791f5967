"""Organisations and sites as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

OrganisationKindName = Literal[
    "enterprise",
    "school",
    "authority",
    "industry_body",
    "service_organisation",
    "alliance",
    "evaluator",
    "platform",
]
SchoolLevel = Literal[
    "secondary_vocational",
    "technician",
    "higher_vocational",
    "vocational_bachelor",
    "applied_bachelor",
    "bachelor",
]
_NAME = Field(min_length=2, max_length=200)
_USCC = Field(default=None, min_length=1, max_length=30, description="GB 32100")
_REGION = Field(default=None, pattern=r"^\d{6}$", description="GB/T 2260")
_INDUSTRY = Field(default=None, pattern=r"^[A-T](\d{2,4})?$|^\d{2,4}$", description="GB/T 4754")
_MOE = Field(default=None, pattern=r"^[0-9A-Za-z]{4,16}$")


def _unsent() -> Literal["active"]:
    """Stand for a field that was not sent: it is never read, and the schema shows no default."""
    return "active"


class OrganisationIn(BaseModel):
    """An organisation to be registered."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    kind: OrganisationKindName
    name: str = _NAME
    uscc: str | None = _USCC
    region_code: str | None = _REGION
    industry_code: str | None = _INDUSTRY
    moe_code: str | None = _MOE
    level: SchoolLevel | None = None


class OrganisationPatch(BaseModel):
    """Fields of an organisation to be changed; those not sent stay."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(default_factory=str, min_length=2, max_length=200)
    uscc: str | None = _USCC
    region_code: str | None = _REGION
    industry_code: str | None = _INDUSTRY
    moe_code: str | None = _MOE
    level: SchoolLevel | None = None
    status: Literal["active", "suspended", "closed"] = Field(default_factory=_unsent)


class OrganisationOut(BaseModel):
    """What anyone may know of an organisation."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: OrganisationKindName
    name: str
    uscc: str | None
    region_code: str | None
    industry_code: str | None
    moe_code: str | None
    level: str | None
    status: Literal["active", "suspended", "closed"]
    verified: bool
    verified_at: datetime | None
    version: int


class LookupIn(BaseModel):
    """Ids of organisations that a room or an app wants to name."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(max_length=1000)


class LookupOut(BaseModel):
    """The organisations that exist among those asked for, in the order asked."""

    items: list[OrganisationOut]


class SiteIn(BaseModel):
    """A place where the organisation works."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=200)
    address: str = Field(min_length=2, max_length=400)
    region_code: str | None = _REGION


class SiteOut(BaseModel):
    """A place where an organisation works, under its one credit code."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    org_id: UUID
    name: str
    address: str
    region_code: str | None
    version: int


class SitesOut(BaseModel):
    """Every site of one organisation."""

    items: list[SiteOut]
