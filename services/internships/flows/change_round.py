"""A solved round changed before it is published: the change is written, the round solved again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from matching.errors import NoSeatToRemoveError
from services.internships.domain.batch import BatchState
from services.internships.domain.batch_post import post_fault
from services.internships.domain.round import RoundState, require_round_state
from services.internships.domain.what_if import require_one_change, unknown_post, unknown_student
from services.internships.domain.wish import check_own_wishes
from services.internships.flows.keep_batches import load_batch, place_of
from services.internships.flows.make_wishes import refused_posts
from services.internships.store import batch_posts, batches, round_tables, rounds, students, wishes
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.jobs.queue import start_job
from shared.kernel.clock import china_day
from shared.kernel.errors import InvalidInputError


async def change_round(
    tx: Tx, caller: Caller, found: Row, *, told: Mapping[str, Any], now: datetime
) -> UUID:
    """Carry out one change and solve the round again with the same seed; returns the job.

    The matching of a market is unique, so the result is the one that the what-if has shown, as
    long as nothing else has changed since.
    """
    require_round_state(found["state"], RoundState.PROPOSED)
    require_one_change(told, ("withdraw", "seats", "wishes"))
    batch = await load_batch(tx, found["school_id"], found["batch_id"], lock=True)
    kind = await _carry_out(tx, batch, found, told)
    facts = {"kind": kind, "reason": told["reason"], "on": china_day(now).isoformat()}
    await record(tx, caller, "round.changed", subject_id=found["id"], facts=facts)
    await round_tables.empty_tables(tx, found["id"])
    job_id = await start_job(tx, caller, "round.solve", {"round_id": str(found["id"])})
    await rounds.change_round(tx, found["id"], {"state": RoundState.RUNNING, "job_id": job_id})
    await batches.change_batch(tx, batch["id"], {"state": BatchState.CLOSED})
    return job_id


async def _carry_out(tx: Tx, batch: Row, found: Row, told: Mapping[str, Any]) -> str:
    if told.get("withdraw"):
        student = await _student(tx, found, UUID(str(told["withdraw"])), "/withdraw")
        await wishes.clear_wishes(tx, batch["id"], [student["id"]])
        return "withdraw"
    if told.get("seats"):
        await _change_seats(tx, batch, told["seats"])
        return "seats"
    await _change_wishes(tx, batch, found, told["wishes"])
    return "wishes"


async def _student(tx: Tx, found: Row, student_id: UUID, pointer: str) -> Row:
    took_part = await rounds.find_result(tx, found["id"], student_id)
    student = await students.find_student(tx, found["school_id"], student_id)
    if took_part is None or student is None:
        raise InvalidInputError(faults=[unknown_student(pointer)])
    return student


async def _change_seats(tx: Tx, batch: Row, told: Mapping[str, Any]) -> None:
    post_id = UUID(str(told["post_id"]))
    line = await batches.has_post(tx, batch["id"], post_id)
    if line is None:
        raise InvalidInputError(faults=[unknown_post("/seats/post_id")])
    seats = line["seats"] + int(told["by"])
    if seats < 0:
        raise NoSeatToRemoveError(post=str(post_id))
    if told["by"] > 0:
        found = await batch_posts.load_candidates(tx, batch, [post_id])
        fault = post_fault(found.get(post_id), batch, seats=seats, pointer="/seats/by")
        if fault is not None:
            raise InvalidInputError(faults=[fault])
    row = {"post_id": post_id, "enterprise_id": line["enterprise_id"], "seats": seats}
    await batch_posts.put_posts(tx, batch, [row])


async def _change_wishes(tx: Tx, batch: Row, found: Row, told: Mapping[str, Any]) -> None:
    student = await _student(tx, found, UUID(str(told["student_id"])), "/wishes/student_id")
    ids = [UUID(str(each)) for each in told["post_ids"]]
    offered = await batch_posts.find_posts(tx, batch["id"], ids)
    faults = check_own_wishes(ids, offered, wishes_max=batch["wishes_max"])
    faults += refused_posts(student, ids, offered, place=place_of(batch))
    if faults:
        raise InvalidInputError(faults=faults)
    await wishes.clear_wishes(tx, batch["id"], [student["id"]])
    if ids:
        rows = [(student["id"], rank, post_id) for rank, post_id in enumerate(ids, start=1)]
        await wishes.put_wishes(tx, batch, rows)
