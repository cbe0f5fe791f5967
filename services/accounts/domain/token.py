"""Access tokens: for whom, with which roles and scopes, for how long."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from services.accounts.contract.scopes import SERVICE_SCOPE
from services.accounts.domain.organisation import Organisation
from services.accounts.domain.person import Membership
from services.accounts.domain.roles import scopes_of_roles

ACCESS_LIFE = timedelta(minutes=15)
BEARER: Final = "Bearer"
# The client of people who sign in here themselves (RFC 9068 asks every token to name one).
OWN_CLIENT = "portal"


@dataclass(frozen=True, slots=True)
class Grant:
    """What one access token will say."""

    subject: UUID
    kind: Literal["person", "client", "service"]
    client_id: str
    org_id: UUID | None
    org_kind: str | None
    roles: Collection[str]
    scopes: Collection[str]
    member_no: str | None = None

    def claims(self, *, issuer: str, audience: str, now: datetime, jti: UUID) -> dict[str, Any]:
        """Return the claims of a token issued `now` (RFC 9068 and our own)."""
        issued = int(now.timestamp())
        return {
            "iss": issuer,
            "aud": audience,
            "sub": str(self.subject),
            "client_id": self.client_id,
            "iat": issued,
            "exp": issued + int(ACCESS_LIFE.total_seconds()),
            "jti": str(jti),
            "kind": self.kind,
            "org_id": str(self.org_id) if self.org_id else None,
            "org_kind": self.org_kind,
            "roles": sorted(self.roles),
            "scope": " ".join(sorted(self.scopes)),
            "member_no": self.member_no,
        }


def grant_of_person(
    person_id: UUID, membership: Membership | None, organisation: Organisation | None
) -> Grant:
    """Return what a person's token says while they act for one of their organisations."""
    roles = membership.roles if membership else ()
    return Grant(
        subject=person_id,
        kind="person",
        client_id=OWN_CLIENT,
        org_id=organisation.id if organisation else None,
        org_kind=organisation.kind if organisation else None,
        roles=roles,
        scopes=scopes_of_roles(roles),
        member_no=membership.member_no if membership else None,
    )


def grant_of_room(client_id: str) -> Grant:
    """Return what the token of one of the platform's own rooms says.

    >>> grant_of_room("room:internships").scopes
    ('service',)
    """
    return Grant(
        subject=uuid5(NAMESPACE_URL, f"urn:chanjiao:{client_id}"),
        kind="service",
        client_id=client_id,
        org_id=None,
        org_kind=None,
        roles=(),
        scopes=(SERVICE_SCOPE,),
    )
