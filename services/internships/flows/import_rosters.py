"""Rosters and plans from a kept upload to the tables: all of a file, or nothing of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from services.internships.domain.roster import Rows, read_plans, read_roster
from services.internships.store.plans import upsert_plans
from services.internships.store.students import Upserted, upsert_students
from shared.db.session import Tx
from shared.events.audit import record
from shared.files import FileStore
from shared.jobs.worker import Work
from shared.kernel.errors import Text

READING = Text("正在读取并检查文件", "Reading and checking the file")


async def import_roster(work: Work, files: FileStore) -> None:
    """Write the roster that lies in the job's upload."""
    await _import(work, files, read=read_roster, save=upsert_students, action="roster.imported")


async def import_plans(work: Work, files: FileStore) -> None:
    """Write the plans that lie in the job's upload."""
    await _import(work, files, read=read_plans, save=upsert_plans, action="plans.imported")


async def _import(
    work: Work,
    files: FileStore,
    *,
    read: Callable[[bytes, str], Rows],
    save: Callable[[Tx, UUID, list[dict[str, Any]]], Awaitable[Upserted]],
    action: str,
) -> None:
    school_id = work.caller.org_id
    assert school_id is not None, "an import is asked for by a school"
    rows = await read_upload(work, files, read)
    async with work.finishing() as tx:
        saved = await save(tx, school_id, rows.rows)
        work.result.update(rows=len(rows.rows), **asdict(saved))
        await record(tx, work.caller, action, subject_id=work.id, facts=asdict(saved))


async def read_upload(work: Work, files: FileStore, read: Callable[[bytes, str], Rows]) -> Rows:
    """Read the job's upload beside the event loop."""
    await work.report(0.1, READING)
    body = await files.read(work.input["sha256"])
    return await work.cpu.compute(read, body, work.input["content_type"])
