"""Quality reports, projects of majors and committees as stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from services.forecasting.store.rows import Row, fetch_all, fetch_one
from services.forecasting.store.tables_gaps import major_advice
from services.forecasting.store.tables_labour import release_cells, releases
from services.forecasting.store.tables_standards import (
    committees,
    major_projects,
    quality_reports,
)
from shared.db.session import Tx
from shared.policies.jurisdiction import region_prefix


async def find_report(tx: Tx, report_id: UUID, *, lock: bool = False) -> Row | None:
    """Return a quality report that the caller may see."""
    query = select(quality_reports).where(quality_reports.c.id == report_id)
    return await fetch_one(tx, query.with_for_update() if lock else query)


async def list_reports(
    tx: Tx,
    *,
    region: str | None,
    year: int | None,
    school: str | None,
    after: UUID | None,
    drafts: bool,
    limit: int,
) -> list[Row]:
    """Return the quality reports that the caller may see, the newest first; drafts if asked."""
    query = select(quality_reports).order_by(quality_reports.c.id.desc()).limit(limit + 1)
    if not drafts:
        query = query.where(quality_reports.c.state != "draft")
    if region is not None:
        query = query.where(quality_reports.c.region_code.startswith(region_prefix(region)))
    if year is not None:
        query = query.where(quality_reports.c.year == year)
    if school is not None:
        query = query.where(quality_reports.c.school_name == school)
    if after is not None:
        query = query.where(quality_reports.c.id < after)
    return await fetch_all(tx, query)


async def _add(tx: Tx, table: Table, values: Mapping[str, Any], *, unique: list[str]) -> bool:
    statement = (
        insert(table)
        .values(**values)
        .on_conflict_do_nothing(index_elements=unique)
        .returning(table.c.id)
    )
    return (await tx.execute(statement)).one_or_none() is not None


async def add_report(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write a report; False where the school has one of that year."""
    return await _add(tx, quality_reports, values, unique=["org_id", "year"])


async def change_report(tx: Tx, report_id: UUID, values: Mapping[str, Any]) -> None:
    """Write `values` and the next version."""
    await tx.execute(
        update(quality_reports)
        .where(quality_reports.c.id == report_id)
        .values(**values, version=quality_reports.c.version + 1)
    )


async def released_of_school(tx: Tx, school_name: str, year: int) -> list[Row]:
    """Return what was released about a school's majors in a year."""
    query = (
        select(release_cells.c.code, release_cells.c.body, releases.c.published_at)
        .join_from(release_cells, releases, release_cells.c.release_id == releases.c.id)
        .where(
            releases.c.kind == "outcomes",
            releases.c.period == str(year),
            release_cells.c.school_name == school_name,
        )
        .order_by(release_cells.c.code, releases.c.published_at)
    )
    return await fetch_all(tx, query)


async def add_project(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write a project; False where the school has it."""
    unique = ["org_id", "major_code", "kind", "title"]
    return await _add(tx, major_projects, values, unique=unique)


async def list_projects(
    tx: Tx, *, org_id: UUID | None = None, region: str | None = None
) -> list[Row]:
    """Return projects of a school, or of a region."""
    query = (
        select(major_projects)
        .order_by(
            major_projects.c.school_name, major_projects.c.major_code, major_projects.c.from_on
        )
        .limit(5000)
    )
    if org_id is not None:
        query = query.where(major_projects.c.org_id == org_id)
    if region is not None:
        query = query.where(major_projects.c.region_code.startswith(region_prefix(region)))
    return await fetch_all(tx, query)


async def remove_project(tx: Tx, project_id: UUID, org_id: UUID) -> bool:
    """Take one's own project away; False where there is none."""
    statement = delete(major_projects).where(
        major_projects.c.id == project_id, major_projects.c.org_id == org_id
    )
    return (await tx.execute(statement)).rowcount == 1


async def public_signals(tx: Tx, region: str) -> dict[str, str]:
    """Return the newest published signal of a region by major."""
    query = (
        select(major_advice.c.major_code, major_advice.c.signal)
        .where(
            major_advice.c.region_code == region,
            major_advice.c.school_id.is_(None),
            major_advice.c.state == "published",
        )
        .order_by(major_advice.c.published_at)
    )
    return {row.major_code: row.signal for row in await tx.execute(query)}


async def add_committee(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write a committee; False where the body has one of that name."""
    return await _add(tx, committees, values, unique=["org_id", "name"])


async def find_committee(tx: Tx, committee_id: UUID, *, lock: bool = False) -> Row | None:
    """Return a committee."""
    query = select(committees).where(committees.c.id == committee_id)
    return await fetch_one(tx, query.with_for_update() if lock else query)


async def list_committees(tx: Tx, region: str | None) -> list[Row]:
    """Return the registry, by name."""
    query = select(committees).order_by(committees.c.region_code, committees.c.name).limit(1000)
    if region is not None:
        query = query.where(committees.c.region_code.startswith(region_prefix(region)))
    return await fetch_all(tx, query)


async def change_committee(tx: Tx, committee_id: UUID, values: Mapping[str, Any]) -> None:
    """Write `values` and the next version."""
    await tx.execute(
        update(committees)
        .where(committees.c.id == committee_id)
        .values(**values, version=committees.c.version + 1)
    )
