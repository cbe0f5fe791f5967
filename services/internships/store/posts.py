"""Posts as stored: written in bulk, read by id, changed by version."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.internships.domain.post import TERMS, Post, PostState, PostTerms, Wages
from services.internships.store.tables_batches import batch_posts
from services.internships.store.tables_posts import post_wages, posts
from shared.db.session import Tx

# One statement carries so many rows: fewer round trips, and no statement of a hundred megabytes.
_CHUNK: Final = 500

TAKEN: ColumnElement[int] = func.coalesce(
    select(func.sum(batch_posts.c.seats))
    .where(batch_posts.c.post_id == posts.c.id)
    .correlate(posts)
    .scalar_subquery(),
    0,
)
SEATS_LEFT: ColumnElement[int] = posts.c.seats - TAKEN
_OWN = ("id", "org_id", "enterprise_name", "state", "source", "cloned_from", "report_level")
_TIMES = ("created_by", "created_at", "updated_at", "published_at", "closed_at", "version")
COLUMNS: tuple[ColumnElement[Any], ...] = (
    *(posts.c[name] for name in (*TERMS, *_OWN, *_TIMES)),
    SEATS_LEFT.label("seats_left"),
)


def post_of(row: RowMapping) -> Post:
    """Return a stored row as a post; `report` is None where the query left it out."""
    return Post(
        terms=PostTerms.from_values({name: row[name] for name in TERMS}),
        state=PostState(row["state"]),
        report=row.get("report"),
        seats_left=row["seats_left"],
        **{name: row[name] for name in (*_OWN, *_TIMES) if name != "state"},
    )


async def find(tx: Tx, post_id: UUID, *, lock: bool = False) -> Post | None:
    """Return one post with its report, or None where the caller may not see it."""
    query = select(*COLUMNS, posts.c.report).where(posts.c.id == post_id)
    if lock:
        query = query.with_for_update(of=posts)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else post_of(row)


async def find_many(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Post]:
    """Return the posts with these ids that the caller may see, without their reports."""
    rows = (await tx.execute(select(*COLUMNS).where(posts.c.id.in_(ids)))).mappings()
    return {row["id"]: post_of(row) for row in rows}


async def add(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert posts as `new_row` in flows/draft_post.py makes them."""
    for start in range(0, len(rows), _CHUNK):
        await tx.execute(insert(posts), list(rows[start : start + _CHUNK]))


async def change(tx: Tx, post_id: UUID, values: Mapping[str, Any]) -> int:
    """Write `values` and the next version; returns that version."""
    statement = (
        update(posts)
        .where(posts.c.id == post_id)
        .values(**values, version=posts.c.version + 1)
        .returning(posts.c.version)
    )
    return (await tx.execute(statement)).scalar_one()


async def count_taken(tx: Tx, post_id: UUID) -> int:
    """Return how many seats of a post schools' batches hold."""
    return (await tx.execute(select(TAKEN).where(posts.c.id == post_id))).scalar_one()


async def find_wages(tx: Tx, post_id: UUID) -> Wages:
    """Return the private wages; row-level security shows them to the enterprise only."""
    query = select(post_wages.c.reference_fen_month, post_wages.c.lowest_grade_fen_month)
    row = (await tx.execute(query.where(post_wages.c.post_id == post_id))).one_or_none()
    return Wages(*row) if row else Wages()


async def keep_wages(tx: Tx, org_id: UUID, wages: Mapping[UUID, Wages]) -> None:
    """Write the private wages of posts; undeclared ones are removed."""
    declared = [
        {
            "post_id": post_id,
            "org_id": org_id,
            "reference_fen_month": each.reference_fen_month,
            "lowest_grade_fen_month": each.lowest_grade_fen_month,
        }
        for post_id, each in wages.items()
        if each.declared
    ]
    undeclared = [post_id for post_id, each in wages.items() if not each.declared]
    if undeclared:
        await tx.execute(delete(post_wages).where(post_wages.c.post_id.in_(undeclared)))
    if declared:
        statement = upsert(post_wages)
        statement = statement.on_conflict_do_update(
            index_elements=["post_id"],
            set_={
                "reference_fen_month": statement.excluded.reference_fen_month,
                "lowest_grade_fen_month": statement.excluded.lowest_grade_fen_month,
            },
        )
        await tx.execute(statement, declared)
