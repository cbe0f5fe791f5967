"""Supply and gaps of a small city, and the warnings that follow them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy import text

from services.forecasting.domain.alert import Signal, rule_of, step_alerts
from services.forecasting.domain.alert_record import Trial, score_trials
from services.forecasting.domain.demand import outlook_of
from services.forecasting.domain.pipeline import rows_of_place
from services.forecasting.flows.run_gaps import compute_run, load_reports
from shared.db.session import PLATFORM
from shared.kernel.clock import china_day, utc_now
from tests.forecasting_labour.conftest import LabourRoom
from tests.forecasting_labour.labour_tables import (
    CNC,
    DESTINATION,
    EMPLOYMENT,
    LATHE,
    NURSE,
    report,
    table,
)
from tests.forecasting_labour.small_region import (
    REGION,
    destinations,
    employment,
    report_all,
    run,
)

TODAY = date(2026, 11, 22)


async def test_a_run_tells_supply_gaps_probabilities_and_drivers(labouring: LabourRoom) -> None:
    authority, anyone = labouring.authority(), labouring.anyone()
    await report_all(labouring, authority)
    await run(labouring, authority, years=2)
    supply = (await anyone.get("/v1/supply", params={"region": REGION, "major": CNC})).json()
    (first, _) = supply["items"]
    assert first["graduates"]["p10"] <= first["graduates"]["p50"] <= first["graduates"]["p90"]
    assert 80 <= first["graduates"]["p50"] <= 95  # 100 enrolled, 90 % finish
    told = (await anyone.get("/v1/gaps", params={"region": REGION, "year": 2026})).json()
    by_code = {each["code"]: each for each in told["items"]}
    lathe, nurse = by_code[LATHE], by_code[NURSE]
    assert lathe["p_short"] > 0.95
    assert nurse["p_glut"] > 0.95
    assert lathe["driver"] in {"growth", "separations"}
    assert lathe["posts_per_seeker"] == {"quarter": "2025Q4", "value": 3.0, "source": "统计台账"}
    assert by_code[CNC]["kind"] == "major"
    assert by_code[CNC]["main_occupation"] == LATHE
    assert {each["openings_basis"]["kind"] for each in told["items"]} == {"reported_employment"}
    heat = (await anyone.get("/v1/gaps/heat", params={"region": "330000", "year": 2026})).json()
    assert [each["code"] for each in heat["regions"]] == [REGION]
    assert {each["code"] for each in heat["cells"]} >= {LATHE, NURSE}


async def test_a_run_is_made_again_from_what_was_known_on_its_day(labouring: LabourRoom) -> None:
    authority, anyone = labouring.authority(), labouring.anyone()
    labouring.now = utc_now() - timedelta(days=2)
    await report_all(labouring, authority)
    day = china_day(labouring.now)
    first = await run(labouring, authority, as_of=day.isoformat())
    labouring.now = None
    later = [(REGION, LATHE, 2025, 900, 20)]
    await report(labouring, authority, "employment", table(EMPLOYMENT, later))
    again = await run(labouring, authority, as_of=day.isoformat())
    newest = await run(labouring, authority)

    async def ratios(run_id: str) -> list[Any]:
        told = await anyone.get("/v1/gaps", params={"run_id": run_id})
        return [(each["code"], each["year"], each["ratio"]) for each in told.json()["items"]]

    assert await ratios(first["run_id"]) == await ratios(again["run_id"])
    assert await ratios(first["run_id"]) != await ratios(newest["run_id"])


async def test_warnings_are_raised_with_evidence_and_scored_when_the_year_is_counted(
    labouring: LabourRoom,
) -> None:
    authority, anyone = labouring.authority(), labouring.anyone()
    await report_all(labouring, authority)
    told = await run(labouring, authority, years=1)
    assert told["alerts_raised"] == 2
    alerts = (await anyone.get("/v1/alerts", params={"region": "33", "state": "active"})).json()
    by_kind = {each["kind"]: each for each in alerts["items"]}
    assert by_kind["shortage"]["occupation_code"] == LATHE
    assert by_kind["surplus"]["occupation_code"] == NURSE
    assert by_kind["shortage"]["level"] == "red"
    assert by_kind["shortage"]["evidence"]["driver"]
    assert {each["origin"] for each in by_kind["shortage"]["rule"]} == {"platform"}
    async with labouring.database.begin(PLATFORM) as tx:
        raised = text("SELECT count(*) FROM outbox WHERE kind = 'alert.raised'")
        assert (await tx.scalar(raised) or 0) >= 2
    record = (await anyone.get("/v1/alerts/record", params={"region": REGION})).json()
    assert (record["trials"], record["settled"], record["brier"]) == (4, 0, None)
    year = range(2026, 2027)
    await report(labouring, authority, "employment", table(EMPLOYMENT, employment(year)))
    await report(labouring, authority, "destinations", table(DESTINATION, destinations(years=year)))
    told = await run(labouring, authority, years=1)
    assert told["trials_settled"] == 4
    assert told["alerts_raised"] == 0  # confirmed, not raised again
    record = (await anyone.get("/v1/alerts/record", params={"region": REGION})).json()
    assert record["brier"] < 0.05
    assert sum(each["trials"] for each in record["reliability"]) == 4


async def test_a_warning_that_nobody_confirmed_is_over_on_its_last_day(
    labouring: LabourRoom,
) -> None:
    authority, anyone = labouring.authority(), labouring.anyone()
    await report_all(labouring, authority)
    await run(labouring, authority, years=1)
    labouring.now = utc_now() + timedelta(days=260)
    active = await anyone.get("/v1/alerts", params={"state": "active"})
    assert active.json()["items"] == []
    ended = (await anyone.get("/v1/alerts", params={"state": "ended"})).json()["items"]
    assert {each["end_reason"] for each in ended} == {"expired"}


def _demand(p50: float, months: int = 24) -> dict[str, Any]:
    """Return a stored forecast of demand that was 1,200 in the season before."""
    return {
        "measure": "vacancies_public",
        "dataset_id": uuid4(),
        "run_id": uuid4(),
        "frequency": "month",
        "origin": 2025 * 12 + 11,
        "last_season": 1200.0,
        **{name: [p50 * factor] * months for name, factor in (("p10", 0.9), ("p90", 1.1))},
        "p50": [p50] * months,
    }


async def test_openings_follow_the_forecast_of_demand_where_there_is_one(
    labouring: LabourRoom,
) -> None:
    await report_all(labouring, labouring.authority())
    async with labouring.database.begin(PLATFORM) as tx:
        known = await load_reports(tx, REGION, utc_now())
    half = outlook_of(_demand(50.0))
    assert half is not None
    plain = compute_run(replace(known, demand={}), REGION, 3)
    moved = compute_run(replace(known, demand={LATHE: half}), REGION, 3)
    assert plain is not None
    assert moved is not None
    for year, held in ((2026, False), (2027, False), (2028, True)):
        before, after = (
            next(row for row in one.gaps if (row["code"], row["year"]) == (LATHE, year))
            for one in (plain, moved)
        )
        assert after["openings"]["p50"] / before["openings"]["p50"] == pytest.approx(0.5, rel=0.1)
        basis = after["parts"]["openings_basis"]
        assert (basis["kind"], basis["beyond_horizon"]) == ("demand_forecast", held)
        assert basis["demand_change"]["p50"] == 0.5
        assert basis["demand_change"]["p10"] < 0.5 < basis["demand_change"]["p90"]
        assert before["parts"]["openings_basis"] == {"kind": "reported_employment"}
    nurse = next(row for row in moved.gaps if row["code"] == NURSE)
    assert nurse["parts"]["openings_basis"] == {"kind": "reported_employment"}
    growth = [
        next(row for row in one.gaps if row["code"] == LATHE)["parts"]["effects"]["growth"]
        for one in (plain, moved)
    ]
    assert growth[1] - growth[0] == pytest.approx(np.log(0.5), abs=0.01)


@pytest.mark.parametrize(
    "changes", [{"last_season": None}, {"last_season": 0.0}, {"p50": [50.0] * 11}]
)
def test_less_than_a_season_of_demand_moves_nothing(changes: dict[str, Any]) -> None:
    assert outlook_of({**_demand(50.0), **changes}) is None


def _signal(probability: float) -> Signal:
    return Signal(LATHE, "shortage", 2026, probability, {})


def _active(runs_below: int = 0, expires_on: date = TODAY) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "occupation_code": LATHE,
        "kind": "shortage",
        "level": "yellow",
        "runs_below": runs_below,
        "expires_on": expires_on,
    }


@pytest.mark.parametrize(
    ("probability", "level"),
    [(0.49, None), (0.5, "blue"), (0.7, "yellow"), (0.8, "orange"), (0.99, "red")],
)
def test_the_level_follows_the_probability(probability: float, level: str | None) -> None:
    changes = step_alerts([_signal(probability)], [], rule_of(REGION, TODAY), today=TODAY)
    assert [change.level for change in changes] == ([level] if level else [])


def test_a_warning_ends_only_after_two_runs_below_and_not_between_the_thresholds() -> None:
    rule = rule_of(REGION, TODAY)
    (between,) = step_alerts([_signal(0.45)], [_active(1)], rule, today=TODAY)
    assert (between.runs_below, between.end_reason) == (0, None)
    (first,) = step_alerts([_signal(0.3)], [_active(0)], rule, today=TODAY)
    assert (first.runs_below, first.end_reason, first.expires_on) == (1, None, TODAY)
    (second,) = step_alerts([_signal(0.3)], [_active(1)], rule, today=TODAY)
    assert second.end_reason == "below"


def test_an_expired_warning_ends_and_may_be_raised_anew() -> None:
    old = _active(0, TODAY - timedelta(days=1))
    ended, raised = step_alerts([_signal(0.9)], [old], rule_of(REGION, TODAY), today=TODAY)
    assert (ended.alert_id, ended.end_reason) == (old["id"], "expired")
    assert (raised.alert_id, raised.level) == (None, "orange")


def test_onsets_and_exits_are_judged_apart_and_persistence_beside_them() -> None:
    trials = [
        Trial(0.8, before=False, outcome=True),
        Trial(0.1, before=False, outcome=False),
        Trial(0.9, before=True, outcome=True),
        Trial(0.3, before=True, outcome=False),
    ]
    told = score_trials(trials)
    assert told.brier == pytest.approx((0.04 + 0.01 + 0.01 + 0.09) / 4)
    assert told.brier_persistence == 0.5
    assert (told.onsets, told.onset_ap, told.exits, told.exit_ap) == (1, 1.0, 1, 1.0)
    worse = score_trials([replace(trials[0], probability=0.05), *trials[1:]])
    assert worse.onset_ap == 0.5


def test_a_provinces_total_and_its_cities_are_not_added_up() -> None:
    rows = [
        {"region_code": "330000", "occupation_code": "a", "n": 10},
        {"region_code": "330600", "occupation_code": "a", "n": 4},
        {"region_code": "330600", "occupation_code": "b", "n": 4},
        {"region_code": "330100", "occupation_code": "b", "n": 3},
    ]
    found = rows_of_place(rows, "330000", "occupation_code")
    assert [row["n"] for row in found] == [10, 4, 3]


async def test_only_the_regions_authority_runs(labour: LabourRoom) -> None:
    told = {"region": REGION}
    for client in (labour.school(), labour.body()):
        assert (await client.post("/v1/gap-runs", json=told)).status_code == 403
    other = await labour.authority("330100").post("/v1/gap-runs", json=told)
    assert other.json()["code"] == "region_not_yours"
    assert (await labour.anyone().get("/v1/gaps", params={"region": REGION})).json() == {
        "run": None,
        "items": [],
    }
