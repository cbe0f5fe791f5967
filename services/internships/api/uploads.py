"""Files that a caller sends to be imported: kept under their hash, then read by a job."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from services.internships.api.callers import school_of
from services.internships.flows.keep_batches import load_batch
from shared.db.session import Tx
from shared.files import FileStore, as_stream
from shared.http.caller import Caller
from shared.http.route import Keyed
from shared.jobs.queue import JobAccepted, accepted, start_job
from shared.sheets import XLSX

ROOM = "internships"

# What an import takes, for the API's description: the body is the file itself.
UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("text/csv", "application/json", XLSX, "application/octet-stream")
        },
    }
}


async def import_upload(
    request: Request,
    response: Response,
    *,
    tx: Tx,
    caller: Caller,
    kind: str,
    more: dict[str, Any] | None = None,
) -> JobAccepted:
    """Keep the request's body and start the job of `kind` that reads it."""
    files: FileStore = request.app.state.files
    limit: int = request.app.state.settings.body_bytes_max
    kept = await files.keep(as_stream(await request.body()), bytes_max=limit)
    told = {
        "sha256": kept.sha256,
        "content_type": request.headers.get("content-type", ""),
        **(more or {}),
    }
    return accepted(response, ROOM, await start_job(tx, caller, kind, told))


async def import_into_batch(
    request: Request, response: Response, *, tx: Tx, caller: Caller, batch_id: UUID, table: str
) -> JobAccepted:
    """Keep a table for a batch of the caller's school and start the job that reads it."""
    await load_batch(tx, school_of(caller), batch_id)
    more = {"batch_id": str(batch_id)}
    kind = f"{table}.import"
    return await import_upload(request, response, tx=tx, caller=caller, kind=kind, more=more)


# How each import is declared: the body is the file, sent again under one key it is read once.
IMPORT: dict[str, Any] = {
    "status_code": 202,
    "dependencies": [Keyed],
    "openapi_extra": UPLOAD,
}


def as_file(content: bytes, *, media_type: str, name: str) -> Response:
    """Return `content` as a download."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
