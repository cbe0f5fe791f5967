"""A solved round made known: proposed placements that students may accept until a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from services.internships.domain.batch import BatchState
from services.internships.domain.round import (
    RoundNotFoundError,
    RoundState,
    require_round_state,
)
from services.internships.flows.keep_batches import load_batch
from services.internships.flows.open_to_public import ask_public
from services.internships.store import batches, kept_places, rounds
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.kernel.ids import new_id

_MOVED = "下一轮匹配到更靠前的志愿 / placed at an earlier wish in the next round"


async def load_round(tx: Tx, school_id: UUID, round_id: UUID, *, lock: bool = False) -> Row:
    """Return a round of this school; another school's is not found."""
    found = await rounds.find_round(tx, round_id, lock=lock)
    if found is None or found["school_id"] != school_id:
        raise RoundNotFoundError(round_id=str(round_id))
    return found


async def publish_round(tx: Tx, caller: Caller, found: Row, *, now: datetime) -> Row:
    """Propose each placement to its student and show everyone their result."""
    require_round_state(found["state"], RoundState.PROPOSED)
    batch = await load_batch(tx, found["school_id"], found["batch_id"], lock=True)
    accept_by = now + timedelta(days=batch["accept_days"])
    ids = [new_id() for _ in range(found["numbers"]["placed"])]
    if found["number"] > 1:
        await kept_places.carry_over(tx, found, accept_by=accept_by, reason=_MOVED)
    proposed = await rounds.propose_placements(tx, found, ids=ids, accept_by=accept_by)
    whole = found["number"] > 1 or proposed == len(ids)
    assert whole, "every placed student has a post and an entry on the roster"
    await batches.change_batch(tx, batch["id"], {"state": BatchState.PUBLISHED})
    facts = {"proposed": proposed}
    await record(tx, caller, "round.published", subject_id=found["id"], facts=facts)
    changes = {"state": RoundState.PUBLISHED, "published_at": now}
    published = await rounds.change_round(tx, found["id"], changes)
    await ask_public(tx, caller, published)
    return published
