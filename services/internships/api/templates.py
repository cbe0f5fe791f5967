"""Empty tables to fill in, and files sent back with what is wrong in each row."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from fastapi import Request, Response

from services.internships.api.callers import InLanguage, RosterKeeper, WishImporter
from services.internships.domain.roster import PLAN, ROSTER, marked_file
from services.internships.domain.wish import ASSIGNMENTS, GRADES, INTERVIEWS, WISHES
from services.internships.store.imports import find_upload
from shared.files import FileNotKeptError, FileStore
from shared.http.downloads import as_file
from shared.http.route import InTx
from shared.http.service import new_router
from shared.sheets import XLSX, ColumnSpec, write_template

router = new_router("imports")

_TABLES: Mapping[str, Sequence[ColumnSpec]] = {
    "wishes": WISHES,
    "grades": GRADES,
    "interviews": INTERVIEWS,
    "assignments": ASSIGNMENTS,
}


@router.get("/batch-templates/{table}", response_class=Response)
async def read_batch_template(
    table: Literal["wishes", "grades", "interviews", "assignments"],
    _caller: WishImporter,
    language: InLanguage,
) -> Response:
    """Return an empty table of one kind with its headers explained."""
    content = write_template(_TABLES[table], language, sheet=table)
    return as_file(content, media_type=XLSX, name=f"{table}.xlsx")


@router.get("/rosters/imports/{job_id}/faults.xlsx", response_class=Response)
async def read_roster_faults(
    job_id: UUID, _caller: RosterKeeper, language: InLanguage, tx: InTx, request: Request
) -> Response:
    """Return the wrong rows of a roster that was refused, each with what to mend."""
    return await _faults(tx, request, job_id, table="roster", language=language)


@router.get("/plans/imports/{job_id}/faults.xlsx", response_class=Response)
async def read_plan_faults(
    job_id: UUID, _caller: RosterKeeper, language: InLanguage, tx: InTx, request: Request
) -> Response:
    """Return the wrong rows of a file of plans that was refused, each with what to mend."""
    return await _faults(tx, request, job_id, table="plans", language=language)


async def _faults(
    tx: InTx,
    request: Request,
    job_id: UUID,
    *,
    table: Literal["roster", "plans"],
    language: InLanguage,
) -> Response:
    upload = await find_upload(tx, job_id, kind=f"{table}.import")
    if upload is None:
        raise FileNotKeptError(job_id=str(job_id))
    files: FileStore = request.app.state.files
    body = await files.read(upload["sha256"])
    columns, unique = (ROSTER, "enrolment_no") if table == "roster" else (PLAN, "code")
    content = await asyncio.to_thread(
        marked_file,
        body,
        columns,
        content_type=upload["content_type"],
        unique=unique,
        language=language,
    )
    return as_file(content, media_type=XLSX, name=f"{table}-faults.xlsx")
