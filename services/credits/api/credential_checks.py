"""What anyone may do with a credential, without an account: read it, verify it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from services.credits.contract.credentials import (
    BundleOut,
    ClaimsOut,
    CredentialVerdictOut,
    TwoTexts,
)
from services.credits.domain.credential_errors import CredentialNotFoundError
from services.credits.engine.credentials.refusal import Refused
from services.credits.flows.examine_here import examine_here
from services.credits.flows.make_files import make_bundle
from services.credits.flows.verify_credential import Examined
from services.credits.store import credentials
from shared.db.session import PLATFORM, Tx
from shared.http.service import new_router

router = new_router("credential checks")

# Registered by Verifiable Credentials Data Model 2.0, C.2.
CREDENTIAL = "application/vc"

_UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("application/vc", "application/json", "application/pdf", "image/png")
        },
    }
}


@router.post("/credentials/verifications", openapi_extra=_UPLOAD)
async def verify_credential(request: Request) -> CredentialVerdictOut:
    """Verify a credential that is sent as JSON, PDF or PNG; nothing is kept and nobody asked."""
    return await _examined(request, await request.body())


@router.get("/credentials/{credential_id}", response_class=Response)
async def read_credential(credential_id: UUID, request: Request) -> Response:
    """Return a credential as it was issued, signed."""
    async with request.app.state.database.begin(PLATFORM) as tx:
        row = await _load(tx, credential_id)
    return Response(row["document"], media_type=CREDENTIAL)


@router.get("/credentials/{credential_id}/verification")
async def verify_issued(credential_id: UUID, request: Request) -> CredentialVerdictOut:
    """Verify a credential that was issued here: where its QR code leads."""
    async with request.app.state.database.begin(PLATFORM) as tx:
        row = await _load(tx, credential_id)
    return await _examined(request, row["document"].encode())


@router.get("/credentials/{credential_id}/bundle")
async def read_bundle(credential_id: UUID, request: Request) -> BundleOut:
    """Return a credential with its status lists and inclusion proof, for another platform."""
    state = request.app.state
    async with state.database.begin(PLATFORM) as tx:
        row = await _load(tx, credential_id)
        bundle = await make_bundle(tx, state.issuing, row, now=state.clock())
    return BundleOut.model_validate(bundle)


async def _load(tx: Tx, credential_id: UUID) -> credentials.Row:
    # Its id is 74 random bits that only its holder and its school hand on.
    row = await credentials.find_credential(tx, credential_id)
    if row is None:
        raise CredentialNotFoundError(credential_id=str(credential_id))
    return row


async def _examined(request: Request, data: bytes) -> CredentialVerdictOut:
    state = request.app.state
    examined = await examine_here(
        state.database, state.issuing, data, now=state.clock(), examining=state.examining
    )
    return _shown(examined)


def _shown(examined: Examined) -> CredentialVerdictOut:
    verdict, claims = examined.verdict, examined.claims
    refused = verdict if isinstance(verdict, Refused) else None
    return CredentialVerdictOut(
        accepted=refused is None,
        code=None if refused is None else refused.code,
        reason=None if refused is None else TwoTexts(zh=refused.zh, en=refused.en),
        issuer_trusted=refused is None,
        status_known=not isinstance(verdict, Refused) and verdict.status_known,
        pages_sealed=examined.sealed_pages,
        included=examined.included,
        claims=None
        if claims is None
        else ClaimsOut(
            id=claims.id,
            kind=claims.kind,
            title=claims.title,
            issuer_id=claims.issuer_id,
            issuer_name=claims.issuer_name,
            credits_hundredths=claims.credits_hundredths,
            completed_on=claims.completed_on,
            valid_from=claims.valid_from,
            valid_until=claims.valid_until,
            sha256=claims.digest,
        ),
    )
