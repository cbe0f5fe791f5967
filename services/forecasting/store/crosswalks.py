"""Crosswalks between versions of classifications, as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, text

from services.forecasting.store.rows import Row, as_json, fetch_all
from services.forecasting.store.tables_observations import crosswalks
from shared.db.session import Tx

_ADD = text(
    "INSERT INTO crosswalks SELECT * FROM"
    " jsonb_populate_recordset(NULL::crosswalks, CAST(:rows AS jsonb))"
)
_DROP = text(
    "DELETE FROM crosswalks WHERE org_id IS NOT DISTINCT FROM CAST(:org_id AS uuid)"
    " AND dimension = :dimension AND from_version = :from_version AND to_version = :to_version"
)


async def replace_crosswalk(
    tx: Tx, table: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Put the organisation's table in the place of its earlier one."""
    await tx.execute(_DROP, table)
    await tx.execute(_ADD, {"rows": as_json(rows)})


async def list_links(
    tx: Tx, *, dimension: str, from_version: str, to_version: str, org_id: Any = None
) -> list[Row]:
    """Return the rows of a table: one's own, else the platform's, else the first reported."""
    table = crosswalks.c
    query = select(table.org_id, table.from_code, table.to_code, table.share, table.source).where(
        table.dimension == dimension,
        table.from_version == from_version,
        table.to_version == to_version,
    )
    query = query.order_by(table.recorded_at, table.id)
    rows = await fetch_all(tx, query)
    owners = list(dict.fromkeys(row["org_id"] for row in rows))
    owner = next((each for each in (org_id, None) if each in owners), owners[0] if owners else None)
    return [row for row in rows if row["org_id"] == owner]
