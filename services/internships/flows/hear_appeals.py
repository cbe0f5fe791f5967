"""Appeals: made by a student about their own result, decided by a named person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.internships.adapters.organisations import OrganisationSource
from services.internships.domain.appeal import (
    AppealDecidedError,
    AppealNotFoundError,
    AppealOpenError,
    AppealSubjectError,
)
from services.internships.domain.round import RoundState
from services.internships.store import appeals, batches, placements, rounds
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.http.versions import expect_version
from shared.kernel.errors import ForbiddenError
from shared.kernel.ids import new_id


async def make_appeal(
    tx: Tx,
    caller: Caller,
    student: Row,
    *,
    round_id: UUID | None,
    placement_id: UUID | None,
    grounds: str,
) -> Row:
    """Appeal against one's own result or placement."""
    await _check_subject(tx, student, round_id=round_id, placement_id=placement_id)
    about = {"round_id": round_id, "placement_id": placement_id}
    if await appeals.has_open(tx, student["id"], round_id=round_id, placement_id=placement_id):
        raise AppealOpenError
    appeal_id = new_id()
    values = {
        "id": appeal_id,
        "school_id": student["school_id"],
        "student_id": student["id"],
        "grounds": grounds,
        "state": "open",
        **about,
    }
    await appeals.add_appeal(tx, values)
    await record(tx, caller, "appeal.made", subject_id=appeal_id)
    return await load_appeal(tx, student["school_id"], appeal_id)


async def _check_subject(
    tx: Tx, student: Row, *, round_id: UUID | None, placement_id: UUID | None
) -> None:
    if (round_id is None) == (placement_id is None):
        raise AppealSubjectError
    if placement_id is not None:
        owner = placements.of_student(student["id"])
        if await placements.find_placement(tx, owner, placement_id) is None:
            raise AppealSubjectError
    if round_id is not None:
        found = await rounds.find_round(tx, round_id)
        if found is None or found["state"] != RoundState.PUBLISHED:
            raise AppealSubjectError
        if await batches.find_entry(tx, found["batch_id"], student["id"]) is None:
            raise AppealSubjectError


async def load_appeal(tx: Tx, school_id: UUID, appeal_id: UUID) -> Row:
    """Return an appeal of this school; another school's is not found."""
    found = await appeals.find_appeal(tx, school_id, appeal_id)
    if found is None:
        raise AppealNotFoundError(appeal_id=str(appeal_id))
    return found


async def decide_appeal(
    tx: Tx,
    caller: Caller,
    appeal: Row,
    *,
    upheld: bool,
    decision: str,
    seen: int,
    organisations: OrganisationSource,
    now: datetime,
) -> Row:
    """Decide an appeal as a named person; the reason is kept and shown to the student."""
    if caller.kind != "person":
        raise ForbiddenError(needs="a named person, not a program (具名负责人)")
    expect_version(seen=seen, current=appeal["version"])
    changes = {
        "state": "upheld" if upheld else "dismissed",
        "decision": decision,
        "decided_by": caller.subject,
        "decided_by_name": await organisations.name_of(caller),
        "decided_at": now,
    }
    decided = await appeals.decide_appeal(tx, appeal, changes)
    if decided is None:
        raise AppealDecidedError
    facts = {"state": decided["state"]}
    await record(tx, caller, "appeal.decided", subject_id=appeal["id"], facts=facts)
    return decided
