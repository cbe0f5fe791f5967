"""Placements without a round: assigned by file, confirmed by choice, arranged by the student."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.internships.domain.batch import BatchMode, BatchState, require_mode
from services.internships.domain.placement import PlacementState
from services.internships.domain.roster import refuse_faults
from services.internships.domain.wish import POST_ZH, WishRows, read_assignments
from services.internships.flows.make_wishes import check_rows, hold_batch, load_upload
from services.internships.store import batch_posts, placements
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.files import FileStore
from shared.jobs.worker import Work
from shared.kernel.clock import Clock
from shared.kernel.errors import Fault, Text
from shared.kernel.ids import new_id

_STATES = (BatchState.OPEN, BatchState.CLOSED)


async def import_assignments(work: Work, files: FileStore, clock: Clock) -> None:
    """Propose the placements that the school assigned; students still accept or decline."""
    batch, told = await load_upload(work, files, read_assignments, states=_STATES)
    require_mode(batch["mode"], BatchMode.ASSIGNED)
    async with work.finishing() as tx:
        batch = await hold_batch(tx, work, batch["id"], _STATES)
        pairs = await check_rows(tx, batch, told, wishes_max=1)
        await _check_seats(tx, batch, told)
        rows = [(new_id(), student_id, post_id) for student_id, _, post_id in pairs]
        accept_by = clock() + timedelta(days=batch["accept_days"])
        await placements.propose_many(tx, batch, rows, accept_by=accept_by)
        work.result.update(proposed=len(rows))
        facts = {"proposed": len(rows)}
        await record(tx, work.caller, "placements.assigned", subject_id=batch["id"], facts=facts)


async def _check_seats(tx: Tx, batch: Row, told: WishRows) -> None:
    """Name each row that finds no seat left."""
    offered = await batch_posts.find_posts(tx, batch["id"])
    taken = Counter(await placements.count_taken(tx, batch["id"]))
    faults: list[Fault] = []
    for post_id, row in zip(told.posts, told.rows, strict=True):
        taken[post_id] += 1
        seats = offered[post_id]["seats_batch"]
        if taken[post_id] > seats:
            text = Text(f"该岗位只有 {seats} 个名额。", f"This post has {seats} seats only.")
            faults.append(Fault("seats_gone", text, row=row, column=POST_ZH))
    refuse_faults(faults)


def accepted_placement(batch: Row, student: Row, post: Row, *, now: datetime) -> dict[str, Any]:
    """Return a placement that its student has just confirmed, with the consent already given."""
    return {
        **_of_student(batch, student, now=now),
        "post_id": post["id"],
        "post_title": post["title"],
        "enterprise_id": post["org_id"],
        "enterprise_name": post["enterprise_name"],
        "origin": "school_arranged",
        "start_on": max(batch["start_on"], post["start_on"]),
        "end_on": min(batch["end_on"], post["end_on"]),
        "pay_fen_month": post["pay_fen_month"],
        "share_consented_at": now,
    }


def arranged_placement(
    batch: Row, student: Row, arrangement: Row, *, now: datetime
) -> dict[str, Any]:
    """Return the placement of an approved self-arranged internship; its host is not ours."""
    return {
        **_of_student(batch, student, now=now),
        "post_title": arrangement["post_title"],
        "enterprise_name": arrangement["host_name"],
        "origin": "self_arranged",
        "start_on": batch["start_on"],
        "end_on": batch["end_on"],
        "pay_fen_month": arrangement["details"].get("pay_fen_month"),
        "mentor": arrangement["details"].get("mentor"),
        "consent": {"guardian_on": arrangement["guardian_signed_on"].isoformat()},
    }


def _of_student(batch: Row, student: Row, *, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "school_id": batch["school_id"],
        "batch_id": batch["id"],
        "student_id": student["id"],
        "enrolment_no": student["enrolment_no"],
        "student_name": student["name"],
        "major_code": student["major_code"],
        "class_name": student["class_name"],
        "mode": batch["mode"],
        "state": PlacementState.ACCEPTED,
        "accepted_at": now,
        "accepted_via": "student",
        "teacher": student["class_teacher"],
    }


def id_of(placement: dict[str, Any]) -> UUID:
    """Return the id that a placement was given before it was written."""
    return placement["id"]
