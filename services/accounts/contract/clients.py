"""API clients and OAuth 2 as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

ClientKind = Literal["machine", "app"]


class ClientIn(BaseModel):
    """A program of the organisation, and the scopes that it is granted.

    `machine` acts for the organisation (client credentials); `app` acts for people who allow it
    (authorization code with PKCE); an app that cannot keep a secret is `public`.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    org_id: UUID | None = Field(default=None, description="the operator names any organisation")
    kind: ClientKind = "machine"
    name: str = Field(min_length=1, max_length=100)
    scopes: list[str] = Field(min_length=1, max_length=40)
    redirect_uris: list[str] = Field(default_factory=list[str], max_length=10)
    public: bool = False


class ClientOut(BaseModel):
    """A client without its secret."""

    id: UUID
    org_id: UUID
    kind: ClientKind
    name: str
    scopes: list[str]
    redirect_uris: list[str]
    last_four: str | None
    created_at: datetime
    revoked_at: datetime | None


class NewClientOut(ClientOut):
    """A new client; the secret is shown only here."""

    client_secret: str | None = Field(repr=False)


class ScopeOut(BaseModel):
    """A scope in words, and to which clients of the caller's organisation it may be granted."""

    name: str
    text: str
    machine: bool
    app: bool


class ScopesOut(BaseModel):
    """Every scope."""

    items: list[ScopeOut]


class AppScopeOut(BaseModel):
    """One scope that an app asks for, in words."""

    name: str
    text: str


class AppOut(BaseModel):
    """What a person sees of an app before they allow it to act for them."""

    id: UUID
    name: str
    org_id: UUID
    org_name: str
    org_verified: bool
    scopes: list[AppScopeOut]


class AccessTokenOut(BaseModel):
    """A token as OAuth 2 answers it (RFC 6749, 5.1)."""

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"]
    expires_in: int
    scope: str


class AuthorizationIn(BaseModel):
    """A person's decision on an app's request, carried by the portal with the person's token."""

    model_config = ConfigDict(extra="forbid")

    response_type: Literal["code"]
    client_id: UUID
    redirect_uri: str = Field(max_length=500)
    scope: str = Field(default="", max_length=2000)
    state: str = Field(default="", max_length=1000)
    code_challenge: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")
    code_challenge_method: Literal["S256"]
    allowed: bool


class AuthorizationOut(BaseModel):
    """Where the person's browser goes next: back to the app."""

    redirect_to: str


class ServerMetadataOut(BaseModel):
    """What an OAuth 2 client must know of this server (RFC 8414)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    code_challenge_methods_supported: list[str]
    authorization_response_iss_parameter_supported: bool
