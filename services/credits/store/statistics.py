"""Figures over a school's applications: what was converted, how long it took, why not."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.credits.store.rows import Row, fetch_all, fetch_it
from shared.db.session import Tx

_PERIOD = "a.school_id = :school AND a.submitted_at >= :since AND a.submitted_at < :until"
_STATES = text(
    f"SELECT a.state, count(*) AS applications FROM credit_applications a WHERE {_PERIOD}"  # noqa: S608 - our own words
    " GROUP BY a.state ORDER BY a.state"
)
_KINDS = text(
    f"""
    SELECT o.kind, count(*) AS applications,
        sum((SELECT sum((i->>'granted')::int) FROM jsonb_array_elements(a.items) i))::bigint
            AS credits_hundredths
    FROM credit_applications a JOIN outcomes o ON o.id = a.outcome_id
    WHERE {_PERIOD} AND a.state = 'posted' GROUP BY o.kind ORDER BY o.kind
    """  # noqa: S608
)
_TIMES = text(
    f"""
    SELECT count(*) AS decided,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY t.days) AS median_days,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY t.days) AS p90_days
    FROM (SELECT extract(epoch FROM a.decided_at - a.submitted_at)::float8 / 86400 AS days
        FROM credit_applications a WHERE {_PERIOD} AND a.decided_at IS NOT NULL) t
    """  # noqa: S608
)
_REASONS = text(
    f"""
    SELECT COALESCE(a.reason_code, 'other') AS reason_code, count(*) AS applications
    FROM credit_applications a WHERE {_PERIOD} AND a.state = 'refused'
    GROUP BY 1 ORDER BY 2 DESC, 1
    """  # noqa: S608
)
_GRADES = text(
    """
    SELECT grade, count(*) AS learners, sum(credits_hundredths)::bigint AS credits_hundredths
    FROM graded_courses a WHERE a.school_id = :school AND a.completed_on >= :since
        AND a.completed_on < :until GROUP BY grade ORDER BY grade
    """
)


async def read_statistics(tx: Tx, school_id: UUID, *, since: date, until: date) -> dict[str, Any]:
    """Return the figures of applications submitted from `since` up to before `until`."""
    told = {"school": school_id, "since": since, "until": until}

    async def rows(query: Any) -> list[Row]:
        return await fetch_all(tx, query, told)

    return {
        "states": await rows(_STATES),
        "converted": await rows(_KINDS),
        "time_to_decision": await fetch_it(tx, _TIMES, told),
        "refusals": await rows(_REASONS),
        "graded_internships": await rows(_GRADES),
    }
