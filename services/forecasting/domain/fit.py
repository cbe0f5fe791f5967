"""The fit between majors and industries: who is enrolled for what, against where people work."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.forecasting.domain.named_industries import NamedIndustry
from services.forecasting.domain.outcome import Cell
from shared.catalogues.majors import find_major

Report = Mapping[str, Any]
# The cell that holds the score of the whole.
WHOLE = "score"


def release_fit(
    cohorts: Sequence[Report], industries: Sequence[Report], named: Sequence[NamedIndustry]
) -> list[Cell]:
    """Return one cell per named industry and one for the whole.

    Enrolment of the newest year, by class of majors; a class that serves several industries is
    shared evenly among them. Score: 1 less half the sum of |share enrolled - share employed| over
    the industries of which both are known: 1 where enrolment follows employment, 0 where they do
    not meet. It is left out, with the reason, where fewer than two industries can be compared.
    """
    newest = max((row["entry_year"] for row in cohorts), default=None)
    entered = [row for row in cohorts if row["entry_year"] == newest]
    by_class = _by_class(entered)
    served = Counter(name for each in named for name in each.classes)
    headcounts = {row["industry_code"]: row["headcount"] for row in industries}
    cells: list[Cell] = []
    compared: list[tuple[float, float]] = []
    for each in named:
        matrix = _row(each, by_class, served)
        enrolled = sum(cell["enrolled"] for cell in matrix) if each.classes else None
        employed = _employed(headcounts, each.industries)
        if enrolled is not None and employed is not None:
            compared.append((enrolled, float(employed)))
        body = {
            "name": asdict(each.name),
            "clause": each.clause,
            "classes": list(each.classes),
            "industry_codes": list(each.industries),
            "enrolled": enrolled,
            "employed": employed,
            "majors": matrix,
        }
        cells.append(Cell(each.key[:12], "", {**body, "key": each.key}))
    total = sum(row["enrolled"] for row in entered)
    cells.append(Cell(WHOLE, "", _whole(cells, compared, total=total, year=newest)))
    return cells


def _by_class(entered: Iterable[Report]) -> dict[str, dict[str, int]]:
    found: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in entered:
        major = find_major(row["major_code"])
        if major is not None:
            found[major.class_name][major.code] += row["enrolled"]
    return {name: dict(majors) for name, majors in found.items()}


def _row(
    named: NamedIndustry, by_class: Mapping[str, Mapping[str, int]], served: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return the majors that serve an industry, with the part of their enrolment that does."""
    return [
        {
            "class": name,
            "major_code": code,
            "enrolled": round(people / served[name], 1),
        }
        for name in named.classes
        for code, people in sorted(by_class.get(name, {}).items())
    ]


def _employed(headcounts: Mapping[str, int], prefixes: Sequence[str]) -> int | None:
    """Return the people employed in an industry; None where a part of it is not reported."""
    total = 0
    for prefix in prefixes:
        inside = [code for code in headcounts if code.startswith(prefix)]
        # A division and its own groups are not added up.
        outer = [code for code in inside if not any(_above(o, code) for o in inside)]
        if not outer:
            return None
        total += sum(headcounts[code] for code in outer)
    return total if prefixes else None


def _above(outer: str, code: str) -> bool:
    return outer != code and code.startswith(outer)


def _whole(
    cells: Sequence[Cell],
    compared: Sequence[tuple[float, float]],
    *,
    total: int,
    year: int | None,
) -> dict[str, Any]:
    enrolled = sum(each for each, _ in compared)
    employed = sum(each for _, each in compared)
    known = len(compared) >= 2 and enrolled > 0 and employed > 0
    apart = sum(abs(e / enrolled - d / employed) for e, d in compared) if known else 0.0
    named = sum(cell.body["enrolled"] or 0 for cell in cells)
    return {
        "score": round(1 - apart / 2, 4) if known else None,
        "compared": len(compared),
        "named": len(cells),
        "coverage": round(named / total, 4) if total else None,
        "entry_year": year,
        "enrolled_total": total,
    }
