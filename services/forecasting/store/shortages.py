"""Shortage catalogues and their entries as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, String, cast, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from services.forecasting.store.rows import Row, fetch_all, fetch_one
from services.forecasting.store.tables_gaps import (
    gap_runs,
    gaps,
    shortage_catalogues,
    shortage_entries,
)
from shared.db.session import Tx

_OPEN = ("draft", "reviewed")


async def find_draft(tx: Tx, region: str, org_id: UUID, *, lock: bool = False) -> Row | None:
    """Return an authority's open draft of a region."""
    query = select(shortage_catalogues).where(
        shortage_catalogues.c.region_code == region,
        shortage_catalogues.c.org_id == org_id,
        shortage_catalogues.c.state.in_(_OPEN),
    )
    return await fetch_one(tx, query.with_for_update() if lock else query)


async def find_in_force(tx: Tx, region: str, on: date) -> Row | None:
    """Return the edition of a region that holds on a day."""
    query = (
        select(shortage_catalogues)
        .where(
            shortage_catalogues.c.region_code == region,
            shortage_catalogues.c.state == "published",
            shortage_catalogues.c.in_force_from <= on,
        )
        .order_by(shortage_catalogues.c.in_force_from.desc(), shortage_catalogues.c.edition.desc())
        .limit(1)
    )
    return await fetch_one(tx, query)


async def find_edition(tx: Tx, region: str, edition: int) -> Row | None:
    """Return a published edition by its number."""
    query = select(shortage_catalogues).where(
        shortage_catalogues.c.region_code == region,
        shortage_catalogues.c.edition == edition,
        shortage_catalogues.c.state == "published",
    )
    return await fetch_one(tx, query)


async def list_published(tx: Tx, regions: Sequence[str] | None) -> list[Row]:
    """Return the published editions of some regions (or all), the newest first."""
    listed = (
        select(func.count())
        .where(
            shortage_entries.c.catalogue_id == shortage_catalogues.c.id,
            shortage_entries.c.listed,
        )
        .scalar_subquery()
        .label("entries_total")
    )
    query = (
        select(shortage_catalogues, listed)
        .where(shortage_catalogues.c.state == "published")
        .order_by(shortage_catalogues.c.published_at.desc())
        .limit(500)
    )
    if regions is not None:
        query = query.where(shortage_catalogues.c.region_code.in_(regions))
    return await fetch_all(tx, query)


async def list_badges(tx: Tx, regions: Sequence[str], occupation: str, *, on: date) -> list[Row]:
    """Return the editions in force in some regions that list an occupation."""
    in_force = _in_force(on).where(shortage_catalogues.c.region_code.in_(regions)).subquery()
    query = select(in_force, shortage_entries.c.occupation_code).join_from(
        in_force, shortage_entries, shortage_entries.c.catalogue_id == in_force.c.id
    )
    return await fetch_all(
        tx, query.where(shortage_entries.c.occupation_code == occupation, shortage_entries.c.listed)
    )


async def list_in_force(tx: Tx, on: date) -> list[Row]:
    """Return the edition that holds on a day in each region, with the occupations it lists."""
    in_force = _in_force(on).subquery()
    listed = (
        select(
            func.array_agg(
                aggregate_order_by(
                    shortage_entries.c.occupation_code, shortage_entries.c.occupation_code
                )
            )
        )
        .where(shortage_entries.c.catalogue_id == in_force.c.id, shortage_entries.c.listed)
        .scalar_subquery()
    )
    codes = func.coalesce(listed, cast([], ARRAY(String))).label("occupation_codes")
    return await fetch_all(tx, select(in_force, codes).order_by(in_force.c.region_code))


def _in_force(on: date) -> Select[Any]:
    key = shortage_catalogues.c.region_code
    return (
        select(shortage_catalogues)
        .where(
            shortage_catalogues.c.state == "published", shortage_catalogues.c.in_force_from <= on
        )
        .ext(distinct_on(key))
        .order_by(
            key,
            shortage_catalogues.c.in_force_from.desc(),
            shortage_catalogues.c.edition.desc(),
        )
    )


async def list_entries(tx: Tx, catalogue_id: UUID, *, listed_only: bool) -> list[Row]:
    """Return a catalogue's entries by occupation."""
    query = (
        select(shortage_entries)
        .where(shortage_entries.c.catalogue_id == catalogue_id)
        .order_by(shortage_entries.c.occupation_code)
    )
    return await fetch_all(tx, query.where(shortage_entries.c.listed) if listed_only else query)


async def listed_codes(tx: Tx, catalogue_id: UUID) -> frozenset[str]:
    """Return the occupations that a catalogue lists."""
    query = select(shortage_entries.c.occupation_code).where(
        shortage_entries.c.catalogue_id == catalogue_id, shortage_entries.c.listed
    )
    return frozenset((await tx.execute(query)).scalars())


async def add_catalogue(
    tx: Tx, values: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]
) -> None:
    """Write a draft with its entries."""
    await tx.execute(insert(shortage_catalogues).values(**values))
    if entries:
        await tx.execute(insert(shortage_entries), list(entries))


async def change_catalogue(tx: Tx, catalogue_id: UUID, values: Mapping[str, Any]) -> None:
    """Write `values` and the next version."""
    await tx.execute(
        update(shortage_catalogues)
        .where(shortage_catalogues.c.id == catalogue_id)
        .values(**values, version=shortage_catalogues.c.version + 1)
    )


async def remove_draft(tx: Tx, catalogue_id: UUID) -> None:
    """Take an open draft away, with its entries."""
    await tx.execute(
        delete(shortage_entries).where(shortage_entries.c.catalogue_id == catalogue_id)
    )
    await tx.execute(delete(shortage_catalogues).where(shortage_catalogues.c.id == catalogue_id))


async def find_entry(tx: Tx, catalogue_id: UUID, occupation: str) -> Row | None:
    """Return one entry."""
    query = select(shortage_entries).where(
        shortage_entries.c.catalogue_id == catalogue_id,
        shortage_entries.c.occupation_code == occupation,
    )
    return await fetch_one(tx, query)


async def add_entry(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write an entry that was not computed."""
    await tx.execute(insert(shortage_entries).values(**values))


async def change_entry(tx: Tx, entry_id: UUID, values: Mapping[str, Any]) -> None:
    """Write a person's decision on an entry."""
    await tx.execute(
        update(shortage_entries).where(shortage_entries.c.id == entry_id).values(**values)
    )


async def last_edition(tx: Tx, region: str) -> int:
    """Return the number of a region's newest edition; 0 before the first.

    Holds the region until the transaction ends, so that two publishers do not take one number.
    """
    await tx.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"shortage {region}", 7)))
    )
    query = select(func.coalesce(func.max(shortage_catalogues.c.edition), 0)).where(
        shortage_catalogues.c.region_code == region
    )
    return int((await tx.execute(query)).scalar_one())


async def gap_probabilities(tx: Tx, region: str) -> tuple[UUID | None, dict[str, float]]:
    """Return P(gap > 1.2) by occupation for the first year of the region's newest gap run."""
    run = (
        await tx.execute(
            select(gap_runs.c.id)
            .where(gap_runs.c.region_code == region)
            .order_by(gap_runs.c.published_at.desc())
            .limit(1)
        )
    ).scalar_one_or_none()
    if run is None:
        return None, {}
    first = select(func.min(gaps.c.year)).where(gaps.c.run_id == run).scalar_subquery()
    query = select(gaps.c.code, gaps.c.p_short).where(
        gaps.c.run_id == run,
        gaps.c.kind == "occupation",
        gaps.c.region_code == region,
        gaps.c.year == first,
    )
    return run, {row.code: row.p_short for row in await tx.execute(query)}
