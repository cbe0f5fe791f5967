"""Signing in by a foreign identity provider: away with a state, back with a code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.accounts.adapters.identity_provider import IdentityProvider
from services.accounts.adapters.secrets import bound_to, new_secret, sha256
from services.accounts.domain.identity import (
    VISIT_LIFE,
    IdentityTakenError,
    IdentityUnknownError,
    VisitUnknownError,
)
from services.accounts.domain.person import normal_login
from services.accounts.flows.desk import Desk, act, actor_of, write_audit
from services.accounts.flows.sign_in import OpenedSession, open_session
from services.accounts.store import identities, people
from shared.db.session import PLATFORM, Tx
from shared.http.caller import Caller


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the person goes, and the state that must come back with them."""

    authorization_url: str
    state: str


@dataclass(frozen=True, slots=True)
class ProviderDesk:
    """The provider, and which of its claims names our account (none: linked people only)."""

    provider: IdentityProvider
    login_claim: str


async def depart(desk: Desk, there: ProviderDesk) -> Departure:
    """Send a person to the provider; only hashes of what must come back are kept."""
    state = new_secret()
    url = await there.provider.authorization_url(
        state=state,
        nonce=bound_to(desk.secret, "oidc nonce", state),
        verifier=bound_to(desk.secret, "oidc verifier", state),
    )
    now = desk.clock()
    async with desk.database.begin(PLATFORM) as tx:
        await identities.begin_visit(tx, sha256(state), now=now, until=now + VISIT_LIFE)
    return Departure(url, state)


async def come_back(desk: Desk, there: ProviderDesk, *, code: str, state: str) -> OpenedSession:
    """Open a session for the person whom the provider has recognised."""
    claims = await _recognise(desk, there, code=code, state=state)
    async with desk.database.begin(PLATFORM) as tx:
        person_id = await _person_of(desk, there, tx, claims=claims)
        person = await people.find(tx, person_id)
        if person is None or person.status != "active":
            raise IdentityUnknownError
        return await open_session(desk, tx, person_id, "provider")


async def link_identity(
    desk: Desk, there: ProviderDesk, caller: Caller, *, code: str, state: str
) -> None:
    """Link the caller's account to whom the provider has recognised."""
    claims = await _recognise(desk, there, code=code, state=state)
    now = desk.clock()
    issuer, subject = there.provider.account.issuer, str(claims["sub"])
    async with desk.database.begin(PLATFORM) as tx:
        known = await identities.find_person(tx, issuer, subject)
        if known is not None and known != caller.subject:
            raise IdentityTakenError
        if known is None:
            await identities.link(tx, caller.subject, issuer=issuer, subject=subject, now=now)
            done = act("person.identity_linked", caller.subject, of=caller.org_id)
            await write_audit(tx, actor_of(caller), [done], now)


async def _recognise(
    desk: Desk, there: ProviderDesk, *, code: str, state: str
) -> Mapping[str, Any]:
    # The state is used up before the provider is asked: a second try finds nothing.
    async with desk.database.begin(PLATFORM) as tx:
        begun = await identities.end_visit(tx, sha256(state), desk.clock())
    if not begun:
        raise VisitUnknownError
    return await there.provider.redeem(
        code,
        nonce=bound_to(desk.secret, "oidc nonce", state),
        verifier=bound_to(desk.secret, "oidc verifier", state),
    )


async def _person_of(desk: Desk, there: ProviderDesk, tx: Tx, *, claims: Mapping[str, Any]) -> UUID:
    issuer, subject = there.provider.account.issuer, str(claims["sub"])
    known = await identities.find_person(tx, issuer, subject)
    if known is not None:
        return known
    login = claims.get(there.login_claim) if there.login_claim else None
    found = (
        await people.find_credential(tx, normal_login(login)) if isinstance(login, str) else None
    )
    if found is None:
        raise IdentityUnknownError
    await identities.link(tx, found.person_id, issuer=issuer, subject=subject, now=desk.clock())
    return found.person_id
