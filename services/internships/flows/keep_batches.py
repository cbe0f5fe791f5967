"""What a school's office does with a batch before and after its wishes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from matching.lottery import commit_seed
from services.internships.adapters.organisations import OrganisationSource
from services.internships.domain.batch import (
    BatchMode,
    BatchNotFoundError,
    BatchState,
    BatchTerms,
    check_terms,
    require_filled,
    require_state,
)
from services.internships.domain.clearing_rules import check_rules, rules_of
from services.internships.domain.eligibility import Place, blocks, check_for_batch, finding_values
from services.internships.domain.facts import InternshipKind
from services.internships.flows.cap_interns import require_nested
from services.internships.store import batches, plans, wishes
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.http.versions import expect_version
from shared.kernel.errors import Fault, InvalidInputError, Text
from shared.kernel.ids import new_id


async def create_batch(
    tx: Tx,
    caller: Caller,
    school_id: UUID,
    *,
    told: Mapping[str, Any],
    organisations: OrganisationSource,
) -> Row:
    """Draft a batch of the caller's school."""
    check_terms(_terms(told))
    await _check_plan(tx, school_id, told.get("plan_id"))
    school = (await organisations.find_many([school_id])).get(school_id)
    values = {
        **told,
        "id": new_id(),
        "school_id": school_id,
        "school_name": school.name if school else "",
        "school_region_code": school.region_code if school else None,
        "school_level": school.level if school else None,
        "state": BatchState.DRAFT,
    }
    batch = await batches.add_batch(tx, values)
    await record(tx, caller, "batch.created", subject_id=batch["id"])
    return batch


async def load_batch(tx: Tx, school_id: UUID, batch_id: UUID, *, lock: bool = False) -> Row:
    """Return a batch of this school; another school's is not found."""
    batch = await batches.find_batch(tx, batch_id)
    if batch is None or batch["school_id"] != school_id:
        raise BatchNotFoundError(batch_id=str(batch_id))
    # Only the school's own rows can be held: row-level security refuses a lock on others.
    held = await batches.find_batch(tx, batch_id, lock=True) if lock else batch
    assert held is not None, "a batch is never removed"
    return held


async def change_terms(
    tx: Tx, caller: Caller, batch: Row, *, changes: Mapping[str, Any], seen: int
) -> Row:
    """Change a draft; an open batch keeps the terms under which students wish."""
    expect_version(seen=seen, current=batch["version"])
    require_state(batch["state"], BatchState.DRAFT)
    check_terms(_terms({**batch, **changes}))
    await _check_plan(tx, batch["school_id"], changes.get("plan_id"))
    facts = {"fields": ",".join(sorted(changes))}
    await record(tx, caller, "batch.changed", subject_id=batch["id"], facts=facts)
    return await batches.change_batch(tx, batch["id"], changes)


async def open_batch(tx: Tx, caller: Caller, batch: Row, *, entropy: bytes) -> Row:
    """Open a draft: its students are entered, the lottery's seed is made and committed to.

    A batch without posts, or without students, stays a draft.
    """
    require_state(batch["state"], BatchState.DRAFT)
    check_rules(rules_of(batch["clearing"]), batch["caps"])
    await require_nested(tx, batch)
    await enter_students(tx, batch)
    found = await batches.count_entries(tx, batch["id"])
    require_filled(batch["mode"], posts=found["posts"], students=found["students"])
    commitment = commit_seed(entropy.hex())
    facts = {"seed_commitment": commitment}
    await record(tx, caller, "batch.opened", subject_id=batch["id"], facts=facts)
    changes = {"state": BatchState.OPEN, "seed": entropy, "seed_commitment": commitment}
    return await batches.change_batch(tx, batch["id"], changes)


async def enter_students(tx: Tx, batch: Row) -> None:
    """Enter the roster's students of the batch's majors and years, each with the findings."""
    place = place_of(batch)
    kinds = [
        {**kind, "findings": [finding_values(f) for f in found], "eligible": not blocks(found)}
        for kind in await batches.list_kinds_of_students(tx, batch)
        for found in [check_for_batch(kind, place)]
    ]
    await batches.enter_students(tx, batch, kinds)


async def close_batch(tx: Tx, caller: Caller, batch: Row) -> Row:
    """Take no further wishes."""
    require_state(batch["state"], BatchState.OPEN)
    await record(tx, caller, "batch.closed", subject_id=batch["id"])
    return await batches.change_batch(tx, batch["id"], {"state": BatchState.CLOSED})


async def finish_batch(tx: Tx, caller: Caller, batch: Row) -> Row:
    """End a batch; seats that nobody took are free for others again.

    A batch for clearing ends after its rounds, or without one where nobody has wished.
    """
    cleared = batch["mode"] == BatchMode.CLEARED and await wishes.has_wishes(tx, batch["id"])
    before = BatchState.PUBLISHED if cleared else BatchState.CLOSED
    require_state(batch["state"], before)
    await batches.release_seats(tx, batch["id"])
    await record(tx, caller, "batch.finished", subject_id=batch["id"])
    return await batches.change_batch(tx, batch["id"], {"state": BatchState.FINISHED})


def place_of(batch: Mapping[str, Any]) -> Place:
    """Return where and when the rules of a batch are read."""
    return Place(
        batch["school_level"], batch["school_region_code"], batch["kind"], batch["start_on"]
    )


async def _check_plan(tx: Tx, school_id: UUID, plan_id: UUID | None) -> None:
    if plan_id is not None and await plans.find_plan(tx, school_id, plan_id) is None:
        text = Text("本校没有该实习方案。", "The school has no such plan.")
        raise InvalidInputError(faults=[Fault("plan_unknown", text, pointer="/plan_id")])


def _terms(told: Mapping[str, Any]) -> BatchTerms:
    return BatchTerms(
        kind=InternshipKind(told["kind"]),
        mode=BatchMode(told["mode"]),
        start_on=told["start_on"],
        end_on=told["end_on"],
        wishes_open_at=told["wishes_open_at"],
        wishes_close_at=told["wishes_close_at"],
        wishes_max=told["wishes_max"],
        priority_weights=told["priority_weights"],
    )
