"""Self-arranged internships: the student's application, the school's decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.internships.contract.events import PLACEMENT_ACCEPTED
from services.internships.domain.arrangement import (
    ArrangementDecidedError,
    ArrangementNotFoundError,
    check_host_code,
)
from services.internships.domain.batch import BatchMode, BatchState, require_mode, require_state
from services.internships.flows.decide_placement import write_accepted
from services.internships.flows.make_wishes import require_eligible
from services.internships.flows.propose_placements import arranged_placement, id_of
from services.internships.flows.tell_rooms import tell_placements
from services.internships.store import batches, choices, students
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.kernel.ids import new_id


async def apply_with_host(
    tx: Tx, caller: Caller, batch: Row, *, student: Row, told: Mapping[str, Any]
) -> Row:
    """Apply with a host of one's own; the guardian has signed."""
    require_mode(batch["mode"], BatchMode.SELF_ARRANGED)
    require_state(batch["state"], BatchState.OPEN)
    check_host_code(told["host_uscc"])
    await require_eligible(tx, batch, student)
    arrangement_id = new_id()
    values = {
        **told,
        "id": arrangement_id,
        "school_id": student["school_id"],
        "batch_id": batch["id"],
        "student_id": student["id"],
        "state": "applied",
    }
    await choices.add_arrangement(tx, values)
    await record(tx, caller, "self_arrangement.applied", subject_id=arrangement_id)
    return await load_arrangement(tx, student["school_id"], arrangement_id)


async def load_arrangement(
    tx: Tx, school_id: UUID, arrangement_id: UUID, *, lock: bool = False
) -> Row:
    """Return an application of this school; another school's is not found."""
    found = await choices.find_arrangement(tx, school_id, arrangement_id, lock=lock)
    if found is None:
        raise ArrangementNotFoundError(arrangement_id=str(arrangement_id))
    return found


async def decide_arrangement(
    tx: Tx, caller: Caller, arrangement: Row, *, approved: bool, reason: str, now: datetime
) -> Row:
    """Approve or refuse an application; an approved one becomes an accepted placement."""
    if arrangement["state"] != "applied":
        raise ArrangementDecidedError
    changes: dict[str, Any] = {
        "state": "approved" if approved else "refused",
        "decision_reason": reason,
        "decided_by": caller.subject,
        "decided_at": now,
    }
    if approved:
        changes["placement_id"] = await _place(tx, arrangement, now=now)
    await choices.change_arrangement(tx, arrangement["id"], changes)
    facts = {"state": changes["state"]}
    await record(tx, caller, "self_arrangement.decided", subject_id=arrangement["id"], facts=facts)
    return await load_arrangement(tx, arrangement["school_id"], arrangement["id"])


async def _place(tx: Tx, arrangement: Row, *, now: datetime) -> UUID:
    batch = await batches.find_batch(tx, arrangement["batch_id"])
    student = await students.find_student(tx, arrangement["school_id"], arrangement["student_id"])
    assert batch is not None, "an application belongs to a batch"
    assert student is not None, "who applied stays on the roster"
    placement = arranged_placement(batch, student, arrangement, now=now)
    await write_accepted(tx, placement)
    await tell_placements(tx, PLACEMENT_ACCEPTED, [id_of(placement)], now=now)
    return id_of(placement)
