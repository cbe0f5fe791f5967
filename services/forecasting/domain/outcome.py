"""Destinations of graduates by major as they are released: small counts hidden, shares guarded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from services.forecasting.domain.report_columns import DESTINATIONS, EMPLOYED
from services.forecasting.domain.suppression import suppress

Report = Mapping[str, Any]
_EMPLOYED = [DESTINATIONS.index(name) for name in EMPLOYED]


@dataclass(frozen=True, slots=True)
class Cell:
    """One released cell: a major (or industry), a school ("" for all), and what is shown."""

    code: str
    school_name: str
    body: dict[str, Any]


def release_outcomes(reports: Sequence[Report], *, least: int) -> list[Cell]:
    """Return the cells of one region and year; `least`: the fewest persons that are shown.

    Each major is one table, schools by destinations with both totals; no total over majors is
    released, so that no other table meets it.
    """
    by_major: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        by_major[report["major_code"]].append(report)
    return [
        cell for major in sorted(by_major) for cell in _release_major(major, by_major[major], least)
    ]


def _release_major(major: str, reports: list[Report], least: int) -> list[Cell]:
    inner = np.array(
        [[report["counts"][name] for name in DESTINATIONS] for report in reports], dtype=np.int64
    )
    told = suppress(inner, k=least)
    bodies = [_body(told.counts[row], told.hidden[row]) for row in range(len(reports) + 1)]
    for report, body in zip(reports, bodies, strict=False):
        body.update(_said([report]), local_share=None, relevant_share=None)
        body["pay_fen_month"] = _pay(report, body, least)
    bodies[-1] |= _said(reports) | {
        "pay_fen_month": None,
        "local_share": _share(reports, "employed_local", bodies[-1], least),
        "relevant_share": _share(reports, "employed_relevant", bodies[-1], least),
    }
    cells = [
        Cell(major, report["school_name"], body)
        for report, body in zip(reports, bodies, strict=False)
    ]
    return [Cell(major, "", bodies[-1]), *cells]


def _body(counts: Any, hidden: Any) -> dict[str, Any]:
    shown = [None if hide else int(count) for count, hide in zip(counts, hidden, strict=True)]
    employed = _employed(shown)
    graduates = shown[-1]
    share = round(employed / graduates, 4) if employed is not None and graduates else None
    return {
        "graduates": graduates,
        "counts": dict(zip(DESTINATIONS, shown, strict=False)),
        "employment_share": share,
        "suppressed": any(each is None for each in shown),
    }


def _employed(shown: Sequence[int | None]) -> int | None:
    parts = [shown[place] for place in _EMPLOYED]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _said(reports: Sequence[Report]) -> dict[str, Any]:
    return {
        "schools": len(reports),
        "definitions": sorted({report["definition"] for report in reports}),
        "counted_on": sorted({report["counted_on"].isoformat() for report in reports}),
        "sources": sorted({report["source"] for report in reports}),
    }


def _pay(report: Report, body: Mapping[str, Any], least: int) -> int | None:
    employed = _employed(list(body["counts"].values()))
    return report["pay_fen_month"] if employed is not None and employed >= 2 * least else None


def _share(
    reports: Sequence[Report], name: str, body: Mapping[str, Any], least: int
) -> float | None:
    """Return a part of the employed where neither it nor the rest is a small count.

    The employed themselves must be shown: a share tells no more than its two parts.
    """
    employed = _employed(list(body["counts"].values()))
    if not employed or any(report[name] is None for report in reports):
        return None
    part = sum(report[name] for report in reports)
    if min(part, employed - part) < least:
        return None
    return round(part / employed, 4)
