"""求人倍率 as it is released: posts per registered seeker, by occupation and quarter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from services.forecasting.domain.outcome import Cell


def release_market(reports: Sequence[Mapping[str, Any]], *, least: int) -> list[Cell]:
    """Return the cells of one region and quarter; `least`: the fewest seekers that are shown.

    No total is released, so that a hidden occupation cannot be worked out. It is not openings
    per entrant: seekers are those who registered, whatever they studied.
    """
    by_occupation: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for report in reports:
        by_occupation[report["occupation_code"]].append(report)
    return [_cell(code, rows, least) for code, rows in sorted(by_occupation.items())]


def _cell(code: str, rows: Sequence[Mapping[str, Any]], least: int) -> Cell:
    posts = sum(row["posts"] for row in rows)
    seekers = sum(row["seekers"] for row in rows)
    hidden = 0 < seekers < least
    body = {
        "posts": None if hidden else posts,
        "seekers": None if hidden else seekers,
        "value": None if hidden or not seekers else round(posts / seekers, 4),
        "suppressed": hidden,
        "sources": sorted({row["source"] for row in rows}),
        "counted_on": sorted({row["counted_on"].isoformat() for row in rows}),
    }
    return Cell(code, "", body)
