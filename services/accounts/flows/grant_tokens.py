"""OAuth 2: tokens for rooms, for machines, and for apps that people have allowed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from services.accounts.adapters.secrets import new_secret, same, sha256
from services.accounts.domain.client import (
    CODE_LIFE,
    AuthorizationRefusedError,
    Client,
    ClientUnknownError,
    CodeGrant,
    GrantInvalidError,
    GrantTypeError,
    RedirectUnknownError,
    granted_scopes,
    verifier_holds,
)
from services.accounts.domain.roles import OPERATOR
from services.accounts.domain.token import Grant, grant_of_person, grant_of_room
from services.accounts.flows.desk import Desk, act, actor_of, write_audit
from services.accounts.store import clients, organisations, people
from shared.db.session import Tx
from shared.http.caller import Caller
from shared.http.peers import service_client_id, service_client_secret

_SECRET_PREFIX = "cjs_"  # noqa: S105 - by which scanners find a secret that someone has published


@dataclass(frozen=True, slots=True)
class Credentials:
    """How a client names and proves itself."""

    client_id: str
    secret: str | None


@dataclass(frozen=True, slots=True)
class CodeRedemption:
    """A code that an app brings back, with the proof that it asked for it."""

    code: str
    redirect_uri: str
    code_verifier: str


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """What an app asks a person for."""

    client_id: UUID
    redirect_uri: str
    scope: str
    code_challenge: str


def new_client_secret() -> str:
    """Return a new secret of a client."""
    return _SECRET_PREFIX + new_secret()


async def grant_to_room(desk: Desk, credentials: Credentials) -> Grant | None:
    """Return the grant of one of the platform's own rooms, or None for any other client."""
    prefix = service_client_id("")
    if not credentials.client_id.startswith(prefix):
        return None
    expected = service_client_secret(desk.secret, credentials.client_id.removeprefix(prefix))
    if not same(expected.encode(), (credentials.secret or "").encode()):
        raise ClientUnknownError
    return grant_of_room(credentials.client_id)


async def grant_to_machine(tx: Tx, credentials: Credentials, scope: str) -> Grant:
    """Return what a machine's token says: its organisation and its scopes, no person."""
    client = await find_client(tx, credentials)
    if client.kind != "machine":
        raise GrantTypeError(parameter="grant_type")
    organisation = await organisations.find(tx, client.org_id)
    if organisation is None or organisation.status != "active":
        raise ClientUnknownError
    return Grant(
        subject=client.id,
        kind="client",
        client_id=str(client.id),
        org_id=client.org_id,
        org_kind=organisation.kind,
        roles=(),
        scopes=granted_scopes(scope, client.scopes),
    )


async def grant_to_app(
    desk: Desk, tx: Tx, credentials: Credentials, *, redemption: CodeRedemption
) -> Grant:
    """Return what an app's token says: the person, with no more than they allowed.

    1. Use the code up. 2. Refuse one that is too old or made for another client, redirect or
    verifier. 3. Take what the person may do now, cut to what they allowed then.
    """
    client = await find_client(tx, credentials)
    now = desk.clock()
    allowed = await clients.use_grant(tx, sha256(redemption.code), now)
    if allowed is None or now >= allowed.expires_at:
        raise GrantInvalidError
    _check_redemption(client, allowed, redemption)
    person = await people.find(tx, allowed.person_id)
    membership = await people.find_membership(tx, allowed.org_id, allowed.person_id)
    organisation = await organisations.find(tx, allowed.org_id)
    if person is None or person.status != "active" or membership is None or organisation is None:
        raise GrantInvalidError
    if membership.status != "active" or organisation.status != "active":
        raise GrantInvalidError
    full = grant_of_person(person.id, membership, organisation)
    scopes = frozenset(full.scopes) & frozenset(allowed.scopes)
    return replace(full, client_id=str(client.id), scopes=scopes)


async def authorize(desk: Desk, tx: Tx, caller: Caller, *, asked: CodeRequest) -> str:
    """Return a code for an app that the person allows to act for them."""
    client = await find_app(tx, asked.client_id, asked.redirect_uri)
    if caller.kind != "person" or caller.org_id is None or OPERATOR in caller.roles:
        raise AuthorizationRefusedError
    scopes = granted_scopes(asked.scope, client.scopes) & caller.scopes
    code = new_secret()
    now = desk.clock()
    grant = CodeGrant(
        client_id=client.id,
        person_id=caller.subject,
        org_id=caller.org_id,
        redirect_uri=asked.redirect_uri,
        scopes=tuple(sorted(scopes)),
        code_challenge=asked.code_challenge,
        expires_at=now + CODE_LIFE,
        used_at=None,
    )
    await clients.add_grant(tx, grant, sha256(code))
    done = act("client.allowed", client.id, of=client.org_id, scopes=" ".join(grant.scopes))
    await write_audit(tx, actor_of(caller), [done], now)
    return code


async def find_client(tx: Tx, credentials: Credentials) -> Client:
    """Return the client that proves itself; a public app has nothing to prove but its code."""
    client = await _find_in_use(tx, credentials.client_id)
    if client is None:
        raise ClientUnknownError
    if client.secret_sha256 is None:
        return client
    if not same(client.secret_sha256, sha256(credentials.secret or "")):
        raise ClientUnknownError
    return client


async def find_app(tx: Tx, client_id: UUID, redirect_uri: str) -> Client:
    """Return the app whose registered redirect this is, letter by letter."""
    client = await _find_in_use(tx, str(client_id))
    if client is None or client.kind != "app":
        raise ClientUnknownError
    if redirect_uri not in client.redirect_uris:
        raise RedirectUnknownError
    return client


async def _find_in_use(tx: Tx, client_id: str) -> Client | None:
    try:
        client = await clients.find(tx, UUID(client_id))
    except ValueError:
        return None
    return client if client is not None and client.revoked_at is None else None


def _check_redemption(client: Client, allowed: CodeGrant, redemption: CodeRedemption) -> None:
    right = (
        allowed.client_id == client.id
        and allowed.redirect_uri == redemption.redirect_uri
        and verifier_holds(redemption.code_verifier, allowed.code_challenge)
    )
    if not right:
        raise GrantInvalidError
