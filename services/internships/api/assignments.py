"""Central assignment (统一安排) over HTTP: run as a job, its proof for the school's auditor."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from services.internships.api.callers import BatchKeeper, PlacementReader, school_of
from services.internships.contract.addresses import ROOM
from services.internships.contract.assignments import CentralAssignmentOut
from services.internships.domain.placement import AssignmentNotFoundError
from services.internships.flows.assign_centrally import start_assignment
from services.internships.flows.keep_batches import load_batch
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.files import FileStore
from shared.http.caller import Caller
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.jobs.queue import JobAccepted, accepted

router = new_router("placements")


@router.post("/batches/{batch_id}/central-assignments", status_code=202, dependencies=[Keyed])
async def assign_centrally(
    batch_id: UUID, caller: BatchKeeper, tx: InTx, response: Response
) -> JobAccepted:
    """Propose a place to everybody who holds none: the most placed, at the greatest relevance."""
    batch = await load_batch(tx, school_of(caller), batch_id, lock=True)
    return accepted(response, ROOM, await start_assignment(tx, caller, batch))


@router.get("/batches/{batch_id}/central-assignment")
async def read_central_assignment(
    batch_id: UUID, caller: PlacementReader, tx: InTx
) -> CentralAssignmentOut:
    """Return what the last central assignment that proposed anybody came to."""
    return CentralAssignmentOut.model_validate(await _told(tx, caller, batch_id))


@router.get("/batches/{batch_id}/central-assignment/certificate", response_class=StreamingResponse)
async def download_assignment_certificate(
    batch_id: UUID, caller: PlacementReader, tx: InTx, request: Request
) -> StreamingResponse:
    """Return pairs, seats, caps, prices and places, by which anybody can work out the bound."""
    told = await _told(tx, caller, batch_id)
    files: FileStore = request.app.state.files
    headers = {"content-disposition": f'attachment; filename="assignment-{batch_id}.zip"'}
    return StreamingResponse(
        files.stream(told["certificate_sha256"]), media_type="application/zip", headers=headers
    )


async def _told(tx: Tx, caller: Caller, batch_id: UUID) -> Row:
    batch = await load_batch(tx, school_of(caller), batch_id)
    if batch["assignment"] is None:
        raise AssignmentNotFoundError(batch_id=str(batch_id))
    return batch["assignment"]
