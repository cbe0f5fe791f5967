"""Places between two rounds of a batch: kept for the next one, moved on, or given up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update

from services.internships.store.rows import Row, fetch_all
from services.internships.store.tables_batches import placements
from shared.db.session import Tx

_LAST = text(
    """
    SELECT DISTINCT ON (student_id) student_id, post_id, state, keeps FROM placements
    WHERE batch_id = :id ORDER BY student_id, id DESC
    """
)


async def list_last(tx: Tx, batch_id: UUID) -> list[Row]:
    """Return the last placement of each student of a batch."""
    return await fetch_all(tx, _LAST, {"id": batch_id})


async def find_unanswered(tx: Tx, batch_id: UUID, now: datetime) -> datetime | None:
    """Return until when a proposal of the batch may still be answered, None where none may."""
    own = placements.c
    query = select(func.max(own.accept_by)).where(
        own.batch_id == batch_id,
        own.state == "proposed",
        own.keeps.is_(None),
        own.accept_by > now,
    )
    return await tx.scalar(query)


async def expire_unanswered(tx: Tx, batch_id: UUID) -> None:
    """Note that proposals which nobody answered in time are over."""
    own = placements.c
    query = update(placements).where(
        own.batch_id == batch_id, own.state == "proposed", own.keeps.is_(None)
    )
    changed = {"state": "expired", "version": own.version + 1, "updated_at": func.now()}
    await tx.execute(query.values(**changed))


_MOVE = text(
    """
    UPDATE placements p SET state = 'cancelled', keeps = NULL, end_reason = :reason,
        version = p.version + 1, updated_at = now()
    FROM round_results r
    WHERE r.round_id = :round_id AND p.batch_id = :batch_id AND p.student_id = r.student_id
      AND p.state = 'proposed' AND p.post_id IS DISTINCT FROM r.wish_post_ids[r.placed_rank]
    """
)
_STAY = text(
    """
    UPDATE placements p SET accept_by = :accept_by, keeps = NULL, round_id = :round_id,
        version = p.version + 1, updated_at = now()
    WHERE p.batch_id = :batch_id AND p.state = 'proposed'
    """
)


async def carry_over(tx: Tx, found: Mapping[str, Any], *, accept_by: datetime, reason: str) -> None:
    """End the kept proposals that a round bettered, and ask about the others anew."""
    told = {"round_id": found["id"], "batch_id": found["batch_id"]}
    await tx.execute(_MOVE, {**told, "reason": reason})
    await tx.execute(_STAY, {**told, "accept_by": accept_by})
