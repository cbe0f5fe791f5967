"""How many interns each host of a batch may still take, counted behind the walls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.internships.store.placements import beyond_walls
from services.internships.store.rows import Row, fetch_all
from shared.db.session import Tx

_COUNTS = text(
    """
    SELECT DISTINCT ON (org_id, measure, post_class) org_id, measure, post_class, staff
    FROM head_counts
    WHERE org_id = ANY(CAST(:hosts AS uuid[])) AND counted_on <= :on
      AND measure IN ('staff_on_duty', 'staff_same_post')
    ORDER BY org_id, measure, post_class, counted_on DESC
    """
)
_INTERNS = text(
    """
    SELECT p.enterprise_id AS org_id, COALESCE(o.post_class, '') AS post_class, count(*) AS interns
    FROM placements p JOIN posts o ON o.id = p.post_id
    WHERE p.enterprise_id = ANY(CAST(:hosts AS uuid[])) AND p.state IN ('accepted', 'started')
      AND p.start_on <= :end_on AND p.end_on >= :start_on
    GROUP BY 1, 2
    UNION ALL
    SELECT org_id, post_class, sum(interns) FROM interns_elsewhere
    WHERE org_id = ANY(CAST(:hosts AS uuid[])) AND from_on <= :end_on AND to_on >= :start_on
    GROUP BY 1, 2
    """
)


async def load_staff(
    tx: Tx, hosts: Sequence[UUID], batch: Mapping[str, Any], *, on: date
) -> tuple[list[Row], list[Row]]:
    """Return the newest head counts of hosts, and the interns that they have meanwhile."""
    told = {"hosts": list(hosts)}
    days = {name: batch[name] for name in ("start_on", "end_on")}
    async with beyond_walls(tx):
        counts = await fetch_all(tx, _COUNTS, {**told, "on": on})
        interns = await fetch_all(tx, _INTERNS, {**told, **days})
    return counts, interns
