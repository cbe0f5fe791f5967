"""Credentials as they travel: issued, verified, stopped; whom an alliance trusts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

CredentialKind = Literal["badge", "clr"]
CredentialStateName = Literal["live", "suspended", "revoked"]
RefusalName = Literal[
    "tampered",
    "expired",
    "revoked",
    "suspended",
    "malformed",
    "undefined_terms",
    "unknown_issuer",
]
Address = Annotated[str, Field(min_length=3, max_length=500, pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:")]
PublicKeyText = Annotated[str, Field(pattern=r"^z6Mk[1-9A-HJ-NP-Za-km-z]{40,50}$")]


class CredentialOut(BaseModel):
    """A credential that the school issued."""

    id: UUID
    kind: CredentialKind
    title: str
    holder_name: str
    holder_number: str
    credits_hundredths: int
    state: CredentialStateName
    reason: str | None
    decision_id: UUID | None
    issued_at: datetime
    url: str
    version: int


class TranscriptIn(BaseModel):
    """Whose transcript: a student asks for their own and names nobody."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    holder_number: str | None = Field(default=None, min_length=1, max_length=80)


class StopIn(BaseModel):
    """Why a credential is revoked or suspended."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=1, max_length=300)


class TwoTexts(BaseModel):
    """One sentence in both languages."""

    zh: str
    en: str


class ClaimsOut(BaseModel):
    """What a sound credential says."""

    id: str
    kind: Literal["badge", "clr", "other"]
    title: str
    issuer_id: str
    issuer_name: str
    credits_hundredths: int | None
    completed_on: date | None
    valid_from: datetime | None
    valid_until: datetime | None
    sha256: str


class CredentialVerdictOut(BaseModel):
    """The verdict on a credential: accepted, or the first reason against it."""

    accepted: bool
    code: RefusalName | None
    reason: TwoTexts | None
    issuer_trusted: bool
    status_known: bool
    pages_sealed: bool
    included: bool | None = Field(
        description="whether a trusted ledger's log vouches for the stapled inclusion proof;"
        " null: none is stapled"
    )
    claims: ClaimsOut | None


class BundleOut(BaseModel):
    """A credential with what verifying it elsewhere needs: lists and inclusion, as of now."""

    credential: dict[str, Any]
    status_lists: list[dict[str, Any]]
    inclusion: dict[str, Any] | None


class TrustedIssuerIn(BaseModel):
    """An issuer that an alliance trusts: its DID and its public keys (Multikey)."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: Address
    name: str = Field(min_length=1, max_length=200)
    keys: list[PublicKeyText] = Field(min_length=1, max_length=20)
    always: list[Literal["eddsa-jcs-2022", "eddsa-rdfc-2022", "sealed-pages"]] = []


class LostKeyIn(BaseModel):
    """A key of the school that somebody else may hold."""

    model_config = ConfigDict(extra="forbid")

    key: PublicKeyText


class IssuerKeysOut(BaseModel):
    """The public keys of an issuer that verify, the oldest first."""

    keys: list[str]


class TrustListIn(BaseModel):
    """Whom an alliance trusts from now on, in place of its earlier list."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=200)
    issuers: list[TrustedIssuerIn] = Field(max_length=2000)


class TrustListOut(BaseModel):
    """A trust list: who drew it up, who signed it."""

    id: UUID
    owner_id: UUID
    name: str
    document: dict[str, Any]
    signed_by: list[UUID]
    created_at: datetime
