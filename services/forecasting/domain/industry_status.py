"""Employment status by industry as it is released: figures of few enterprises hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.forecasting.domain.outcome import Cell
from services.forecasting.domain.suppression import hide_siblings
from shared.catalogues.industries import find_industry

FIGURES = ("headcount", "hired", "departed", "vacancies", "pay_fen_month")


def release_industries(reports: Sequence[Mapping[str, Any]], *, least: int) -> list[Cell]:
    """Return the cells of one region and quarter; `least`: the fewest enterprises behind one.

    A figure of an industry is hidden where few enterprises stand behind it, or where its parent
    less its siblings would tell it; with it go all figures of that industry.
    """
    sizes = {report["industry_code"]: report["enterprises"] for report in reports}
    hidden = hide_siblings(sizes, _parents(sizes), least=least)
    return [_cell(report, hidden=report["industry_code"] in hidden) for report in reports]


def _parents(codes: Mapping[str, int]) -> dict[str, str]:
    """Return for each code the nearest one above it that is reported too."""
    found: dict[str, str] = {}
    for code in codes:
        industry = find_industry(code)
        while industry is not None and industry.parent:
            if industry.parent in codes:
                found[code] = industry.parent
                break
            industry = find_industry(industry.parent)
    return found


def _cell(report: Mapping[str, Any], *, hidden: bool) -> Cell:
    figures = {name: None if hidden else report[name] for name in FIGURES}
    body = {
        **figures,
        "enterprises": None if hidden else report["enterprises"],
        "suppressed": hidden,
        "source": report["source"],
        "counted_on": report["counted_on"].isoformat(),
    }
    return Cell(report["industry_code"], "", body)
