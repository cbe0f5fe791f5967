"""Published rounds that anybody may check, without an account."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.internships.adapters.public_files import PublicChecker
from services.internships.adapters.run_signer import PATH, RunSigner
from services.internships.contract.round_checks import (
    PublicCheckOut,
    PublicRoundLineOut,
    PublicRoundOut,
    PublicStudentOut,
)
from services.internships.domain.round import PublicIdNotFoundError, RoundNotPublicError
from services.internships.store import round_tables
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.files import FileStore
from shared.http.downloads import as_file
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx
from shared.http.service import new_router

router = new_router("public rounds")

PublicId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="a salted id")]


@router.get("/public-rounds")
async def list_public_rounds(
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    school: Annotated[UUID | None, Query()] = None,
) -> Page[PublicRoundLineOut]:
    """Return the rounds that may be checked now, newest first."""
    rows = await round_tables.list_public(
        tx,
        request.app.state.clock(),
        school_id=school,
        after=paging.after,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["round_id"],), request=request, response=response
    )
    items = [PublicRoundLineOut.model_validate(row) for row in shown]
    return Page(items=items, next=following)


@router.get(PATH, response_class=Response)  # before /{round_id}: signer.pem is no id
async def read_run_signer(request: Request) -> Response:
    """Return the public key (PEM) that signs the manifests of rounds and central assignments."""
    signer: RunSigner = request.app.state.signer
    return as_file(signer.pem.encode(), media_type="application/x-pem-file", name="signer.pem")


@router.get("/public-rounds/{round_id}")
async def read_public_round(round_id: UUID, tx: InTx, request: Request) -> PublicRoundOut:
    """Return what was cleared, by which rules, and the cut-offs over five placed and more."""
    found = await _find(tx, round_id, request)
    return PublicRoundOut.model_validate({**found, **found["body"]})


@router.get("/public-rounds/{round_id}/files", response_class=StreamingResponse)
async def download_public_files(round_id: UUID, tx: InTx, request: Request) -> StreamingResponse:
    """Return the files under salted ids, which `chanjiao match verify` checks."""
    found = await _find(tx, round_id, request)
    files: FileStore = request.app.state.files
    headers = {"content-disposition": f'attachment; filename="public-round-{round_id}.zip"'}
    return StreamingResponse(
        files.stream(found["file_sha256"]), media_type="application/zip", headers=headers
    )


@router.get("/public-rounds/{round_id}/check")
async def check_public_round(round_id: UUID, tx: InTx, request: Request) -> PublicCheckOut:
    """Read the public files again and count every blocking pair, by code that solves nothing."""
    found = await _find(tx, round_id, request)
    checker: PublicChecker = request.app.state.checker
    return PublicCheckOut.model_validate(await checker.check(found["file_sha256"]))


@router.get("/public-rounds/{round_id}/students/{public_id}")
async def read_public_student(
    round_id: UUID, public_id: PublicId, tx: InTx, request: Request
) -> PublicStudentOut:
    """Return the lines of one salted id; a student finds the own one beside the own result."""
    found = await _find(tx, round_id, request)
    checker: PublicChecker = request.app.state.checker
    wishes = await checker.find_student(found["file_sha256"], public_id)
    if not wishes:
        raise PublicIdNotFoundError
    return PublicStudentOut.model_validate({"public_id": public_id, "wishes": wishes})


async def _find(tx: Tx, round_id: UUID, request: Request) -> Row:
    found = await round_tables.find_public(tx, round_id, request.app.state.clock())
    if found is None:
        raise RoundNotPublicError
    return found
