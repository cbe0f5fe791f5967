"""Registering and revoking API clients of an organisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.accounts.adapters.secrets import sha256
from services.accounts.domain.client import (
    Client,
    ClientKind,
    ClientNameTakenError,
    client_faults,
)
from services.accounts.domain.organisation import Organisation, OrganisationInactiveError
from services.accounts.flows.desk import Desk, act, actor_of, write_audit
from services.accounts.flows.grant_tokens import new_client_secret
from services.accounts.store import clients
from shared.db.session import Tx
from shared.http.caller import Caller
from shared.kernel.errors import InvalidInputError, NotFoundError
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """What a client is registered with."""

    kind: ClientKind
    name: str
    scopes: Sequence[str]
    redirect_uris: Sequence[str]
    public: bool


async def register_client(
    desk: Desk, tx: Tx, caller: Caller, *, organisation: Organisation, facts: ClientFacts
) -> tuple[Client, str | None]:
    """Register a client; return it with its secret, which is nowhere else."""
    await _check(tx, organisation, facts)
    secret = None if facts.public and facts.kind == "app" else new_client_secret()
    client = Client(
        id=new_id(),
        org_id=organisation.id,
        kind=facts.kind,
        name=facts.name,
        scopes=tuple(sorted(set(facts.scopes))),
        redirect_uris=tuple(facts.redirect_uris),
        secret_sha256=sha256(secret) if secret else None,
        last_four=secret[-4:] if secret else None,
        created_by=caller.subject,
        created_at=desk.clock(),
        revoked_at=None,
    )
    await clients.add(tx, client)
    done = act("client.registered", client.id, of=organisation.id, scopes=" ".join(client.scopes))
    await write_audit(tx, actor_of(caller), [done], desk.clock())
    return client, secret


async def _check(tx: Tx, organisation: Organisation, facts: ClientFacts) -> None:
    if organisation.status != "active":
        raise OrganisationInactiveError
    faults = client_faults(
        kind=facts.kind,
        organisation_kind=organisation.kind,
        scopes=facts.scopes,
        redirect_uris=facts.redirect_uris,
    )
    if faults:
        raise InvalidInputError(faults=faults)
    known = await clients.find_by_name(tx, organisation.id, facts.name)
    if known is not None:
        raise ClientNameTakenError(client_id=str(known.id))


async def revoke_client(desk: Desk, tx: Tx, caller: Caller, *, client_id: UUID) -> None:
    """Revoke a client; tokens in use run out within minutes. Revoking again changes nothing."""
    client = await clients.find(tx, client_id)
    if client is None or not (caller.is_platform or client.org_id == caller.org_id):
        raise NotFoundError(client_id=str(client_id))
    if client.revoked_at is not None:
        return
    now = desk.clock()
    await clients.revoke(tx, client_id, now)
    done = act("client.revoked", client_id, of=client.org_id)
    await write_audit(tx, actor_of(caller), [done], now)
