"""Who calls: access tokens verified in every room, and the scopes that an endpoint needs."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Request, Security
from fastapi.security import OAuth2AuthorizationCodeBearer, SecurityScopes
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.db.session import ANYONE, Reach, Scope
from shared.kernel.errors import ForbiddenError, UnauthenticatedError

ALGORITHMS = ["ES256"]
AUDIENCE = "chanjiao"
# The client of people who sign in here themselves; any other one acts for them by consent.
OWN_CLIENT = "portal"
TOKEN_TYPE = "at+jwt"  # noqa: S105 - RFC 9068's media type of an access token, no secret
_CACHE_TOKENS_MAX = 4096
# A token is trusted from the cache for at most this long, so that a rotated key takes effect.
_CACHE_S_MAX = 60.0

# What a token that anybody may have written does to its reader: a header that is no object, a
# member of the wrong type, brackets nested a thousand deep.
_BROKEN = (JoseError, ValueError, TypeError, AttributeError, KeyError, RecursionError)

Kind = Literal["person", "client", "service"]
KeySource = Callable[[bool], Awaitable[KeySet]]
"""Return the accounts room's public keys; True asks it to fetch them anew."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a verified access token; `app`: a program that a person has allowed."""

    subject: UUID
    kind: Kind
    org_id: UUID | None
    org_kind: str | None
    roles: frozenset[str]
    scopes: frozenset[str]
    member_no: str | None = None
    app: bool = False
    token: str = field(default="", repr=False)

    @property
    def is_platform(self) -> bool:
        """Whether this is a room of the platform or its operator."""
        return self.kind == "service" or "operator" in self.roles

    @property
    def reach(self) -> Reach:
        """How far row-level security lets this caller see."""
        if self.is_platform:
            return "all"
        return "authority" if self.org_kind == "authority" else "own"

    def scope(self) -> Scope:
        """Return what a transaction opened for this caller may see."""
        return Scope(org_id=self.org_id, subject=self.subject, reach=self.reach)

    def claims(self) -> dict[str, Any]:
        """Return the caller as JSON, for a job that works later in its name."""
        return {
            "subject": str(self.subject),
            "kind": self.kind,
            "org_id": str(self.org_id) if self.org_id else None,
            "org_kind": self.org_kind,
            "roles": sorted(self.roles),
            "scopes": sorted(self.scopes),
            "member_no": self.member_no,
            "app": self.app,
        }


def caller_from_claims(claims: dict[str, Any], token: str = "") -> Caller:
    """Return the caller that `Caller.claims` wrote."""
    return Caller(
        subject=UUID(claims["subject"]),
        kind=claims["kind"],
        org_id=UUID(claims["org_id"]) if claims["org_id"] else None,
        org_kind=claims["org_kind"],
        roles=frozenset(claims["roles"]),
        scopes=frozenset(claims["scopes"]),
        member_no=claims["member_no"],
        app=claims.get("app", False),
        token=token,
    )


class Verifier:
    """Checks access tokens against the accounts room's public keys."""

    def __init__(self, keys: KeySource, *, issuer: str) -> None:
        self._keys = keys
        self._claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._known: OrderedDict[bytes, tuple[float, Caller]] = OrderedDict()

    async def verify(self, token: str) -> Caller:
        """Return the caller of `token`; raises UnauthenticatedError when it does not hold."""
        digest = hashlib.sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known and known[0] > time.time():
            return known[1]
        claims = await self._decode(token)
        caller = _caller_of(claims, token)
        until = min(float(claims["exp"]), time.time() + _CACHE_S_MAX)
        self._known[digest] = (until, caller)
        while len(self._known) > _CACHE_TOKENS_MAX:
            self._known.popitem(last=False)
        return caller

    async def _decode(self, token: str) -> dict[str, Any]:
        try:
            decoded = jwt.decode(token, await self._keys(False), algorithms=ALGORITHMS)
        except _BROKEN:
            # An unknown key may be a new one: ask once more before refusing.
            try:
                decoded = jwt.decode(token, await self._keys(True), algorithms=ALGORITHMS)
            except _BROKEN as error:
                raise UnauthenticatedError(reason="token_invalid") from error
        if decoded.header.get("typ") != TOKEN_TYPE:
            raise UnauthenticatedError(reason="token_type")
        try:
            self._claims.validate(decoded.claims)
        except JoseError as error:
            raise UnauthenticatedError(reason=str(error.error)) from error
        return decoded.claims


def _caller_of(claims: dict[str, Any], token: str) -> Caller:
    org_id = claims.get("org_id")
    return Caller(
        subject=UUID(claims["sub"]),
        kind=claims["kind"],
        org_id=UUID(org_id) if org_id else None,
        org_kind=claims.get("org_kind"),
        roles=frozenset(claims.get("roles", [])),
        scopes=frozenset(str(claims.get("scope", "")).split()),
        member_no=claims.get("member_no"),
        app=claims["kind"] == "person" and claims.get("client_id", OWN_CLIENT) != OWN_CLIENT,
        token=token,
    )


# Only for OpenAPI: the scheme names the addresses; `caller_or_anyone` reads the header.
_SCHEME = OAuth2AuthorizationCodeBearer(
    authorizationUrl="/oauth/authorize",
    tokenUrl="/oauth/token",
    auto_error=False,
)


async def caller_or_anyone(request: Request) -> Caller | None:
    """Return the caller, or None where no credential was sent."""
    if hasattr(request.state, "caller"):
        return request.state.caller
    header = request.headers.get("authorization", "")
    scheme, _, token = header.partition(" ")
    caller: Caller | None = None
    if header:
        if scheme.lower() != "bearer" or not token:
            raise UnauthenticatedError(reason="scheme")
        caller = await request.app.state.verifier.verify(token.strip())
    request.state.caller = caller
    return caller


async def caller_with_scopes(
    needed: SecurityScopes,
    caller: Annotated[Caller | None, Depends(caller_or_anyone)],
    _documented: Annotated[str | None, Depends(_SCHEME)],
) -> Caller:
    """Return the caller; refuse one who lacks a scope that the endpoint names."""
    if caller is None:
        raise UnauthenticatedError
    missing = [scope for scope in needed.scopes if scope not in caller.scopes]
    if missing and caller.kind != "service":
        raise ForbiddenError(needs=" ".join(missing))
    return caller


AnyCaller = Annotated[Caller | None, Depends(caller_or_anyone)]
SignedIn = Annotated[Caller, Security(caller_with_scopes)]


async def caller_themselves(caller: SignedIn) -> Caller:
    """Return the caller; refuse an app, whose consent does not reach the account itself."""
    if caller.app:
        raise ForbiddenError(needs="the person's own sign-in (本人登录)")
    return caller


Themselves = Annotated[Caller, Depends(caller_themselves)]


def scope_of(caller: Caller | None) -> Scope:
    """Return what a transaction of this request may see."""
    return caller.scope() if caller else ANYONE
