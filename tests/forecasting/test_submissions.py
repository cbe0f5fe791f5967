"""Forecasts of other bodies: what is refused, and how they are scored beside ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.forecasting.conftest import ForecastingRoom
from tests.forecasting.series_files import (
    MONTHS,
    PLACES,
    counts,
    filled,
    month,
    run_now,
    send_file,
)

REGION, OCCUPATION = PLACES[0]


def body_of(told: dict[str, Any], *rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a submission for the first place."""
    place = {"region": REGION, "occupation": OCCUPATION}
    return {
        "dataset_id": told["id"],
        "method": "专家调查",
        "source": "会员企业 120 家",
        "made_at": datetime.now(UTC).isoformat(),
        "rows": [{**place, "period": month(MONTHS - 1), "p50": 20, **row} for row in rows],
        **changes,
    }


async def forecast_until(
    room: ForecastingRoom, known: int
) -> tuple[httpx.AsyncClient, dict[str, Any]]:
    """Return an analyst and a dataset that is forecast from its first `known` months."""
    analyst = room.authority()
    told = await filled(room, analyst, upto=known)
    await run_now(room, analyst, told)
    return analyst, told


def industry_body(room: ForecastingRoom, **facts: Any) -> httpx.AsyncClient:
    """Return a client of an industry body."""
    org_id = room.organisation("industry_body", "某行业协会", **facts)
    return room.member(org_id, "organisation_admin")


async def test_a_submission_is_scored_beside_ours_and_naive_when_the_numbers_come(
    working: ForecastingRoom,
) -> None:
    known = MONTHS - 2
    analyst, told = await forecast_until(working, known)
    actual = counts(0)
    rows = [
        {"period": month(known + step), "p10": 1, "p50": actual[known + step], "p90": 900}
        for step in range(2)
    ]
    answer = await industry_body(working).post(
        "/v1/forecast-submissions", json=body_of(told, *rows)
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["origin"], made["scored"], made["scores"]) == (month(known - 1), 0, [])
    anyone = working.anyone()
    path = f"/v1/forecast-submissions/{made['id']}"
    beside = (await anyone.get(f"{path}/rows")).json()
    assert [row["actual"] for row in beside] == [None, None]
    assert all(row["ours_p50"] is not None for row in beside)
    news = [
        f"{region},{occupation},{month(step)},{counts(place)[step]:g}"
        for place, (region, occupation) in enumerate(PLACES)
        for step in range(known, MONTHS)
    ]
    await send_file(working, analyst, told, "region,occupation,month,value\n" + "\n".join(news))
    await run_now(working, analyst, told)
    scored = (await anyone.get(path)).json()
    whole = {row["method"]: row for row in scored["scores"] if row["horizon"] is None}
    assert whole.keys() == {"submitted", "ours", "naive"}
    assert {row["cells"] for row in whole.values()} == {2}
    assert whole["submitted"]["mae"] == 0
    assert whole["submitted"]["coverage_80"] == 1
    last = actual[known - 1]
    expected = sum(abs(last - actual[known + step]) for step in range(2)) / 2
    assert whole["naive"]["mae"] == pytest.approx(expected)
    ours = [row["ours_p50"] for row in beside]
    error = sum(abs(ours[step] - actual[known + step]) for step in range(2)) / 2
    assert whole["ours"]["mae"] == pytest.approx(error)
    board = await anyone.get("/v1/scoreboards/submissions", params={"dataset_id": told["id"]})
    assert [item["id"] for item in board.json()["items"]] == [made["id"]]
    listed = await anyone.get("/v1/forecast-submissions", params={"dataset_id": told["id"]})
    assert [item["org_name"] for item in listed.json()["items"]] == ["某行业协会"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"period": month(MONTHS - 3)}, ("period_known", "/rows/0/period")),
        ({"period": "2035-01"}, ("period_too_far", "/rows/0/period")),
        ({"period": "2026-Q4"}, ("frequency_mixed", "/rows/0/period")),
        ({"period": "soon"}, ("period_unreadable", "/rows/0/period")),
        ({"region": "999999"}, ("code_unknown", "/rows/0/region")),
        ({"region": "110101"}, ("cell_unknown", "/rows/0")),
        ({"p10": 5}, ("interval_half", "/rows/0/p90")),
        ({"p10": 21, "p90": 30}, ("quantiles_crossed", "/rows/0/p50")),
    ],
)
async def test_a_row_that_cannot_be_scored_is_named(
    working: ForecastingRoom, row: dict[str, Any], fault: tuple[str, str]
) -> None:
    _, told = await forecast_until(working, MONTHS - 2)
    client = industry_body(working)
    answer = await client.post("/v1/forecast-submissions", json=body_of(told, row))
    assert answer.status_code == 422, answer.text
    errors = answer.json()["errors"]
    assert [(each["code"], each["pointer"]) for each in errors] == [fault]


async def test_a_repeated_row_and_a_negative_one_are_refused(working: ForecastingRoom) -> None:
    _, told = await forecast_until(working, MONTHS - 2)
    client = industry_body(working)
    path = "/v1/forecast-submissions"
    twice = await client.post(path, json=body_of(told, {}, {}))
    assert [each["code"] for each in twice.json()["errors"]] == ["repeated"]
    assert (await client.post(path, json=body_of(told, {"p50": -1}))).status_code == 422
    listed = await client.get(path, params={"dataset_id": told["id"]})
    assert listed.json()["items"] == []


async def test_a_forecast_from_the_future_is_refused(working: ForecastingRoom) -> None:
    _, told = await forecast_until(working, MONTHS - 2)
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    answer = await industry_body(working).post(
        "/v1/forecast-submissions", json=body_of(told, {}, made_at=later)
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "submission_from_future")


async def test_only_verified_bodies_hand_in_and_only_for_what_is_forecast(
    working: ForecastingRoom,
) -> None:
    _, told = await forecast_until(working, MONTHS - 2)
    path = "/v1/forecast-submissions"
    unverified = industry_body(working, verified=False)
    answer = await unverified.post(path, json=body_of(told, {}))
    assert (answer.status_code, answer.json()["code"]) == (403, "publisher_unverified")
    school = working.member(working.organisation("school", "某校"), "school_admin")
    assert (await school.post(path, json=body_of(told, {}))).status_code == 403
    assert (await working.anyone().post(path, json=body_of(told, {}))).status_code == 401
    unknown = body_of({"id": str(uuid4())}, {})
    assert (await industry_body(working).post(path, json=unknown)).status_code == 404
