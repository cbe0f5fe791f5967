"""Files that show who an organisation is: kept under their hash, read by reviewers."""

from __future__ import annotations

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Request, Response, Security

from services.accounts.api.verifications import Judge
from services.accounts.contract.verifications import EvidenceOut
from services.accounts.domain.evidence import EVIDENCE_BYTES_MAX, media_type_of
from services.accounts.flows.register_organisation import load_own
from services.accounts.flows.verify_organisation import find_for_review, reviewer_of
from shared.files import FileStore, as_stream
from shared.http.caller import Caller, caller_with_scopes
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.kernel.errors import NotFoundError

router = new_router("verifications")

_KINDS = ("application/pdf", "image/png", "image/jpeg")
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _KINDS},
    }
}
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {} for kind in _KINDS}, "description": "The file"}
}


@router.post(
    "/organisations/{organisation_id}/evidence",
    status_code=201,
    dependencies=[Keyed],
    openapi_extra=_FILE,
)
async def create_evidence(
    organisation_id: UUID,
    caller: Annotated[Caller, Security(caller_with_scopes, scopes=["organisations:write"])],
    tx: InTx,
    request: Request,
) -> EvidenceOut:
    """Upload a scan (PDF, PNG, JPEG; 10 MiB); a verification names it by its sha256."""
    await load_own(tx, caller, organisation_id)
    content = await request.body()
    media_type = media_type_of(content)
    files = cast("FileStore", request.app.state.files)
    kept = await files.keep(as_stream(content), bytes_max=EVIDENCE_BYTES_MAX)
    return EvidenceOut(sha256=kept.sha256, size_bytes=kept.size_bytes, media_type=media_type)


@router.get(
    "/verifications/{verification_id}/evidence", response_class=Response, responses=_CONTENT
)
async def read_verification_evidence(
    verification_id: UUID, caller: Judge, tx: InTx, request: Request
) -> Response:
    """Return the file that a verification shows, to a reviewer of its region."""
    found = await find_for_review(tx, await reviewer_of(tx, caller), verification_id)
    if found.evidence_sha256 is None:
        raise NotFoundError(verification_id=str(verification_id))
    content = await cast("FileStore", request.app.state.files).read(found.evidence_sha256)
    # Never shown inside our own pages: what a stranger has uploaded is a download.
    headers = {
        "Content-Disposition": f'attachment; filename="{found.evidence_sha256[:12]}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type_of(content), headers=headers)
