"""The worker: runs a room's jobs and delivers its events until it is told to stop."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar, cast
from uuid import UUID

import asyncpg
import httpx
import orjson
from pgqueuer.core.qm import QueueManager
from pgqueuer.db import AsyncpgDriver
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job as QueuedJob
from pgqueuer.queries import Queries
from sqlalchemy import text

from shared.db.children import die_with_parent
from shared.db.session import PLATFORM, Database, Tx
from shared.events.outbox import DELIVER, read_events
from shared.http.caller import Caller, caller_from_claims
from shared.http.problems import UnexpectedError, problem_body
from shared.jobs.queue import RUN
from shared.jobs.routine import Routine, repeat
from shared.kernel.errors import DomainError, Text, UnavailableError
from shared.logs import get_logger

ATTEMPTS_MAX = 5
# A worker that was killed is overtaken when its heartbeat is this old.
HEARTBEAT = timedelta(seconds=6)
_QUEUED_JOBS_MAX = 8

P = ParamSpec("P")
T = TypeVar("T")


class JobOvertakenError(Exception):
    """Another worker has finished this job, or is doing it now."""


class Cpu:
    """One child process for numeric work, so that the queue's heartbeat lives on beside it."""

    def __init__(self, warm: Callable[[], object]) -> None:
        self._warm = warm
        self._pool: ProcessPoolExecutor | None = None

    def start(self) -> None:
        """Start the child and let it warm up, so that no job waits for that."""
        self._open().submit(_begun)

    async def compute(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a picklable function in the child; a broken child is replaced next time."""
        future = self._open().submit(function, *args, **kwargs)
        try:
            return await asyncio.wrap_future(future)
        except BrokenProcessPool:
            self._pool = None
            raise

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                1,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin_child,
                initargs=(os.getpid(), self._warm),
            )
        return self._pool

    def close(self) -> None:
        """Stop the child."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)


def _begun() -> None:
    """Do nothing: that it runs means that the child has warmed up."""


def _begin_child(parent: int, warm: Callable[[], object]) -> None:
    die_with_parent(parent)
    warm()


@dataclass(slots=True)
class Work:
    """One job while it runs: its input, its caller, and the ways to report and to finish."""

    id: UUID
    attempt: int
    caller: Caller
    input: Mapping[str, Any]
    database: Database
    peers: Mapping[str, httpx.AsyncClient]
    cpu: Cpu
    result: dict[str, Any] = field(default_factory=dict[str, Any])

    async def report(self, progress: float, step: Text) -> None:
        """Show how far the job is, 0..1, and what it is doing."""
        async with self.begin() as tx:
            await tx.execute(
                _PROGRESS,
                {
                    "id": self.id,
                    "progress": progress,
                    "step": orjson.dumps({"zh": step.zh, "en": step.en}).decode(),
                },
            )

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Tx]:
        """Open a transaction in the caller's name."""
        async with self.database.begin(self.caller.scope()) as tx:
            yield tx

    @asynccontextmanager
    async def finishing(self) -> AsyncGenerator[Tx]:
        """Open the transaction in which the job's effect and its end become visible together."""
        async with self.begin() as tx:
            row = (await tx.execute(_HOLD, {"id": self.id})).one()
            if row.state != "running" or row.attempts != self.attempt:
                raise JobOvertakenError
            yield tx
            await tx.execute(
                _DONE, {"id": self.id, "result": orjson.dumps(self.result, default=str).decode()}
            )


JobHandler = Callable[[Work], Awaitable[None]]

_START = text(
    "UPDATE jobs SET state = 'running', attempts = attempts + 1,"
    " started_at = COALESCE(started_at, now()), progress = 0"
    " WHERE id = :id AND state IN ('queued', 'running')"
    " RETURNING id, kind, caller, input, attempts"
)
_PROGRESS = text(
    "UPDATE jobs SET progress = :progress, step = CAST(:step AS jsonb)"
    " WHERE id = :id AND state = 'running'"
)
_HOLD = text("SELECT state, attempts FROM jobs WHERE id = :id FOR UPDATE")
_DONE = text(
    "UPDATE jobs SET state = 'done', progress = 1, step = NULL, finished_at = now(),"
    " result = CAST(:result AS jsonb) WHERE id = :id"
)
_FAILED = text(
    "UPDATE jobs SET state = 'failed', finished_at = now(), error = CAST(:error AS jsonb)"
    " WHERE id = :id AND state IN ('queued', 'running')"
)


@dataclass(slots=True)
class RoomWorker:
    """Everything that one room does outside requests."""

    room: str
    database: Database
    queue_url: str  # the relay role's address of the room's database
    peers: Mapping[str, httpx.AsyncClient]
    handlers: Mapping[str, JobHandler]
    cpu: Cpu
    routines: Sequence[Routine] = ()
    _manager: QueueManager | None = None
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Work until `stop`; a lost database connection is opened again."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._run_queue())
            for routine in self.routines:
                group.create_task(repeat(routine, room=self.room, stopped=self._stopped))

    async def _run_queue(self) -> None:
        log = get_logger(self.room)
        while not self._stopped.is_set():
            try:
                await self._run_connected()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("worker.reconnecting", reason=type(error).__name__)
            if not self._stopped.is_set():
                await asyncio.sleep(0.5)

    def stop(self) -> None:
        """Take no further job; those in hand are finished."""
        self._stopped.set()
        if self._manager is not None:
            self._manager.shutdown.set()

    async def _run_connected(self) -> None:
        connection = await asyncpg.connect(self.queue_url)
        try:
            manager = QueueManager(Queries(AsyncpgDriver(connection)))
            manager.entrypoint(RUN, accepts_context=False)(self._run_job)
            manager.entrypoint(DELIVER, accepts_context=False)(self._deliver)
            self._manager = manager
            lost = asyncio.get_running_loop().create_future()

            def note_loss(_connection: object) -> None:
                if not lost.done():
                    lost.set_result(None)

            connection.add_termination_listener(note_loss)
            running = asyncio.ensure_future(
                manager.run(
                    dequeue_timeout=timedelta(seconds=2),
                    max_concurrent_tasks=2 * _QUEUED_JOBS_MAX,
                    batch_size=_QUEUED_JOBS_MAX,
                    heartbeat_timeout=HEARTBEAT,
                )
            )
            await asyncio.wait({running, lost}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        finally:
            if not connection.is_closed():
                await connection.close()

    async def _run_job(self, queued: QueuedJob) -> None:
        assert queued.payload is not None
        job_id = UUID(queued.payload.decode())
        async with self.database.begin(PLATFORM) as tx:
            row = (await tx.execute(_START, {"id": job_id})).one_or_none()
        if row is None:
            return  # finished by another worker before this one took it
        log = get_logger(self.room).bind(job_id=str(job_id), kind=row.kind, attempt=row.attempts)
        work = Work(
            id=job_id,
            attempt=row.attempts,
            caller=caller_from_claims(row.caller),
            input=row.input,
            database=self.database,
            peers=self.peers,
            cpu=self.cpu,
        )
        log.info("job.started")
        try:
            await self.handlers[row.kind](work)
        except JobOvertakenError:
            log.info("job.overtaken")
        except UnavailableError as error:
            log.warning("job.waits", code=error.code)
            await self._again(job_id, row.attempts, error)
        except DomainError as error:
            await self._fail(job_id, error)
            log.info("job.refused", code=error.code)
        except Exception as error:
            log.exception("job.broke")
            await self._again(job_id, row.attempts, error)
        else:
            log.info("job.done")

    async def _again(self, job_id: UUID, attempts: int, error: Exception) -> None:
        """Have the queue bring the job again a little later, until it was tried often enough."""
        if attempts < ATTEMPTS_MAX:
            raise RetryRequested(delay=timedelta(seconds=0.2 * 2**attempts)) from error
        await self._fail(job_id, error if isinstance(error, DomainError) else UnexpectedError())

    async def _fail(self, job_id: UUID, error: DomainError) -> None:
        told = {
            "zh": problem_body(error, "zh", None),
            "en": problem_body(error, "en", None),
        }
        async with self.database.begin(PLATFORM) as tx:
            await tx.execute(_FAILED, {"id": job_id, "error": orjson.dumps(told).decode()})

    async def _deliver(self, queued: QueuedJob) -> None:
        assert queued.payload is not None
        notice = cast("dict[str, Any]", orjson.loads(queued.payload))
        async with self.database.begin(PLATFORM) as tx:
            stored = await read_events(tx, notice["ids"])
        body = {
            "events": [
                {
                    "id": str(each.event.id),
                    "kind": each.event.kind,
                    "subject_id": str(each.event.subject_id),
                    "org_id": str(each.event.org_id) if each.event.org_id else None,
                    "payload": each.event.payload,
                    "created_at": each.created_at.isoformat(),
                    "source": self.room,
                }
                for each in stored
            ]
        }
        room = notice["to"]
        try:
            answer = await self.peers[room].post(f"/v1/events/{room}", json=body)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            delay = min(0.5 * 2**queued.attempts, 600.0)
            get_logger(self.room).warning("event.undelivered", to=room, retry_s=delay)
            raise RetryRequested(delay=timedelta(seconds=delay)) from error
