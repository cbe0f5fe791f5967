"""The posts that a batch offers, as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text, tuple_

from services.internships.store.rows import Row, as_json, fetch_all
from services.internships.store.tables_batches import batch_posts
from services.internships.store.tables_posts import posts
from shared.db.session import Tx

# Two schools that add the same post at once would each see the seats as free.
_HOLD_SEATS = text("SELECT pg_advisory_xact_lock(hashtextextended('batch_posts.seats', 0))")
_CANDIDATES = text(
    """
    SELECT p.id, p.org_id, p.state, p.kind, p.seats, p.start_on, p.end_on, p.major_codes,
        EXISTS (SELECT 1 FROM hosts h WHERE h.school_id = :school_id
            AND h.enterprise_id = p.org_id AND h.state = 'approved') AS approved,
        p.seats - COALESCE((SELECT sum(b.seats) FROM batch_posts b
            WHERE b.post_id = p.id AND b.batch_id <> :batch_id), 0) AS free
    FROM posts p WHERE p.id = ANY(:ids)
    """
)
_OFFERABLE = text(
    """
    SELECT p.id FROM posts p
    JOIN hosts h ON h.enterprise_id = p.org_id AND h.school_id = :school_id
        AND h.state = 'approved'
    WHERE p.state = 'published' AND p.kind = :kind AND p.end_on >= :start_on
        AND p.start_on <= :end_on
    ORDER BY p.id LIMIT :limit
    """
)
_WRITE = text(
    """
    INSERT INTO batch_posts (batch_id, post_id, school_id, enterprise_id, seats)
    SELECT :batch_id, r.post_id, :school_id, r.enterprise_id, r.seats
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(post_id uuid, enterprise_id uuid, seats int)
    ON CONFLICT (batch_id, post_id) DO UPDATE SET seats = excluded.seats
    """
)


async def load_candidates(tx: Tx, batch: Row, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return posts that might enter a batch, with the seats that no other batch has."""
    await tx.execute(_HOLD_SEATS)
    told = {"school_id": batch["school_id"], "batch_id": batch["id"], "ids": list(ids)}
    return {row["id"]: row for row in await fetch_all(tx, _CANDIDATES, told)}


async def list_offerable(tx: Tx, batch: Row, *, limit: int) -> list[UUID]:
    """Return published posts of approved hosts that fit a batch's kind and dates."""
    told = {name: batch[name] for name in ("school_id", "kind", "start_on", "end_on")}
    return [row.id for row in await tx.execute(_OFFERABLE, {**told, "limit": limit})]


async def put_posts(tx: Tx, batch: Row, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the posts of a batch with their seats."""
    told = {
        "batch_id": batch["id"],
        "school_id": batch["school_id"],
        "rows": as_json(rows),
    }
    await tx.execute(_WRITE, told)


async def remove_post(tx: Tx, batch_id: UUID, post_id: UUID) -> bool:
    """Take a post out of a batch."""
    query = delete(batch_posts).where(
        batch_posts.c.batch_id == batch_id, batch_posts.c.post_id == post_id
    )
    return (await tx.execute(query.returning(batch_posts.c.post_id))).first() is not None


# Not the whole post: four thousand stored reports would be tens of megabytes to decode.
_SHOWN = (
    "id",
    "org_id",
    "enterprise_name",
    "title",
    "kind",
    "post_class",
    "region_code",
    "address",
    "occupation_code",
    "industry_code",
    "major_codes",
    "skills",
    "hazards",
    "suits_minors",
    "pay_fen_day",
    "pay_fen_month",
    "hours_day",
    "days_week",
    "lodging",
    "meals",
    "seats",
    "start_on",
    "end_on",
    "state",
)
_OFFERED = [batch_posts.c.seats.label("seats_batch"), *(posts.c[name] for name in _SHOWN)]


@dataclass(frozen=True, slots=True)
class Sought:
    """What a look at a batch's posts asks for; None where it does not matter."""

    q: str | None = None
    region: str | None = None
    enterprise_id: UUID | None = None


async def list_posts(
    tx: Tx, batch_id: UUID, sought: Sought, *, after: tuple[Any, ...] | None, limit: int
) -> list[Row]:
    """Return the posts of a batch by region and id, one more than `limit`."""
    position = tuple_(posts.c.region_code, posts.c.id)
    query = (
        select(*_OFFERED)
        .join(batch_posts, batch_posts.c.post_id == posts.c.id)
        .where(batch_posts.c.batch_id == batch_id)
    )
    if sought.q:
        query = query.where(
            or_(
                posts.c.title.icontains(sought.q, autoescape=True),
                posts.c.enterprise_name.icontains(sought.q, autoescape=True),
            )
        )
    if sought.region:
        query = query.where(posts.c.region_code.startswith(sought.region, autoescape=True))
    if sought.enterprise_id:
        query = query.where(batch_posts.c.enterprise_id == sought.enterprise_id)
    if after is not None:
        query = query.where(position > tuple_(after[0], UUID(after[1])))
    query = query.order_by(posts.c.region_code, posts.c.id).limit(limit + 1)
    return await fetch_all(tx, query)


async def find_posts(tx: Tx, batch_id: UUID, ids: Sequence[UUID] | None = None) -> dict[UUID, Row]:
    """Return posts of a batch by id: those asked for, or all."""
    query = (
        select(*_OFFERED)
        .join(batch_posts, batch_posts.c.post_id == posts.c.id)
        .where(batch_posts.c.batch_id == batch_id)
    )
    if ids is not None:
        query = query.where(posts.c.id == func.any(list(ids)))
    return {row["id"]: row for row in await fetch_all(tx, query)}
