"""What enterprises declare, and how many interns they have on a day."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from services.internships.domain.enterprise import DatedCount, InternsElsewhere, Measure
from services.internships.domain.facts import HeadCount
from services.internships.store.tables_batches import placements
from services.internships.store.tables_posts import (
    enterprise_sizes,
    head_counts,
    interns_elsewhere,
    posts,
)
from shared.db.session import Tx
from shared.kernel.ids import new_id

_HOLDING = ("accepted", "started")
_REACH_ALL = text("SELECT set_config('app.reach', 'all', true)")
_REACH = text("SELECT set_config('app.reach', :reach, true)")
_WHICH = text("SELECT current_setting('app.reach', true)")


async def latest_counts(tx: Tx, org_id: UUID, on: date) -> dict[tuple[Measure, str], HeadCount]:
    """Return the newest count of every measure and kind of post that was taken by a day."""
    query = (
        select(
            head_counts.c.measure,
            head_counts.c.post_class,
            head_counts.c.staff,
            head_counts.c.counted_on,
        )
        .ext(distinct_on(head_counts.c.measure, head_counts.c.post_class))
        .where(head_counts.c.org_id == org_id, head_counts.c.counted_on <= on)
        .order_by(head_counts.c.measure, head_counts.c.post_class, head_counts.c.counted_on.desc())
    )
    return {
        (Measure(row.measure), row.post_class): HeadCount(row.staff, row.counted_on)
        for row in await tx.execute(query)
    }


async def list_counts(tx: Tx, org_id: UUID) -> list[DatedCount]:
    """Return every declared count, newest first."""
    columns = ("measure", "post_class", "staff", "counted_on", "evidence")
    query = (
        select(*(head_counts.c[name] for name in columns))
        .where(head_counts.c.org_id == org_id)
        .order_by(head_counts.c.counted_on.desc(), head_counts.c.measure, head_counts.c.post_class)
    )
    return [
        DatedCount(
            measure=Measure(row.measure),
            post_class=row.post_class,
            staff=row.staff,
            counted_on=row.counted_on,
            evidence=row.evidence,
        )
        for row in await tx.execute(query)
    ]


async def keep_counts(
    tx: Tx, org_id: UUID, counts: Sequence[DatedCount], *, recorded_by: UUID
) -> None:
    """Write counts; one of the same measure, kind and day is corrected, the others stay."""
    if not counts:
        return
    rows = [
        {
            "id": new_id(),
            "org_id": org_id,
            "measure": count.measure.value,
            "post_class": count.post_class,
            "staff": count.staff,
            "counted_on": count.counted_on,
            "evidence": count.evidence,
            "recorded_by": recorded_by,
        }
        for count in counts
    ]
    statement = upsert(head_counts)
    statement = statement.on_conflict_do_update(
        index_elements=["org_id", "measure", "post_class", "counted_on"],
        set_={
            "staff": statement.excluded.staff,
            "evidence": statement.excluded.evidence,
            "recorded_by": statement.excluded.recorded_by,
            "recorded_at": func.now(),
        },
    )
    await tx.execute(statement, rows)


async def find_size(tx: Tx, org_id: UUID) -> bool | None:
    """Return whether the enterprise says that it is above designated size (规模以上)."""
    query = select(enterprise_sizes.c.above_designated_size)
    return (await tx.execute(query.where(enterprise_sizes.c.org_id == org_id))).scalar()


async def keep_size(tx: Tx, org_id: UUID, *, above: bool | None, declared_by: UUID) -> None:
    """Write whether the enterprise is above designated size."""
    values: dict[str, Any] = {
        "above_designated_size": above,
        "declared_by": declared_by,
        "declared_at": func.now(),
    }
    statement = upsert(enterprise_sizes).values(org_id=org_id, **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["org_id"], set_=values))


async def list_elsewhere(tx: Tx, org_id: UUID) -> list[InternsElsewhere]:
    """Return the interns declared from elsewhere, newest first."""
    columns = ("post_class", "interns", "from_on", "to_on")
    query = (
        select(*(interns_elsewhere.c[name] for name in columns))
        .where(interns_elsewhere.c.org_id == org_id)
        .order_by(interns_elsewhere.c.from_on.desc(), interns_elsewhere.c.id)
    )
    return [InternsElsewhere(**row) for row in (await tx.execute(query)).mappings()]


async def replace_elsewhere(
    tx: Tx, org_id: UUID, entries: Sequence[InternsElsewhere], *, recorded_by: UUID
) -> None:
    """Write the whole list of interns elsewhere anew."""
    await tx.execute(delete(interns_elsewhere).where(interns_elsewhere.c.org_id == org_id))
    rows = [
        {
            "id": new_id(),
            "org_id": org_id,
            "post_class": entry.post_class,
            "interns": entry.interns,
            "from_on": entry.from_on,
            "to_on": entry.to_on,
            "recorded_by": recorded_by,
        }
        for entry in entries
    ]
    if rows:
        await tx.execute(insert(interns_elsewhere), rows)


async def count_elsewhere(tx: Tx, org_id: UUID, on: date) -> dict[str, int]:
    """Return the interns elsewhere on a day, by kind of post."""
    table = interns_elsewhere.c
    query = (
        select(table.post_class, func.sum(table.interns))
        .where(table.org_id == org_id, table.from_on <= on, table.to_on >= on)
        .group_by(table.post_class)
    )
    return {name: int(count) for name, count in await tx.execute(query)}


async def count_active(tx: Tx, org_id: UUID, on: date) -> dict[str, int]:
    """Return the interns on a day by kind of post, from placements accepted or started."""
    name = func.coalesce(posts.c.post_class, "")
    query = (
        select(name, func.count())
        .select_from(placements.outerjoin(posts, posts.c.id == placements.c.post_id))
        .where(
            placements.c.enterprise_id == org_id,
            placements.c.state.in_(_HOLDING),
            placements.c.start_on <= on,
            placements.c.end_on >= on,
            func.coalesce(posts.c.kind, "on_post") == "on_post",
        )
        .group_by(name)
    )
    async with _beyond_walls(tx):
        return {kind: int(count) for kind, count in await tx.execute(query)}


async def count_offered(tx: Tx, org_id: UUID, on: date) -> int:
    """Return the seats of published posts that are not over on a day."""
    query = select(func.coalesce(func.sum(posts.c.seats), 0)).where(
        posts.c.org_id == org_id, posts.c.state == "published", posts.c.end_on >= on
    )
    return int((await tx.execute(query)).scalar_one())


@asynccontextmanager
async def _beyond_walls(tx: Tx) -> AsyncGenerator[None]:
    """Count over placements that the caller may not read: numbers leave, never a row."""
    before = (await tx.execute(_WHICH)).scalar_one()
    await tx.execute(_REACH_ALL)
    yield
    await tx.execute(_REACH, {"reach": before})
