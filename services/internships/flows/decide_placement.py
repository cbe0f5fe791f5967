"""Students' answers to proposed placements: their own, or signed on paper and entered in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from services.internships.contract.events import PLACEMENT_ACCEPTED
from services.internships.domain.placement import (
    PlacementHeldError,
    PlacementNotFoundError,
    PlacementState,
    require_consent,
    require_in_time,
    require_placement,
)
from services.internships.flows.plan_rounds import refuse_between
from services.internships.flows.tell_rooms import tell_placements
from services.internships.store import placements
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.kernel.errors import Fault, InvalidInputError, Text

_UNKNOWN = Text("本校没有该实习安排。", "The school has no such placement.")
_STATE = Text("该安排不在待确认状态。", "This placement is not waiting for an answer.")
_HELD = Text("该学生已接受另一项安排。", "This student holds another placement.")
_TWICE = Text("同一名学生出现了两次。", "This student is named twice.")
_CONSENT = Text(
    "缺少学生同意向实习单位提供信息的签字日期。",
    "The day on which the student consented to share data with the host is missing.",
)


async def load_own(tx: Tx, student: Row, placement_id: UUID) -> Row:
    """Return and hold a placement of the caller; anybody else's is not found."""
    owner = placements.of_student(student["id"])
    found = await placements.find_placement(tx, owner, placement_id, lock=True)
    if found is None:
        raise PlacementNotFoundError(placement_id=str(placement_id))
    return found


async def accept_placement(
    tx: Tx, caller: Caller, placement: Row, *, share_consent: bool, now: datetime
) -> Row:
    """Accept one's own placement: from now on it exists."""
    require_placement(placement, PlacementState.PROPOSED)
    require_in_time(placement, now)
    await refuse_between(tx, placement)
    require_consent(placement, share_consent=share_consent)
    if await placements.holds_another(tx, placement):
        raise PlacementHeldError
    changes = {
        "state": PlacementState.ACCEPTED,
        "accepted_at": now,
        "accepted_via": "student",
        "keeps": None,
        "share_consented_at": now if share_consent else None,
    }
    accepted = await _hold_place(tx, placement, changes)
    facts = {"share_consent": share_consent, "enterprise_id": _text(placement["enterprise_id"])}
    await record(tx, caller, "consent.given", subject_id=placement["id"], facts=facts)
    await tell_placements(tx, PLACEMENT_ACCEPTED, [placement["id"]], now=now)
    return accepted


async def write_accepted(tx: Tx, values: Mapping[str, Any]) -> Row:
    """Write a placement that its student has confirmed already."""
    if await placements.holds_another(tx, dict(values)):
        raise PlacementHeldError
    try:
        return await placements.add_placement(tx, values)
    except IntegrityError as error:
        raise PlacementHeldError from error


async def _hold_place(tx: Tx, placement: Row, changes: Mapping[str, Any]) -> Row:
    try:
        return await placements.change_placement(tx, placement["id"], changes)
    except IntegrityError as error:
        # Two places accepted at the same moment: the database lets one of them stand.
        raise PlacementHeldError from error


async def decline_placement(tx: Tx, caller: Caller, placement: Row, *, reason: str | None) -> Row:
    """Decline one's own placement; the seat is free again."""
    require_placement(placement, PlacementState.PROPOSED)
    await refuse_between(tx, placement)
    changes = {"state": PlacementState.DECLINED, "keeps": None, "end_reason": reason}
    await record(tx, caller, "placement.declined", subject_id=placement["id"])
    return await placements.change_placement(tx, placement["id"], changes)


async def accept_on_paper(
    tx: Tx,
    caller: Caller,
    school_id: UUID,
    *,
    batch_id: UUID,
    items: Sequence[tuple[UUID, date, date | None]],
    now: datetime,
) -> int:
    """Enter acceptances that students signed on paper: all of them, or none."""
    held = await placements.hold_many(tx, school_id, [item[0] for item in items])
    faults = [
        Fault(fault[0], fault[1], pointer=f"/items/{place}")
        for place, item in enumerate(items)
        if (fault := _paper_fault(held.get(item[0]), batch_id, shared_on=item[2]))
    ]
    faults += _repeats(items, held)
    if faults:
        raise InvalidInputError(faults=faults)
    await placements.accept_many(tx, items)
    facts = {"accepted": len(items)}
    await record(tx, caller, "placements.accepted_on_paper", subject_id=batch_id, facts=facts)
    await tell_placements(tx, PLACEMENT_ACCEPTED, list(held), now=now)
    return len(items)


def _paper_fault(
    placement: Row | None, batch_id: UUID, *, shared_on: date | None
) -> tuple[str, Text] | None:
    if placement is None or placement["batch_id"] != batch_id:
        return "placement_unknown", _UNKNOWN
    if placement["state"] != PlacementState.PROPOSED:
        return "placement_state", _STATE
    if placement["held"]:
        return "placement_held", _HELD
    if placement["enterprise_id"] is not None and shared_on is None:
        return "consent_missing", _CONSENT
    return None


def _repeats(
    items: Sequence[tuple[UUID, date, date | None]], held: Mapping[UUID, Row]
) -> list[Fault]:
    seen: set[UUID] = set()
    faults: list[Fault] = []
    for place, (placement_id, _, _) in enumerate(items):
        student = held[placement_id]["student_id"] if placement_id in held else None
        if student is not None and student in seen:
            faults.append(Fault("student_repeated", _TWICE, pointer=f"/items/{place}"))
        elif student is not None:
            seen.add(student)
    return faults


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
