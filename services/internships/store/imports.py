"""What the jobs of imports left behind."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.internships.store.metadata import metadata
from shared.db.session import Tx

_JOBS = metadata.tables["jobs"].c


async def find_faults_file(tx: Tx, job_id: UUID, *, kind: str) -> str | None:
    """Return the name of the kept list of faults of one's own import, if it has one."""
    query = select(_JOBS.result).where(_JOBS.id == job_id, _JOBS.kind == kind)
    result = (await tx.execute(query)).scalar_one_or_none()
    return result.get("faults_sha256") if result else None


async def find_upload(tx: Tx, job_id: UUID, *, kind: str) -> dict[str, Any] | None:
    """Return the upload of one's own import that was refused: its hash and its kind of file."""
    query = select(_JOBS.input).where(
        _JOBS.id == job_id, _JOBS.kind == kind, _JOBS.state == "failed"
    )
    return (await tx.execute(query)).scalar_one_or_none()
