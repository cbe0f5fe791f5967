"""A batch assigned by the school at once: candidates, the auction, placements to be accepted."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.internships.adapters.run_signer import RunSigner
from services.internships.domain.batch import BatchMode, BatchState, require_mode, require_state
from services.internships.domain.clearing_rules import rules_of
from services.internships.domain.placement import AssignmentOvertakenError
from services.internships.engine.assignment import assign, list_candidates
from services.internships.engine.caps import build_intern_caps, file_rows
from services.internships.engine.clearing import Market, PriorityWeights
from services.internships.flows.cap_interns import load_caps
from services.internships.flows.keep_batches import load_batch, place_of
from services.internships.flows.make_wishes import hold_batch
from services.internships.flows.solve_round import build_market, find_allowed
from services.internships.store import batch_posts, batches, kept_places, placements, rounds
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.files import FileStore, as_stream
from shared.http.caller import Caller
from shared.jobs.queue import start_job
from shared.jobs.worker import Work
from shared.kernel.clock import Clock, china_day
from shared.kernel.errors import Text
from shared.kernel.ids import new_id

_STATES = (BatchState.OPEN, BatchState.CLOSED)
_HELD = frozenset({"proposed", "accepted", "started", "assessed", "ended"})
_CERTIFICATE_BYTES_MAX = 1 << 30


async def start_assignment(tx: Tx, caller: Caller, batch: Row) -> UUID:
    """Queue the assignment of everybody in a batch who holds no place; returns the job."""
    require_mode(batch["mode"], BatchMode.ASSIGNED)
    require_state(batch["state"], *_STATES)
    return await start_job(tx, caller, "batch.assign", {"batch_id": str(batch["id"])})


async def assign_batch(work: Work, files: FileStore, clock: Clock, *, signer: RunSigner) -> None:
    """Assign the job's batch and propose the placements; students still accept or decline."""
    batch_id = UUID(work.input["batch_id"])
    await work.report(0.1, Text("正在读取名册与岗位", "Reading students and posts"))
    async with work.begin() as tx:
        batch, entrants, offered, market = await _load(tx, work, today=china_day(clock()))
        before = await _standing(tx, batch_id)
    await work.report(0.3, Text("正在寻找对口岗位", "Finding posts that fit"))
    indptr, wishes = await work.cpu.compute(list_candidates, market)
    paired = replace(market, indptr=indptr, wishes=wishes)
    allowed = find_allowed(paired, entrants, offered, place=place_of(batch))
    await work.report(0.5, Text("正在统一安排并核算", "Assigning and working out the proof"))
    found = await work.cpu.compute(assign, replace(paired, competes=allowed))
    signed = await asyncio.to_thread(signer.sign, found.certificate)
    kept = await files.keep(as_stream(signed), bytes_max=_CERTIFICATE_BYTES_MAX)
    rows = [
        (new_id(), entrants[student]["id"], offered[post]["id"])
        for student, post in enumerate(found.posts.tolist())
        if post >= 0
    ]
    async with work.finishing() as tx:
        batch = await hold_batch(tx, work, batch_id, _STATES)
        if await _standing(tx, batch_id) != before:
            raise AssignmentOvertakenError
        accept_by = clock() + timedelta(days=batch["accept_days"])
        await placements.propose_many(tx, batch, rows, accept_by=accept_by)
        told = {
            **found.numbers,
            "certificate_sha256": kept.sha256,
            "assigned_at": clock().isoformat(),
        }
        if rows or batch["assignment"] is None:
            # An attempt that found nobody a place does not stand in for the proof of who has one.
            await batches.change_batch(tx, batch_id, {"assignment": told})
        work.result.update(proposed=len(rows), numbers=told)
        facts = {"proposed": len(rows), "certificate_sha256": kept.sha256}
        await record(tx, work.caller, "placements.assigned", subject_id=batch_id, facts=facts)


async def _standing(tx: Tx, batch_id: UUID) -> Mapping[Any, Any]:
    """Return who holds a place of the batch, and where."""
    rows = await kept_places.list_last(tx, batch_id)
    return {row["student_id"]: row["post_id"] for row in rows if row["state"] in _HELD}


async def _load(tx: Tx, work: Work, *, today: date) -> tuple[Row, list[Row], list[Row], Market]:
    assert work.caller.org_id is not None, "an assignment is asked for by a school"
    batch = await load_batch(tx, work.caller.org_id, UUID(work.input["batch_id"]))
    seed = await batches.read_seed(tx, batch["id"])
    assert seed is not None, "a batch opens with its seed"
    held = await _standing(tx, batch["id"])
    entrants = [
        {**each, "posts": []}
        for each in await rounds.load_entrants(tx, batch["id"])
        if each["id"] not in held
    ]
    taken = await placements.count_taken(tx, batch["id"])
    found = (await batch_posts.find_posts(tx, batch["id"])).values()
    offered = [
        {**post, "seats_batch": max(0, post["seats_batch"] - taken.get(post["id"], 0))}
        for post in sorted(found, key=lambda post: post["id"])
    ]
    terms = await load_caps(tx, batch, offered, rules=rules_of(batch["clearing"]), on=today)
    market = build_market(
        entrants, offered, scores={}, weights=PriorityWeights(relevance=1.0), seed=seed.hex()
    )
    caps = build_intern_caps(terms) if terms else None
    capped = replace(market, caps=caps, cap_rows=file_rows(terms) if terms else ())
    return batch, entrants, offered, capped
