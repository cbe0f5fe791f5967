"""A small city: lathe operators are short, nurses are many, and every rate is plain."""

from __future__ import annotations

from typing import Any

import httpx

from tests.forecasting_labour.conftest import LabourRoom
from tests.forecasting_labour.labour_tables import (
    CNC,
    COHORT,
    DESTINATION,
    EMPLOYMENT,
    FLOWS,
    LATHE,
    MARKET,
    NURSE,
    NURSING,
    report,
    table,
)

REGION = "330600"
QUARTERS = [f"{year}Q{n}" for year in (2024, 2025) for n in (1, 2, 3, 4)]


def cohorts(school: str = "甲学院") -> list[tuple[Any, ...]]:
    return [
        (REGION, school, major, year, 3, enrolled)
        for major, enrolled in ((CNC, 100), (NURSING, 300))
        for year in range(2019, 2026)
    ]


def destinations(school: str = "甲学院", years: range = range(2022, 2026)) -> list[tuple[Any, ...]]:
    # graduates, contract, further study, seeking, local, relevant
    return [(REGION, school, CNC, year, 90, 66, 18, 6, 52, 50) for year in years] + [
        (REGION, school, NURSING, year, 280, 150, 60, 70, 120, 60) for year in years
    ]


def employment(years: range = range(2021, 2026)) -> list[tuple[Any, ...]]:
    lathes = [(REGION, LATHE, year, round(1000 * 1.1 ** (year - 2021)), 50) for year in years]
    return lathes + [(REGION, NURSE, year, 500, 10) for year in years]


def flows() -> list[tuple[Any, ...]]:
    return [(REGION, CNC, LATHE, 2025, 60), (REGION, NURSING, NURSE, 2025, 150)]


def market() -> list[tuple[Any, ...]]:
    return [
        (REGION, code, quarter, posts, seekers)
        for code, posts, seekers in ((LATHE, 300, 100), (NURSE, 50, 200))
        for quarter in QUARTERS
    ]


async def report_all(room: LabourRoom, authority: httpx.AsyncClient) -> None:
    """Report five years of the city."""
    for kind, headers, rows in (
        ("cohorts", COHORT, cohorts()),
        ("destinations", DESTINATION, destinations()),
        ("employment", EMPLOYMENT, employment()),
        ("major-flows", FLOWS, flows()),
        ("market", MARKET, market()),
    ):
        told = await report(room, authority, kind, table(headers, rows))
        assert told["faults_total"] == 0, told


async def run(room: LabourRoom, authority: httpx.AsyncClient, **told: Any) -> dict[str, Any]:
    """Compute the city's gaps; returns the job's result."""
    answer = await authority.post("/v1/gap-runs", json={"region": REGION, **told})
    done = await room.job(authority, answer)
    assert done["state"] == "done", done
    return done["result"]
