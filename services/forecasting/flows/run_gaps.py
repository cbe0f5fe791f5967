"""Compute supply and gaps of a region as a job, and let its warnings follow in the same step."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import numpy as np

from services.forecasting.domain.demand import MEASURES_OF_DEMAND, outlook_of
from services.forecasting.domain.organisation import region_named
from services.forecasting.domain.pipeline import Assembled, Reports, assemble, rows_of_place
from services.forecasting.engine.labour_supply import COMPONENTS, Beta, Spread, Supply, simulate
from services.forecasting.flows.labour_desk import LabourDesk
from services.forecasting.flows.raise_alerts import follow_run
from services.forecasting.flows.release_figures import NothingReportedError
from services.forecasting.store import demand, gaps, reports
from shared.db.session import Tx
from shared.events.audit import record
from shared.jobs.worker import Work
from shared.kernel.clock import CHINA, Clock
from shared.kernel.errors import Fault, InvalidInputError, Text
from shared.kernel.ids import new_id

KIND = "gaps.run"
DRAWS = 2000
_Z90 = 1.2816
_READING = Text("正在读取报送数据", "Reading what was reported")
_DRAWING = Text("正在模拟供给与缺口", "Simulating supply and gaps")


@dataclass(frozen=True, slots=True)
class GapRun:
    """A run's rows, before they have a run to stand in."""

    supply: list[dict[str, Any]]
    gaps: list[dict[str, Any]]
    method: dict[str, Any]


async def ask_run(
    desk: LabourDesk, region: str, *, as_of: date | None, years: int
) -> dict[str, Any]:
    """Return what the job needs; refuse a place outside the authority's, or a day to come."""
    place = region_named(region)
    own = await desk.authority_for(place)
    day = as_of or desk.today
    if day > desk.today:
        said = Text("日期不能晚于今天", "this day is not in the future")
        raise InvalidInputError(faults=[Fault("day_in_future", said, "/as_of")])
    return {"region": place, "as_of": day.isoformat(), "years": years, "org_name": own.name}


async def run_gaps(work: Work, *, clock: Clock) -> None:
    """Read, simulate, write; warnings are raised and ended in the same transaction."""
    told = work.input
    now = clock()
    day = date.fromisoformat(told["as_of"])
    await work.report(0.1, _READING)
    async with work.begin() as tx:
        known = await load_reports(tx, told["region"], min(now, end_of(day)))
    await work.report(0.3, _DRAWING)
    found = await work.cpu.compute(compute_run, known, told["region"], told["years"])
    if found is None:
        raise NothingReportedError(region=told["region"], period=told["as_of"])
    values = {
        "id": work.id,
        "org_id": work.caller.org_id,
        "org_name": told["org_name"],
        "region_code": told["region"],
        "as_of": day,
        "method": found.method,
        "published_at": now,
    }
    mark = {"run_id": work.id, "org_id": work.caller.org_id, "region_code": told["region"]}
    rows = [
        [{**row, **mark, "id": new_id()} for row in part] for part in (found.supply, found.gaps)
    ]
    async with work.finishing() as tx:
        await gaps.add_run(tx, values, rows[0], rows[1])
        changed = await follow_run(tx, values, rows[1], known=known, now=now)
        work.result = {"run_id": str(work.id), "gaps": len(rows[1]), **changed}
        facts = {"gaps": len(rows[1]), **changed}
        await record(tx, work.caller, "gaps.published", subject_id=work.id, facts=facts)


def end_of(day: date) -> datetime:
    """Return the last moment of a day in China."""
    return datetime.combine(day, time.max, tzinfo=CHINA)


async def load_reports(tx: Tx, region: str, until: datetime) -> Reports:
    """Return what had been reported of a region at a moment."""
    rows = await demand.list_demand(tx, region, measures=MEASURES_OF_DEMAND, until=until)
    outlooks = {row["occupation"]: outlook_of(row) for row in rows}
    return Reports(
        demand={code: outlook for code, outlook in outlooks.items() if outlook},
        cohorts=await reports.newest_rows(tx, "cohorts", region, until=until),
        destinations=await reports.newest_rows(tx, "destinations", region, until=until),
        flows=await reports.newest_rows(tx, "major-flows", region, until=until),
        employment=await reports.newest_rows(tx, "employment", region, until=until),
        market=await reports.newest_rows(tx, "market", region, until=until),
    )


def compute_run(known: Reports, region: str, years: int) -> GapRun | None:
    """Return a run's rows; None where employment or cohorts are not known. Pure and long."""
    ready = assemble(known, region, years=years)
    if ready is None:
        return None
    seed = _seed(ready, region)
    found = simulate(ready.told, rng=np.random.default_rng(seed), draws=DRAWS)
    return GapRun(
        supply=_supply_rows(ready, found),
        gaps=[*_occupation_rows(ready, found, known, region), *_major_rows(ready, found)],
        method=_method(ready, seed),
    )


def _seed(ready: Assembled, region: str) -> int:
    """Return a seed that is fixed by the place and what was known: a run can be made again."""
    digest = hashlib.sha256(region.encode())
    told = ready.told
    for array in (told.enrolled, told.employed, told.occupation_weights, told.growth_mean):
        digest.update(np.ascontiguousarray(array).tobytes())
    if told.demand is not None:
        digest.update(told.demand.mean.tobytes() + told.demand.spread.tobytes())
    return int.from_bytes(digest.digest()[:8], "big")


def _method(ready: Assembled, seed: int) -> dict[str, Any]:
    return {
        "code": "labour-supply-2",
        "draws": DRAWS,
        "seed": str(seed),
        "first_year": ready.first_year,
        "years": ready.years,
        "majors": len(ready.majors),
        "occupations": int((ready.told.employed > 0).sum()),
        "cohorts_assumed": ready.cohorts_assumed,
        "majors_without_occupation": list(ready.unmapped),
        "occupations_without_employment": len(ready.without_employment),
        "gap": "openings / entrants",
        "openings": "(growth + separations) x forecast demand / demand of the last season",
        "demand_forecasts": sum(code in ready.demand for code in ready.occupations),
    }


def _at(spread: Spread, row: int, step: int) -> dict[str, float]:
    return {
        name: round(float(getattr(spread, name)[row, step]), 4)
        for name in ("p10", "p50", "p90", "mean")
    }


def _rate(rates: Beta, row: int) -> dict[str, float]:
    alpha, beta = float(rates.alpha[row]), float(rates.beta[row])
    return {"mean": round(alpha / (alpha + beta), 4), "worth": round(alpha + beta, 1)}


def _supply_rows(ready: Assembled, found: Supply) -> list[dict[str, Any]]:
    told = ready.told
    return [
        {
            "major_code": major,
            "year": ready.first_year + step,
            "graduates": _at(found.graduates, row, step),
            "entrants": _at(found.major_entrants, row, step),
            "rates": {
                "enrolled": float(told.enrolled[row, step]),
                "survival": _rate(told.survival, row),
                "further_study": _rate(told.further_study, row),
                "retention": _rate(told.retention, row),
            },
        }
        for row, major in enumerate(ready.majors)
        for step in range(ready.years)
    ]


def _occupation_rows(
    ready: Assembled, found: Supply, known: Reports, region: str
) -> list[dict[str, Any]]:
    seekers = _posts_per_seeker(known, region)
    return [
        {
            "kind": "occupation",
            "code": code,
            "year": ready.first_year + step,
            "openings": _at(found.openings, row, step),
            "entrants": _at(found.entrants, row, step),
            "ratio": _at(found.ratio, row, step),
            "p_short": float(found.p_short[row, step]),
            "p_glut": float(found.p_glut[row, step]),
            "driver": found.driver(row, step),
            "parts": {
                **_effects(found, row, step),
                "posts_per_seeker": seekers.get(code),
                "openings_basis": _basis(ready, code, ready.first_year + step),
            },
        }
        for row, code in enumerate(ready.occupations)
        if ready.told.employed[row] > 0
        for step in range(ready.years)
    ]


def _effects(found: Supply, row: int, step: int) -> dict[str, Any]:
    effects = found.effects[row, step]
    return {
        "effects": {
            name: round(float(effect), 4) for name, effect in zip(COMPONENTS, effects, strict=True)
        }
    }


def _major_rows(ready: Assembled, found: Supply) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    weights = ready.told.occupation_weights * (ready.told.employed > 0)
    for row, major in enumerate(ready.majors):
        if not weights[row].sum():
            continue  # it leads to no occupation whose employment is known
        main = int(np.argmax(weights[row]))
        rows += [
            {
                "kind": "major",
                "code": major,
                "year": ready.first_year + step,
                "openings": _at(found.major_openings, row, step),
                "entrants": _at(found.major_entrants, row, step),
                "ratio": _at(found.major_ratio, row, step),
                "p_short": float(found.major_p_short[row, step]),
                "p_glut": float(found.major_p_glut[row, step]),
                "driver": found.driver(main, step),
                "parts": {
                    **_effects(found, main, step),
                    "main_occupation": ready.occupations[main],
                    "openings_basis": _basis(
                        ready, ready.occupations[main], ready.first_year + step
                    ),
                },
            }
            for step in range(ready.years)
        ]
    return rows


def _basis(ready: Assembled, code: str, year: int) -> dict[str, Any]:
    """Return what an occupation's openings of a year rest on."""
    found = ready.demand_step(code, year)
    if found is None:
        return {"kind": "reported_employment"}
    outlook, step = found
    return {
        "kind": "demand_forecast",
        "measure": outlook.measure,
        "dataset_id": str(outlook.dataset_id),
        "run_id": str(outlook.run_id),
        "beyond_horizon": step.held,
        "demand_change": {
            name: round(float(np.exp(step.mean + z * step.spread)), 4)
            for name, z in (("p10", -_Z90), ("p50", 0.0), ("p90", _Z90))
        },
    }


def _posts_per_seeker(known: Reports, region: str) -> dict[str, Mapping[str, Any]]:
    """Return 求人倍率 of each occupation's newest quarter: posts per registered seeker."""
    newest: dict[str, dict[str, Any]] = {}
    for row in rows_of_place(known.market, region, "occupation_code"):
        held = newest.get(row["occupation_code"])
        if held is None or row["quarter"] > held["quarter"]:
            held = {"quarter": row["quarter"], "posts": 0, "seekers": 0, "source": row["source"]}
            newest[row["occupation_code"]] = held
        if row["quarter"] == held["quarter"]:
            held["posts"] += row["posts"]
            held["seekers"] += row["seekers"]
    return {
        code: {
            "quarter": held["quarter"],
            "value": round(held["posts"] / held["seekers"], 4),
            "source": held["source"],
        }
        for code, held in newest.items()
        if held["seekers"]
    }


async def find_shown_run(
    tx: Tx, region: str | None, run_id: UUID | None
) -> Mapping[str, Any] | None:
    """Return the run that a reader means: the one named, or the newest of a region."""
    if run_id is not None:
        return await gaps.find_run(tx, run_id)
    return None if region is None else await gaps.newest_run(tx, region)
