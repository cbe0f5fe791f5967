"""Advice on majors as stored: drafts, what was published, what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, or_, select, update

from services.forecasting.store.rows import Row, fetch_all, fetch_one
from services.forecasting.store.tables_gaps import major_advice
from shared.db.session import Tx


async def replace_advice(
    tx: Tx, region: str, org_id: UUID, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write new advice; what it replaces is superseded.

    An open draft is replaced by any newer advice on the same major, and what is public only by
    what is public: a draft to retire leaves standing what was said before.
    """
    for row in rows:
        states = ("draft", "published") if row["state"] == "published" else ("draft",)
        await supersede(tx, region, org_id, row, states=states)
    if rows:
        await tx.execute(insert(major_advice), list(rows))


async def supersede(
    tx: Tx,
    region: str,
    org_id: UUID,
    subject: Mapping[str, Any],
    *,
    states: Sequence[str],
) -> None:
    """Mark the advice on a subject's major that another one takes the place of."""
    await tx.execute(
        update(major_advice)
        .where(
            major_advice.c.region_code == region,
            major_advice.c.org_id == org_id,
            major_advice.c.major_code == subject["major_code"],
            major_advice.c.school_id.is_not_distinct_from(subject["school_id"]),
            major_advice.c.state.in_(states),
        )
        .values(state="superseded", version=major_advice.c.version + 1)
    )


async def find_public(
    tx: Tx, major: str, *, region: str | None, school_id: UUID | None
) -> Row | None:
    """Return the newest published advice on a major: the region's, or a school's."""
    query = (
        select(major_advice)
        .where(
            major_advice.c.major_code == major,
            major_advice.c.state == "published",
            major_advice.c.school_id.is_not_distinct_from(school_id),
        )
        .order_by(major_advice.c.published_at.desc())
        .limit(1)
    )
    if region is not None:
        query = query.where(major_advice.c.region_code == region)
    return await fetch_one(tx, query)


async def list_concerning(
    tx: Tx,
    org_id: UUID,
    *,
    state: str | None,
    major: str | None,
    after: UUID | None,
    limit: int,
) -> list[Row]:
    """Return advice that an organisation computed or that is about its majors, newest first."""
    query = (
        select(major_advice)
        .where(or_(major_advice.c.org_id == org_id, major_advice.c.school_id == org_id))
        .order_by(major_advice.c.id.desc())
        .limit(limit + 1)
    )
    if state is not None:
        query = query.where(major_advice.c.state == state)
    if major is not None:
        query = query.where(major_advice.c.major_code == major)
    if after is not None:
        query = query.where(major_advice.c.id < after)
    return await fetch_all(tx, query)


async def find_advice(tx: Tx, advice_id: UUID) -> Row | None:
    """Return one piece of advice that the caller may see; held until the transaction ends."""
    query = select(major_advice).where(major_advice.c.id == advice_id).with_for_update()
    return await fetch_one(tx, query)


async def change_advice(tx: Tx, advice_id: UUID, values: Mapping[str, Any]) -> None:
    """Write `values` and the next version."""
    await tx.execute(
        update(major_advice)
        .where(major_advice.c.id == advice_id)
        .values(**values, version=major_advice.c.version + 1)
    )
