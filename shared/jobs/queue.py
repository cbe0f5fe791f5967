"""Jobs: written and queued in the transaction that asks for them, read by who asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

import asyncpg
import orjson
from fastapi import APIRouter, Request, Response
from pgqueuer.queries import Queries
from pydantic import BaseModel
from sqlalchemy import text

from shared.db.session import Tx
from shared.http.caller import Caller, SignedIn
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx
from shared.http.service import new_router
from shared.kernel.errors import NotFoundError
from shared.kernel.ids import new_id

RUN = "job.run"

_INSERT = text(
    "INSERT INTO jobs (id, kind, org_id, caller, input, state, progress, attempts)"
    " VALUES (:id, :kind, :org_id, CAST(:caller AS jsonb), CAST(:input AS jsonb),"
    " 'queued', 0, 0)"
)


async def put_on_queue(tx: Tx, entrypoint: str, payloads: Sequence[bytes]) -> None:
    """Queue `payloads` inside the transaction: a worker sees them only if it commits."""
    if not payloads:
        return
    raw = await tx.get_raw_connection()
    connection = cast("asyncpg.Connection", raw.driver_connection)
    queries = Queries.from_asyncpg_connection(connection)
    count = len(payloads)
    await queries.enqueue([entrypoint] * count, list(payloads), [0] * count)


async def start_job(tx: Tx, caller: Caller, kind: str, job_input: Mapping[str, Any]) -> UUID:
    """Write a job in the caller's name and queue it; returns its id."""
    job_id = new_id()
    await tx.execute(
        _INSERT,
        {
            "id": job_id,
            "kind": kind,
            "org_id": caller.org_id,
            "caller": orjson.dumps(caller.claims()).decode(),
            "input": orjson.dumps(dict(job_input), default=str).decode(),
        },
    )
    await put_on_queue(tx, RUN, [str(job_id).encode()])
    return job_id


class JobOut(BaseModel):
    """A piece of work: its state, how far it is, where its result lies or what went wrong."""

    id: UUID
    kind: str
    state: str
    progress: float
    step: dict[str, str] | None
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class JobAccepted(BaseModel):
    """The job that now does what was asked; `Location` names the same address."""

    job_id: UUID
    location: str


def accepted(response: Response, room: str, job_id: UUID) -> JobAccepted:
    """Answer 202 with the job's address."""
    location = f"/v1/jobs/{room}/{job_id}"
    response.status_code = 202
    response.headers["Location"] = location
    return JobAccepted(job_id=job_id, location=location)


JobState = Literal["queued", "running", "done", "failed"]

_READ = text("SELECT * FROM jobs WHERE id = :id")
_LIST = text(
    "SELECT * FROM jobs WHERE caller->>'subject' = :subject"
    " AND (CAST(:state AS text) IS NULL OR state = :state)"
    " AND (CAST(:after AS uuid) IS NULL OR id < :after) ORDER BY id DESC LIMIT :limit"
)


def jobs_router(room: str) -> APIRouter:
    """Return the route on which a caller follows its jobs in `room`."""
    router = new_router("jobs")

    @router.get(f"/jobs/{room}/{{job_id}}", name=f"read_job_{room}")
    async def read_job(job_id: UUID, caller: SignedIn, tx: InTx) -> JobOut:
        """Return one job of the caller's organisation."""
        row = (await tx.execute(_READ, {"id": job_id})).one_or_none()
        if row is None or not _may_see(caller, row.caller):
            raise NotFoundError
        return JobOut.model_validate(row, from_attributes=True)

    @router.get(f"/jobs/{room}", name=f"list_jobs_{room}")
    async def list_jobs(
        caller: SignedIn,
        tx: InTx,
        paging: Paging,
        request: Request,
        response: Response,
        state: JobState | None = None,
    ) -> Page[JobOut]:
        """Return the jobs that the caller has asked for, newest first."""
        asked = {
            "subject": str(caller.subject),
            "state": state,
            "after": paging.after[0] if paging.after else None,
            "limit": paging.limit + 1,
        }
        rows = (await tx.execute(_LIST, asked)).all()
        shown, following = cut_page(
            rows, asked=paging, key=lambda row: (row.id,), request=request, response=response
        )
        items = [JobOut.model_validate(row, from_attributes=True) for row in shown]
        return Page(items=items, next=following)

    return router


def _may_see(caller: Caller, asker: Mapping[str, Any]) -> bool:
    # A student shares the school's organisation with its office, and an app was allowed to act for
    # one person: only the asker's own jobs.
    alone = caller.app or "student" in caller.roles
    return not alone or asker["subject"] == str(caller.subject)
