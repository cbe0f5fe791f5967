"""Posts into a batch: published ones, of approved hosts, with seats that nobody else has."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.internships.domain.batch import BatchState, require_state
from services.internships.domain.batch_post import post_fault
from services.internships.domain.post import PostNotFoundError
from services.internships.flows.cap_interns import require_nested
from services.internships.store import batch_posts
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.kernel.errors import Fault, InvalidInputError, Text

_POSTS_MAX = 10_000
_TWICE = Text("同一岗位出现了两次。", "This post is named twice.")


async def offer_posts(
    tx: Tx, caller: Caller, batch: Row, *, wanted: Sequence[tuple[UUID, int | None]]
) -> tuple[int, int]:
    """Put named posts into a batch; returns how many posts and seats."""
    require_state(batch["state"], BatchState.DRAFT, BatchState.OPEN)
    found = await batch_posts.load_candidates(tx, batch, [post_id for post_id, _ in wanted])
    faults = [
        post_fault(found.get(post_id), batch, seats=seats, pointer=f"/posts/{place}/post_id")
        for place, (post_id, seats) in enumerate(wanted)
    ]
    named = [fault for fault in (*faults, *_repeats(wanted)) if fault is not None]
    if named:
        raise InvalidInputError(faults=named)
    return await _put(tx, caller, batch, found=found, wanted=wanted)


async def offer_all_that_fit(tx: Tx, caller: Caller, batch: Row) -> tuple[int, int]:
    """Put every fitting post of the register's hosts into a batch, with its free seats."""
    require_state(batch["state"], BatchState.DRAFT, BatchState.OPEN)
    ids = await batch_posts.list_offerable(tx, batch, limit=_POSTS_MAX)
    found = await batch_posts.load_candidates(tx, batch, ids)
    wanted = [
        (post_id, None)
        for post_id in ids
        if post_fault(found[post_id], batch, seats=None, pointer="") is None
    ]
    return await _put(tx, caller, batch, found=found, wanted=wanted)


async def withdraw_post(tx: Tx, caller: Caller, batch: Row, *, post_id: UUID) -> None:
    """Take a post out of a draft; an open batch keeps what students have read."""
    require_state(batch["state"], BatchState.DRAFT)
    if not await batch_posts.remove_post(tx, batch["id"], post_id):
        raise PostNotFoundError(post_id=str(post_id))
    await record(tx, caller, "batch.post_removed", subject_id=batch["id"])


async def _put(
    tx: Tx,
    caller: Caller,
    batch: Row,
    *,
    found: dict[UUID, Row],
    wanted: Sequence[tuple[UUID, int | None]],
) -> tuple[int, int]:
    rows: list[Row] = [
        {
            "post_id": post_id,
            "enterprise_id": found[post_id]["org_id"],
            "seats": seats or found[post_id]["free"],
        }
        for post_id, seats in wanted
    ]
    await batch_posts.put_posts(tx, batch, rows)
    if batch["state"] == BatchState.OPEN:
        await require_nested(tx, batch)
    total = sum(int(row["seats"]) for row in rows)
    facts = {"posts": len(rows), "seats": total}
    await record(tx, caller, "batch.posts_offered", subject_id=batch["id"], facts=facts)
    return len(rows), total


def _repeats(wanted: Sequence[tuple[UUID, int | None]]) -> list[Fault]:
    seen: set[UUID] = set()
    faults: list[Fault] = []
    for place, (post_id, _) in enumerate(wanted):
        if post_id in seen:
            faults.append(Fault("post_repeated", _TWICE, pointer=f"/posts/{place}/post_id"))
        seen.add(post_id)
    return faults
