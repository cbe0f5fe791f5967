"""Credentials over HTTP: listed, issued as transcripts, stopped, taken away as files."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from services.credits.api.credential_callers import (
    CredentialOffice,
    CredentialView,
    Viewer,
    organisation_of,
)
from services.credits.contract.credentials import (
    CredentialKind,
    CredentialOut,
    CredentialStateName,
    StopIn,
    TranscriptIn,
)
from services.credits.domain.credential_errors import CredentialNotFoundError, TranscriptEmptyError
from services.credits.domain.identifier import credential_url
from services.credits.domain.recognition import Holder, Party
from services.credits.flows import change_status
from services.credits.flows.issue_credentials import issue_transcript
from services.credits.flows.make_files import FileFormat, make_file
from services.credits.store import credentials
from shared.http.downloads import as_file
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import set_etag
from shared.kernel.errors import ForbiddenError
from shared.sheets import CSV

router = new_router("credentials")

HolderNumber = Annotated[str | None, Query(max_length=80)]


@router.get("/credentials")
async def list_credentials(
    viewer: Viewer,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    holder_number: HolderNumber = None,
    kind: CredentialKind | None = None,
    state: CredentialStateName | None = None,
) -> Page[CredentialOut]:
    """Return what the school issued, the newest first; to a student their own."""
    number = viewer.holder_number or holder_number
    sought = credentials.Sought(viewer.school_id, number, kind, state)
    rows = await credentials.list_credentials(tx, sought, after=paging.after, limit=paging.limit)
    shown, following = cut_page(
        rows, asked=paging, key=_position, request=request, response=response
    )
    return Page(items=[_shown(row, request) for row in shown], next=following)


@router.post("/credentials/transcripts", status_code=201, dependencies=[Keyed])
async def issue_a_transcript(
    body: TranscriptIn, viewer: Viewer, tx: InTx, request: Request, response: Response
) -> CredentialOut:
    """Issue a transcript over a student's live badges."""
    number = viewer.holder_number or body.holder_number
    if number is None or (viewer.holder_number and body.holder_number not in {None, number}):
        raise ForbiddenError(needs="holder_number")
    school, holder = await _parties(tx, viewer, number)
    now = request.app.state.clock()
    issued = await issue_transcript(tx, request.app.state.issuing, school, holder, now=now)
    row = await _load(tx, viewer, issued.id)
    response.headers["location"] = f"/v1/credentials/{issued.id}"
    return _tagged(row, request, response)


@router.get("/credentials/{credential_id}/record")
async def read_record(
    credential_id: UUID, viewer: Viewer, tx: InTx, request: Request, response: Response
) -> CredentialOut:
    """Return what the school keeps of a credential."""
    return _tagged(await _load(tx, viewer, credential_id), request, response)


_MEDIA_TYPES: dict[FileFormat, tuple[str, str]] = {
    "pdf": ("application/pdf", "pdf"),
    "png": ("image/png", "png"),
    "elmo": ("application/xml", "xml"),
    "elmo-1.6": ("application/xml", "xml"),
    "csv": (CSV, "csv"),
}


@router.get("/credentials/{credential_id}/file", response_class=Response)
async def download_credential(
    credential_id: UUID,
    viewer: Viewer,
    tx: InTx,
    request: Request,
    file_format: Annotated[FileFormat, Query(alias="format")] = "pdf",
) -> Response:
    """Return a credential as a file that people and registrars read: PDF, PNG, ELMO, CSV."""
    row = await _load(tx, viewer, credential_id)
    now = request.app.state.clock()
    made = await make_file(tx, request.app.state.issuing, row, file_format=file_format, now=now)
    media_type, ending = _MEDIA_TYPES[file_format]
    return as_file(made, media_type=media_type, name=f"{credential_id}.{ending}")


@router.post("/credentials/{credential_id}/revoke", dependencies=[Keyed])
async def revoke_issued(
    credential_id: UUID, body: StopIn, caller: CredentialOffice, tx: InTx, request: Request
) -> CredentialOut:
    """Take a credential back for good, and the transcripts that hold it."""
    await _of_school(tx, organisation_of(caller), credential_id)
    now = request.app.state.clock()
    row = await change_status.revoke_credential(tx, credential_id, reason=body.reason, now=now)
    return _shown(row, request)


@router.post("/credentials/{credential_id}/suspend", dependencies=[Keyed])
async def suspend_issued(
    credential_id: UUID, body: StopIn, caller: CredentialOffice, tx: InTx, request: Request
) -> CredentialOut:
    """Let a credential rest."""
    await _of_school(tx, organisation_of(caller), credential_id)
    now = request.app.state.clock()
    row = await change_status.suspend_credential(tx, credential_id, reason=body.reason, now=now)
    return _shown(row, request)


@router.post("/credentials/{credential_id}/reinstate", dependencies=[Keyed])
async def reinstate_issued(
    credential_id: UUID, caller: CredentialOffice, tx: InTx, request: Request
) -> CredentialOut:
    """Let a suspended credential hold again."""
    await _of_school(tx, organisation_of(caller), credential_id)
    now = request.app.state.clock()
    return _shown(await change_status.reinstate_credential(tx, credential_id, now=now), request)


async def _parties(tx: InTx, viewer: CredentialView, number: str) -> tuple[Party, Holder]:
    """Return school and student as the newest badge names them."""
    sought = credentials.Sought(viewer.school_id, number, "badge", "live")
    rows = await credentials.list_credentials(tx, sought, after=None, limit=0)
    listed = await credentials.find_list(tx, rows[0]["status_list_id"]) if rows else None
    if listed is None:
        raise TranscriptEmptyError(number=number)
    holder = Holder(rows[0]["holder_id"], rows[0]["holder_name"], number)
    return Party(viewer.school_id, listed["issuer_name"]), holder


async def _load(tx: InTx, viewer: CredentialView, credential_id: UUID) -> credentials.Row:
    row = await _of_school(tx, viewer.school_id, credential_id)
    if viewer.holder_number not in {None, row["holder_number"]}:
        raise CredentialNotFoundError(credential_id=str(credential_id))
    return row


async def _of_school(tx: InTx, school_id: UUID, credential_id: UUID) -> credentials.Row:
    row = await credentials.find_credential(tx, credential_id)
    if row is None or row["issuer_id"] != school_id:
        raise CredentialNotFoundError(credential_id=str(credential_id))
    return row


def _position(row: credentials.Row) -> tuple[Any, ...]:
    return row["issued_at"].isoformat(), row["id"]


def _shown(row: credentials.Row, request: Request) -> CredentialOut:
    url = credential_url(request.app.state.issuing.public_url, row["id"])
    facts = {"credits_hundredths": row["facts"]["credits_hundredths"], "url": url}
    return CredentialOut.model_validate({**row, **facts})


def _tagged(row: credentials.Row, request: Request, response: Response) -> CredentialOut:
    set_etag(response, row["version"])
    return _shown(row, request)
