"""Crosswalks between versions of classifications, as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from services.forecasting.store.rows import Row, as_json, fetch_all
from services.forecasting.store.tables_observations import crosswalks
from shared.db.session import Tx

_ADD = text(
    "INSERT INTO crosswalks SELECT * FROM"
    " jsonb_populate_recordset(NULL::crosswalks, CAST(:rows AS jsonb))"
)


async def add_crosswalk(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a table; an earlier one stays for what was made with it."""
    await tx.execute(_ADD, {"rows": as_json(rows)})


async def list_links(
    tx: Tx,
    *,
    dimension: str,
    from_version: str,
    to_version: str,
    org_id: UUID | None = None,
    until: datetime | None = None,
) -> list[Row]:
    """Return the newest rows of a table: one's own, the platform's, or the first who reported.

    `until`: as it was known then.
    """
    table = crosswalks.c
    query = select(crosswalks).where(
        table.dimension == dimension,
        table.from_version == from_version,
        table.to_version == to_version,
    )
    if until is not None:
        query = query.where(table.recorded_at <= until)
    query = query.order_by(table.recorded_at, table.id)
    rows = await fetch_all(tx, query)
    owners = list(dict.fromkeys(row["org_id"] for row in rows))
    owner = next((each for each in (org_id, None) if each in owners), owners[0] if owners else None)
    theirs = [row for row in rows if row["org_id"] == owner]
    return [row for row in theirs if row["recorded_at"] == theirs[-1]["recorded_at"]]
