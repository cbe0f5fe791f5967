"""What the platform saw itself: kept once in its newest state, counted by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.forecasting.store.rows import Row, as_json
from shared.db.session import Tx

# Facts come in side by side; a count has them to itself, so that none changes under its hands.
_HOLD = {
    False: text("SELECT pg_advisory_xact_lock_shared(hashtext('own_facts'))"),
    True: text("SELECT pg_advisory_xact_lock(hashtext('own_facts'))"),
}


async def hold_facts(tx: Tx, *, alone: bool) -> None:
    """Wait for the platform's own facts until the transaction ends: beside others, or alone."""
    await tx.execute(_HOLD[alone])


_KEEP = text(
    "INSERT INTO own_facts AS old SELECT * FROM"
    " jsonb_populate_record(NULL::own_facts, CAST(:row AS jsonb))"
    " ON CONFLICT (subject_kind, subject_id) DO UPDATE SET version = excluded.version,"
    " org_id = excluded.org_id, fingerprint = excluded.fingerprint, region = excluded.region,"
    " industry = excluded.industry, occupation = excluded.occupation, major = excluded.major,"
    " persons = excluded.persons, began_at = excluded.began_at, began_on = excluded.began_on,"
    " started_on = excluded.started_on, ended_on = excluded.ended_on, counted = false"
    " WHERE old.version < excluded.version"
)


async def keep_fact(tx: Tx, row: Mapping[str, Any]) -> None:
    """Keep a fact in its newest state; an older version of it changes nothing."""
    fingerprint: bytes | None = row["fingerprint"]
    told = {**row, "fingerprint": f"\\x{fingerprint.hex()}" if fingerprint else None}
    await tx.execute(_KEEP, {"row": as_json([told])[1:-1]})


_BEGIN_MONTH = text(
    "INSERT INTO datasets AS old (id, org_id, measure, name, source, definition, frequency, unit,"
    " classification, absent, public, month_begun)"
    " SELECT id, NULL, measure, name, source, definition, frequency, unit, classification, absent,"
    " public, month_begun"
    " FROM jsonb_populate_record(NULL::datasets, CAST(:row AS jsonb))"
    " ON CONFLICT (org_id, measure, source, frequency) DO UPDATE"
    " SET month_begun = excluded.month_begun WHERE old.month_begun < excluded.month_begun"
    " RETURNING id"
)


async def begin_month(tx: Tx, row: Mapping[str, Any]) -> UUID | None:
    """Note on one of the platform's own datasets that a month's update begins.

    Returns the dataset where that is news; makes the dataset when there is none yet.
    """
    return (await tx.execute(_BEGIN_MONTH, {"row": as_json([row])[1:-1]})).scalar_one_or_none()


_UNCOUNTED = text(
    "SELECT min(began_on), min(started_on) FROM own_facts"
    " WHERE subject_kind = :kind AND NOT counted"
)
_COUNTED = text(
    "UPDATE own_facts SET counted = true WHERE subject_kind = :kind AND NOT counted"
    " AND began_on < CAST(:before AS date)"
    " AND (started_on IS NULL OR started_on < CAST(:before AS date))"
)


async def oldest_uncounted(tx: Tx, kind: str) -> date | None:
    """Return the oldest day of the facts that no count has seen."""
    days = (await tx.execute(_UNCOUNTED, {"kind": kind})).one()
    known = [each for each in days if each is not None]
    return min(known) if known else None


async def mark_counted(tx: Tx, kind: str, *, before: date) -> None:
    """Note that the facts before a day are counted."""
    await tx.execute(_COUNTED, {"kind": kind, "before": before})


# A post is a repeat where the same was advertised less than `days` days before it.
_POSTS = text(
    "WITH told AS (SELECT region, industry, occupation, began_on, persons,"
    " lag(began_on) OVER (PARTITION BY org_id, fingerprint, region, occupation"
    " ORDER BY began_at, subject_id) AS before FROM own_facts WHERE subject_kind = 'post'"
    " AND began_on > CAST(:since AS date) - CAST(:days AS int))"
    " SELECT region, industry, occupation,"
    " EXTRACT(year FROM began_on)::int * 12 + EXTRACT(month FROM began_on)::int - 1 AS period,"
    " count(*) AS posts, sum(persons) AS seats FROM told"
    " WHERE began_on >= CAST(:since AS date) AND began_on < CAST(:before AS date)"
    " AND (before IS NULL OR began_on - before >= CAST(:days AS int)) GROUP BY 1, 2, 3, 4"
)
_PLACEMENTS = (
    "SELECT region, industry, occupation,"
    " EXTRACT(year FROM {day})::int * 12 + EXTRACT(month FROM {day})::int - 1 AS period,"
    " sum(persons) AS placements FROM own_facts"
    " WHERE subject_kind = 'placement' AND {day} >= CAST(:since AS date)"
    " AND {day} < CAST(:before AS date)"
    " GROUP BY 1, 2, 3, 4"
)
_ACCEPTED = text(_PLACEMENTS.format(day="began_on"))
_STARTED = text(_PLACEMENTS.format(day="started_on"))


async def count_posts(tx: Tx, *, since: date, before: date, days: int) -> Sequence[Row]:
    """Return posts and seats by cell and month, repeats counted once."""
    told = {"since": since, "before": before, "days": days}
    return [dict(row) for row in (await tx.execute(_POSTS, told)).mappings()]


async def count_placements(tx: Tx, *, since: date, before: date, started: bool) -> Sequence[Row]:
    """Return placements by cell and the month in which they were accepted or started."""
    told = {"since": since, "before": before}
    query = _STARTED if started else _ACCEPTED
    return [dict(row) for row in (await tx.execute(query, told)).mappings()]
