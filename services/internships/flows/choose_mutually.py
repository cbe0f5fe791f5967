"""Mutual choice: the student's application and answer, the enterprise's interview and offer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.internships.contract.events import PLACEMENT_ACCEPTED
from services.internships.domain.batch import BatchMode, BatchState, require_mode, require_state
from services.internships.domain.choice import (
    ChoiceMadeError,
    ChoiceNotFoundError,
    ChoiceState,
    SeatsGoneError,
    require_choice_consent,
    require_step,
)
from services.internships.domain.wish import check_own_wishes
from services.internships.flows.decide_placement import write_accepted
from services.internships.flows.keep_batches import place_of
from services.internships.flows.make_wishes import refused_posts, require_eligible
from services.internships.flows.propose_placements import accepted_placement
from services.internships.flows.tell_rooms import tell_placements
from services.internships.store import batch_posts, choices, placements
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.http.versions import expect_version
from shared.kernel.errors import InvalidInputError
from shared.kernel.ids import new_id


async def apply_for_post(
    tx: Tx,
    caller: Caller,
    batch: Row,
    *,
    student: Row,
    post_id: UUID,
    share_consent: bool,
    now: datetime,
) -> Row:
    """Apply for a post: from here on the enterprise may read who applies."""
    require_mode(batch["mode"], BatchMode.MUTUAL_CHOICE)
    require_state(batch["state"], BatchState.OPEN)
    require_choice_consent(share_consent=share_consent)
    await require_eligible(tx, batch, student)
    offered = await batch_posts.find_posts(tx, batch["id"], [post_id])
    faults = check_own_wishes([post_id], offered, wishes_max=1)
    faults += refused_posts(student, [post_id], offered, place=place_of(batch))
    if faults:
        raise InvalidInputError(faults=faults)
    if await choices.find_same(tx, batch["id"], student["id"], post_id):
        raise ChoiceMadeError
    values = {
        "id": new_id(),
        "batch_id": batch["id"],
        "student_id": student["id"],
        "post_id": post_id,
        "school_id": batch["school_id"],
        "enterprise_id": offered[post_id]["org_id"],
        "student_name": student["name"],
        "major_code": student["major_code"],
        "state": ChoiceState.APPLIED,
        "consented_at": now,
    }
    choice = await choices.add_choice(tx, values)
    facts = {"share_consent": True, "enterprise_id": str(choice["enterprise_id"])}
    await record(tx, caller, "consent.given", subject_id=choice["id"], facts=facts)
    return choice


async def load_choice(tx: Tx, batch_id: UUID, choice_id: UUID) -> Row:
    """Return and hold an application; one of another organisation is not found."""
    found = await choices.find_choice(tx, batch_id, choice_id, lock=True)
    if found is None:
        raise ChoiceNotFoundError(choice_id=str(choice_id))
    return found


async def answer_application(
    tx: Tx, caller: Caller, choice: Row, *, changes: Mapping[str, Any], seen: int
) -> Row:
    """Interview, rank, offer or refuse, as the enterprise."""
    if caller.org_id != choice["enterprise_id"]:
        raise ChoiceNotFoundError(choice_id=str(choice["id"]))
    expect_version(seen=seen, current=choice["version"])
    wanted = changes.get("state")
    if wanted is not None:
        require_step(choice, wanted)
    facts = {"state": wanted}
    await record(tx, caller, "choice.answered", subject_id=choice["id"], facts=facts)
    return await choices.change_choice(tx, choice["id"], changes)


async def confirm_offer(
    tx: Tx, caller: Caller, batch: Row, *, choice: Row, student: Row, now: datetime
) -> Row:
    """Confirm an offer: the placement exists, and the seat is taken."""
    require_step(choice, ChoiceState.CONFIRMED)
    require_state(batch["state"], BatchState.OPEN, BatchState.CLOSED)
    seats = await choices.hold_seats(tx, batch["id"], choice["post_id"])
    taken = (await placements.count_taken(tx, batch["id"])).get(choice["post_id"], 0)
    if taken >= seats:
        raise SeatsGoneError
    offered = await batch_posts.find_posts(tx, batch["id"], [choice["post_id"]])
    placement = accepted_placement(batch, student, offered[choice["post_id"]], now=now)
    written = await write_accepted(tx, placement)
    await choices.change_choice(tx, choice["id"], {"state": ChoiceState.CONFIRMED})
    await record(tx, caller, "choice.confirmed", subject_id=choice["id"])
    await tell_placements(tx, PLACEMENT_ACCEPTED, [written["id"]], now=now)
    return written


async def withdraw_application(tx: Tx, caller: Caller, choice: Row) -> Row:
    """Take one's own application back."""
    require_step(choice, ChoiceState.WITHDRAWN)
    await record(tx, caller, "choice.withdrawn", subject_id=choice["id"])
    return await choices.change_choice(tx, choice["id"], {"state": ChoiceState.WITHDRAWN})
