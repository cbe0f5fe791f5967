"""Files that a caller sends to be imported: kept under their hash, then read by a job."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from shared.db.session import Tx
from shared.files import FileStore, as_stream
from shared.http.caller import Caller
from shared.jobs.queue import JobAccepted, accepted, start_job
from shared.sheets import XLSX

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
    """Keep the request's body and start the job of `kind` in this room that reads it."""
    files: FileStore = request.app.state.files
    limit: int = request.app.state.settings.body_bytes_max
    kept = await files.keep(as_stream(await request.body()), bytes_max=limit)
    told = {
        "sha256": kept.sha256,
        "content_type": request.headers.get("content-type", ""),
        **(more or {}),
    }
    room: str = request.app.state.room
    return accepted(response, room, await start_job(tx, caller, kind, told))
