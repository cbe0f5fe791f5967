"""Jobs and events: queued with their cause, done once, whatever dies in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from shared.db.session import PLATFORM
from shared.events.outbox import Event, emit
from shared.jobs.worker import Cpu, JobHandler, RoomWorker, Work
from shared.kernel.errors import Fault, InvalidInputError, Text, UnavailableError
from tests.kernel.conftest import Bench
from tests.lone_room import until


def _warm() -> None:
    """Nothing to warm."""


@asynccontextmanager
async def running(bench: Bench, handlers: dict[str, JobHandler]) -> AsyncGenerator[RoomWorker]:
    token = bench.token(kind="service", scope="service")
    service = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=bench.app),
        base_url="http://internships",
        headers={"authorization": f"Bearer {token}"},
    )
    worker = RoomWorker(
        room="internships",
        database=bench.database,
        queue_url=bench.room_database.relay_dsn.url,
        peers={"internships": service},
        handlers=handlers,
        cpu=Cpu(_warm),
    )
    task = asyncio.create_task(worker.run())
    yield worker
    worker.stop()
    await asyncio.wait_for(task, 20)
    worker.cpu.close()


async def _start(client: httpx.AsyncClient, words: str) -> str:
    headers = {"idempotency-key": str(uuid4())}
    answer = await client.post("/v1/notes/jobs", json={"words": words}, headers=headers)
    assert answer.status_code == 202
    assert answer.headers["location"] == answer.json()["location"]
    return answer.headers["location"]


async def _ended(client: httpx.AsyncClient, location: str) -> Any:
    async def look() -> Any:
        job = (await client.get(location)).json()
        return job if job["state"] in {"done", "failed"} else None

    return await until(look)


async def test_a_job_runs_in_its_callers_name_and_ends_with_its_effect(bench: Bench) -> None:
    seen: list[Work] = []

    async def count(work: Work) -> None:
        seen.append(work)
        await work.report(0.5, Text("一半", "half"))
        async with work.finishing():
            work.result["letters"] = len(work.input["words"])

    async with running(bench, {"note.count": count}), bench.client() as client:
        job = await _ended(client, await _start(client, "four"))
    assert job["state"] == "done"
    assert job["progress"] == 1
    assert job["result"] == {"letters": 4}
    assert str(seen[0].caller.org_id)


async def test_a_refused_job_says_why_in_both_languages(bench: Bench) -> None:
    async def refuse(work: Work) -> None:
        raise InvalidInputError(faults=[Fault("x", Text("坏", "bad"), row=3, column="席位")])

    async with running(bench, {"note.count": refuse}), bench.client() as client:
        job = await _ended(client, await _start(client, "x"))
    assert job["state"] == "failed"
    assert job["error"]["zh"]["errors"][0] == {
        "code": "x",
        "message": "坏",
        "row": 3,
        "column": "席位",
    }
    assert job["error"]["en"]["errors"][0]["message"] == "bad"


async def test_a_job_that_breaks_is_tried_again_and_its_half_is_not_kept(bench: Bench) -> None:
    tries: list[int] = []

    async def break_once(work: Work) -> None:
        tries.append(work.attempt)
        async with work.finishing() as tx:
            await emit(tx, [Event("half", work.id, work.caller.org_id)], to=[])
            if len(tries) == 1:
                raise RuntimeError("killed in the middle")
            work.result["tries"] = len(tries)

    async with running(bench, {"note.count": break_once}), bench.client() as client:
        job = await _ended(client, await _start(client, "x"))
    assert job["result"] == {"tries": 2}
    async with bench.database.begin(PLATFORM) as tx:
        kept = await tx.scalar(
            text("SELECT count(*) FROM outbox WHERE subject_id = :id"), {"id": job["id"]}
        )
    assert kept == 1


async def test_a_job_that_finds_the_database_busy_waits_and_comes_again(bench: Bench) -> None:
    tries: list[int] = []

    async def busy_once(work: Work) -> None:
        tries.append(work.attempt)
        if len(tries) == 1:
            raise UnavailableError(part="database", retry_after_s=1)
        async with work.finishing():
            work.result["tries"] = len(tries)

    async with running(bench, {"note.count": busy_once}), bench.client() as client:
        job = await _ended(client, await _start(client, "x"))
    assert job["result"] == {"tries": 2}


async def test_of_two_that_wait_for_each_other_one_may_try_again(bench: Bench) -> None:
    locks = {"first": 9001, "second": 9002}
    both_hold = asyncio.Barrier(2)

    async def take(one: str, other: str) -> str:
        try:
            async with bench.database.begin(PLATFORM) as tx:
                await tx.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": locks[one]})
                await both_hold.wait()
                await tx.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": locks[other]})
        except UnavailableError:
            return "try again"
        return "done"

    ends = await asyncio.gather(take("first", "second"), take("second", "first"))
    assert sorted(ends) == ["done", "try again"]


async def test_numeric_work_runs_beside_the_queue(bench: Bench) -> None:
    async def compute(work: Work) -> None:
        number = await work.cpu.compute(pow, 2, 10)
        async with work.finishing():
            work.result["number"] = number

    async with running(bench, {"note.count": compute}), bench.client() as client:
        job = await _ended(client, await _start(client, "x"))
    assert job["result"] == {"number": 1024}


async def test_an_event_arrives_with_its_change_and_is_taken_once(bench: Bench) -> None:
    words = str(uuid4())
    async with running(bench, {}), bench.client() as client:
        headers = {"idempotency-key": str(uuid4())}
        await client.post("/v1/notes", json={"words": words}, headers=headers)
        await client.post("/v1/notes", json={"words": "conflict"}, headers=headers)

        async def arrived() -> object:
            return [e for e in bench.taken if e.payload.get("words") == words]

        (event,) = await until(arrived)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=bench.app),
            base_url="http://internships",
            headers={"authorization": f"Bearer {bench.token(kind='service')}"},
        ) as again:
            body = {"events": [event.model_dump(mode="json")]}
            answer = await again.post("/v1/events/internships", json=body)
    assert answer.json() == {"taken": 0}
    assert not [e for e in bench.taken if e.payload.get("words") == "conflict"]


async def test_people_cannot_bring_events(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.post("/v1/events/internships", json={"events": []})
    assert answer.status_code == 403


@pytest.mark.parametrize("role", ["student"])
async def test_a_student_sees_only_jobs_of_their_own(bench: Bench, role: str) -> None:
    async def finish(work: Work) -> None:
        async with work.finishing():
            pass

    org = str(uuid4())
    async with (
        running(bench, {"note.count": finish}),  # no job is left for the worker of another test
        bench.client(org_id=org) as office,
        bench.client(org_id=org, roles=[role]) as student,
    ):
        location = await _start(office, "x")
        assert (await office.get(location)).status_code == 200
        assert (await student.get(location)).status_code == 404
        await _ended(office, location)
    async with bench.client() as foreign:
        assert (await foreign.get(location)).status_code == 404
