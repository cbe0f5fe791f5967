"""Tables that a school sends for one of its batches."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from services.internships.api.callers import school_of
from services.internships.flows.keep_batches import load_batch
from shared.db.session import Tx
from shared.http.caller import Caller
from shared.http.route import Keyed
from shared.jobs.queue import JobAccepted
from shared.jobs.uploads import UPLOAD, import_upload

# How each import is declared: the body is the file, sent again under one key it is read once.
IMPORT: dict[str, Any] = {
    "status_code": 202,
    "dependencies": [Keyed],
    "openapi_extra": UPLOAD,
}


async def import_into_batch(
    request: Request, response: Response, *, tx: Tx, caller: Caller, batch_id: UUID, table: str
) -> JobAccepted:
    """Keep a table for a batch of the caller's school and start the job that reads it."""
    await load_batch(tx, school_of(caller), batch_id)
    more = {"batch_id": str(batch_id)}
    kind = f"{table}.import"
    return await import_upload(request, response, tx=tx, caller=caller, kind=kind, more=more)
