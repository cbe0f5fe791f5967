"""API clients of an organisation: registered, listed, revoked."""

from __future__ import annotations

from typing import Annotated, cast
from uuid import UUID

from fastapi import Query, Request, Response, Security

from services.accounts.api.access import AtDesk, own_org
from services.accounts.contract.clients import (
    ClientIn,
    ClientOut,
    NewClientOut,
    ScopeOut,
    ScopesOut,
)
from services.accounts.contract.scopes import SCOPES
from services.accounts.domain.client import Client
from services.accounts.domain.roles import OrganisationKind, scopes_of_apps, scopes_of_machines
from services.accounts.flows.register_client import ClientFacts, register_client, revoke_client
from services.accounts.flows.register_organisation import load_own
from services.accounts.store import clients
from shared.http.caller import Caller, caller_with_scopes
from shared.http.language import language_of
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed, remember_instead
from shared.http.service import new_router
from shared.kernel.errors import NotFoundError

router = new_router("clients")

Keeper = Annotated[Caller, Security(caller_with_scopes, scopes=["clients:write"])]


@router.post("/clients", status_code=201, dependencies=[Keyed])
async def create_client(
    body: ClientIn,
    caller: Keeper,
    desk: AtDesk,
    tx: InTx,
    request: Request,
    response: Response,
) -> NewClientOut:
    """Register a program of one's organisation; its secret is in the first answer only."""
    organisation = await load_own(tx, caller, own_org(caller, body.org_id))
    facts = ClientFacts(
        kind=body.kind,
        name=body.name,
        scopes=body.scopes,
        redirect_uris=body.redirect_uris,
        public=body.public,
    )
    client, secret = await register_client(desk, tx, caller, organisation=organisation, facts=facts)
    response.headers["Location"] = f"/v1/clients/{client.id}"
    response.headers["Cache-Control"] = "no-store"
    shown = NewClientOut(**_show(client).model_dump(), client_secret=secret)
    remember_instead(request, shown.model_copy(update={"client_secret": None}))
    return shown


@router.get("/clients")
async def list_clients(
    caller: Keeper,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    org_id: Annotated[UUID | None, Query(description="the operator names any")] = None,
) -> Page[ClientOut]:
    """List the clients of one's organisation, without their secrets."""
    after = UUID(paging.after[0]) if paging.after else None
    rows = await clients.list_of(tx, own_org(caller, org_id), after=after, limit=paging.limit)
    shown, following = cut_page(
        rows, asked=paging, key=lambda each: (each.id,), request=request, response=response
    )
    return Page(items=[_show(each) for each in shown], next=following)


@router.get("/clients/scopes")
async def list_scopes(caller: Keeper, request: Request) -> ScopesOut:
    """List every scope in words, and whether one's organisation may grant it to its clients."""
    language = language_of(request.headers.get("accept-language"))
    kind = cast("OrganisationKind", caller.org_kind)
    machines = scopes_of_machines(kind) if caller.org_kind else frozenset[str]()
    apps = scopes_of_apps(kind) if caller.org_kind else frozenset[str]()
    return ScopesOut(
        items=[
            ScopeOut(
                name=name,
                text=text.in_language(language),
                machine=name in machines,
                app=name in apps,
            )
            for name, text in SCOPES.items()
        ]
    )


@router.get("/clients/{client_id}")
async def read_client(client_id: UUID, caller: Keeper, tx: InTx) -> ClientOut:
    """Return one client of one's organisation, without its secret."""
    client = await clients.find(tx, client_id)
    if client is None or not (caller.is_platform or client.org_id == caller.org_id):
        raise NotFoundError(client_id=str(client_id))
    return _show(client)


@router.delete("/clients/{client_id}", status_code=204)
async def delete_client(client_id: UUID, caller: Keeper, desk: AtDesk, tx: InTx) -> None:
    """Revoke a client of one's organisation."""
    await revoke_client(desk, tx, caller, client_id=client_id)


def _show(client: Client) -> ClientOut:
    return ClientOut(
        id=client.id,
        org_id=client.org_id,
        kind=client.kind,
        name=client.name,
        scopes=list(client.scopes),
        redirect_uris=list(client.redirect_uris),
        last_four=client.last_four,
        created_at=client.created_at,
        revoked_at=client.revoked_at,
    )
