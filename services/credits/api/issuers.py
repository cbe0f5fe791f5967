"""Issuers over HTTP: their DID documents, and whom this platform and its alliances trust."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from fastapi import Request, Response

from services.credits.api.credential_callers import (
    AllianceKeeper,
    CredentialOffice,
    organisation_of,
)
from services.credits.contract.credentials import (
    IssuerKeysOut,
    LostKeyIn,
    TrustListIn,
    TrustListOut,
)
from services.credits.domain.credential_errors import IssuerNotFoundError
from services.credits.domain.identifier import did_document, did_of, did_of_deployment
from services.credits.domain.issuer_key import published
from services.credits.engine.credentials.trust import TrustedIssuer
from services.credits.flows import keep_trust
from services.credits.flows.keep_keys import lose_key, rotate_key
from services.credits.store import issuer_keys, trust_lists
from shared.db.session import PLATFORM, Tx
from shared.http.pages import Page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router

router = new_router("issuers")
# did:web looks for the deployment's own document here, outside of /v1.
well_known = new_router("issuers", prefix="")

DID = "application/did+json"


@well_known.get("/.well-known/did.json", response_class=Response)
async def read_deployment_did(request: Request) -> Response:
    """Return the DID document of the platform: it controls those of its issuers, signs nothing."""
    did = did_of_deployment(request.app.state.issuing.public_url)
    return Response(orjson.dumps(did_document(did, [])), media_type=DID)


@router.get("/credentials/issuers/{org_id}/did.json", response_class=Response)
async def read_issuer_did(org_id: UUID, request: Request) -> Response:
    """Return the DID document of an issuer: every key that verifies what it signed."""
    state = request.app.state
    async with state.database.begin(PLATFORM) as tx:
        keys = published(await issuer_keys.list_keys(tx, org_id))
    if not keys:
        raise IssuerNotFoundError(org_id=str(org_id))
    document = did_document(did_of(state.issuing.public_url, org_id), [k.multikey for k in keys])
    return Response(orjson.dumps(document), media_type=DID)


@router.get("/credentials/trust-list", response_class=Response)
async def read_own_trust(request: Request) -> Response:
    """Return the issuers of this platform as a trust list, for another platform or the verifier."""
    state = request.app.state
    async with state.database.begin(PLATFORM) as tx:
        issuers = await keep_trust.list_own_issuers(tx, state.issuing)
    did = did_of_deployment(state.issuing.public_url)
    document = keep_trust.write_trust(issuers, name=state.issuing.public_url, list_id=did)
    return Response(orjson.dumps(document), media_type="application/json")


@router.post("/credentials/issuers/keys/rotate", dependencies=[Keyed])
async def rotate_keys(caller: CredentialOffice, tx: InTx, request: Request) -> IssuerKeysOut:
    """Let the announced key of one's school sign from now on."""
    state = request.app.state
    keys = await rotate_key(tx, state.issuing, organisation_of(caller), now=state.clock())
    return IssuerKeysOut(keys=[key.multikey for key in published(keys)])


@router.post("/credentials/issuers/keys/lose", dependencies=[Keyed])
async def lose_issuer_key(
    body: LostKeyIn, caller: CredentialOffice, tx: InTx, request: Request
) -> IssuerKeysOut:
    """Give up a key that somebody else may hold: nothing that it signed verifies any more."""
    state, org_id = request.app.state, organisation_of(caller)
    keys = await lose_key(tx, state.issuing, org_id, multikey=body.key, now=state.clock())
    return IssuerKeysOut(keys=[key.multikey for key in published(keys)])


@router.get("/credentials/trust-lists")
async def list_trust(request: Request) -> Page[TrustListOut]:
    """Return the newest trust list of each alliance."""
    async with request.app.state.database.begin(PLATFORM) as tx:
        rows = await trust_lists.list_newest(tx)
        return Page(items=await _shown(tx, rows), next=None)


@router.post("/credentials/trust-lists", status_code=201, dependencies=[Keyed])
async def draw_up_trust(
    body: TrustListIn, caller: AllianceKeeper, tx: InTx, request: Request
) -> TrustListOut:
    """Draw up whom one's alliance trusts, and sign it for the alliance."""
    state, owner_id = request.app.state, organisation_of(caller)
    issuers = [
        TrustedIssuer(each.id, frozenset(each.keys), each.name, tuple(each.always))
        for each in body.issuers
    ]
    row = await keep_trust.draw_up_list(tx, caller, owner_id, name=body.name, issuers=issuers)
    await keep_trust.sign_list(tx, state.issuing, owner_id, list_id=row["id"], now=state.clock())
    return (await _shown(tx, [row]))[0]


@router.get("/credentials/trust-lists/{list_id}", response_class=Response)
async def read_trust_list(list_id: UUID, request: Request) -> Response:
    """Return a trust list with every signature under it."""
    async with request.app.state.database.begin(PLATFORM) as tx:
        document = await keep_trust.show_list(tx, list_id)
    return Response(orjson.dumps(document), media_type="application/json")


@router.post("/credentials/trust-lists/{list_id}/signatures", dependencies=[Keyed])
async def sign_trust_list(
    list_id: UUID, caller: CredentialOffice, tx: InTx, request: Request
) -> dict[str, Any]:
    """Put one's school's signature under an alliance's trust list."""
    state = request.app.state
    org_id = organisation_of(caller)
    await keep_trust.sign_list(tx, state.issuing, org_id, list_id=list_id, now=state.clock())
    return await keep_trust.show_list(tx, list_id)


async def _shown(tx: Tx, rows: Sequence[trust_lists.Row]) -> list[TrustListOut]:
    shown: list[TrustListOut] = []
    for row in rows:
        signatures = await trust_lists.list_signatures(tx, row["id"])
        signed_by = [signature["org_id"] for signature in signatures]
        shown.append(TrustListOut.model_validate({**row, "signed_by": signed_by}))
    return shown
