"""Gap runs, their supply and gaps, warnings and the trials that warnings are scored by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from services.forecasting.store.rows import Row, fetch_all, fetch_one
from services.forecasting.store.tables_gaps import (
    alert_trials,
    alerts,
    gap_runs,
    gaps,
    supplies,
)
from shared.db.session import Tx
from shared.policies.jurisdiction import region_prefix


async def add_run(
    tx: Tx,
    values: Mapping[str, Any],
    supply_rows: Sequence[Mapping[str, Any]],
    gap_rows: Sequence[Mapping[str, Any]],
) -> None:
    """Write a run with its supply and gaps."""
    await tx.execute(insert(gap_runs).values(**values))
    if supply_rows:
        await tx.execute(insert(supplies), list(supply_rows))
    if gap_rows:
        await tx.execute(insert(gaps), list(gap_rows))


async def find_run(tx: Tx, run_id: UUID) -> Row | None:
    """Return one run."""
    return await fetch_one(tx, select(gap_runs).where(gap_runs.c.id == run_id))


async def newest_run(tx: Tx, region: str, *, org_id: UUID | None = None) -> Row | None:
    """Return the newest run of a region."""
    query = (
        select(gap_runs)
        .where(gap_runs.c.region_code == region)
        .order_by(gap_runs.c.published_at.desc())
        .limit(1)
    )
    if org_id is not None:
        query = query.where(gap_runs.c.org_id == org_id)
    return await fetch_one(tx, query)


async def list_runs(tx: Tx, region: str | None) -> list[Row]:
    """Return runs, the newest first."""
    query = select(gap_runs).order_by(gap_runs.c.published_at.desc()).limit(200)
    if region is not None:
        query = query.where(gap_runs.c.region_code == region)
    return await fetch_all(tx, query)


async def list_supply(tx: Tx, run_id: UUID, *, major: str | None, year: int | None) -> list[Row]:
    """Return the supply of a run by major and year."""
    query = (
        select(supplies)
        .where(supplies.c.run_id == run_id)
        .order_by(supplies.c.major_code, supplies.c.year)
    )
    if major is not None:
        query = query.where(supplies.c.major_code == major)
    if year is not None:
        query = query.where(supplies.c.year == year)
    return await fetch_all(tx, query)


async def list_gaps(
    tx: Tx, run_id: UUID, *, kind: str | None, code: str | None, year: int | None
) -> list[Row]:
    """Return the gaps of a run."""
    query = (
        select(gaps).where(gaps.c.run_id == run_id).order_by(gaps.c.kind, gaps.c.code, gaps.c.year)
    )
    if kind is not None:
        query = query.where(gaps.c.kind == kind)
    if code is not None:
        query = query.where(gaps.c.code == code)
    if year is not None:
        query = query.where(gaps.c.year == year)
    return await fetch_all(tx, query)


async def heat_cells(
    tx: Tx, *, kind: str, year: int, regions: Sequence[str], codes: Sequence[str] | None
) -> list[Row]:
    """Return the gaps of a year in many regions, each from its region's newest run."""
    newest = (
        select(gap_runs.c.id)
        .where(gap_runs.c.region_code.in_(regions))
        .ext(distinct_on(gap_runs.c.region_code))
        .order_by(gap_runs.c.region_code, gap_runs.c.published_at.desc())
    )
    query = (
        select(gaps)
        .where(gaps.c.run_id.in_(newest), gaps.c.kind == kind, gaps.c.year == year)
        .order_by(gaps.c.region_code, gaps.c.code)
        .limit(20_000)
    )
    if codes is not None:
        query = query.where(gaps.c.code.in_(codes))
    return await fetch_all(tx, query)


async def list_active(tx: Tx, region: str, org_id: UUID) -> list[Row]:
    """Return the warnings of an authority's region that have not ended; held until the end."""
    query = (
        select(alerts)
        .where(
            alerts.c.region_code == region,
            alerts.c.org_id == org_id,
            alerts.c.state == "active",
        )
        .with_for_update()
    )
    return await fetch_all(tx, query)


def _shown(today: date, *, state: str | None) -> Select[Any]:
    query = select(alerts)
    # The state follows from the days: a warning past its expiry is over before a run says so.
    if state == "active":
        return query.where(alerts.c.state == "active", alerts.c.expires_on >= today)
    if state == "ended":
        return query.where(or_(alerts.c.state == "ended", alerts.c.expires_on < today))
    return query


async def list_alerts(
    tx: Tx,
    *,
    today: date,
    state: str | None,
    region: str | None,
    exactly: Mapping[str, str],
    after: UUID | None,
    limit: int,
) -> list[Row]:
    """Return warnings, the newest first; `exactly`: values of columns."""
    query = _shown(today, state=state).order_by(alerts.c.id.desc()).limit(limit + 1)
    if region is not None:
        query = query.where(alerts.c.region_code.startswith(region_prefix(region)))
    for name, value in exactly.items():
        query = query.where(alerts.c[name] == value)
    if after is not None:
        query = query.where(alerts.c.id < after)
    return await fetch_all(tx, query)


async def find_alert(tx: Tx, alert_id: UUID) -> Row | None:
    """Return one warning."""
    return await fetch_one(tx, select(alerts).where(alerts.c.id == alert_id))


async def add_alerts(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write new warnings."""
    if rows:
        await tx.execute(insert(alerts), list(rows))


async def change_alert(tx: Tx, alert_id: UUID, values: Mapping[str, Any]) -> None:
    """Write what a run changed of a warning."""
    await tx.execute(update(alerts).where(alerts.c.id == alert_id).values(**values))


async def add_trials(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what a run said, to be scored when the year has been counted."""
    if rows:
        await tx.execute(insert(alert_trials), list(rows))


async def open_trials(tx: Tx, region: str, org_id: UUID) -> list[Row]:
    """Return the trials whose outcome is not known yet."""
    query = select(alert_trials).where(
        alert_trials.c.region_code == region,
        alert_trials.c.org_id == org_id,
        alert_trials.c.outcome.is_(None),
    )
    return await fetch_all(tx, query)


async def settle_trial(tx: Tx, trial_id: UUID, *, outcome: bool, run_id: UUID) -> None:
    """Write what became of a trial, and which run found it."""
    await tx.execute(
        update(alert_trials)
        .where(alert_trials.c.id == trial_id)
        .values(outcome=outcome, settled_by=run_id)
    )


async def list_trials(tx: Tx, region: str | None, kind: str | None) -> list[Row]:
    """Return every trial of a region and below."""
    query = select(alert_trials.c.probability, alert_trials.c.before, alert_trials.c.outcome).limit(
        500_000
    )
    if region is not None:
        query = query.where(alert_trials.c.region_code.startswith(region_prefix(region)))
    if kind is not None:
        query = query.where(alert_trials.c.kind == kind)
    return await fetch_all(tx, query)
