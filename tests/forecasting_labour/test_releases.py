"""Releases: the public sees what was released, with small counts hidden, and nothing else."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.forecasting_labour.conftest import LabourRoom
from tests.forecasting_labour.labour_tables import CNC, DESTINATION, INDUSTRY, report, table


async def release(
    room: LabourRoom, client: httpx.AsyncClient, kind: str, period: str, region: str = "330600"
) -> dict[str, Any]:
    told = {"kind": kind, "region": region, "period": period}
    answer = await client.post("/v1/labour-releases", json=told)
    return await room.job(client, answer)


async def test_outcomes_of_a_major_are_public_only_after_release_and_without_small_counts(
    labouring: LabourRoom,
) -> None:
    authority, anyone = labouring.authority(), labouring.anyone()
    rows = [
        ("330600", "甲学院", CNC, 2025, 100, 70, 28, 2, 50, 60),
        ("330600", "乙学院", CNC, 2025, 80, 50, 20, 10, 30, 40),
        ("330600", "丙学院", CNC, 2025, 60, 30, 15, 15, 20, 20),
    ]
    told = await report(labouring, authority, "destinations", table(DESTINATION, rows))
    assert told["written"] == 3, told
    path = f"/v1/majors/{CNC}/outcomes"
    assert (await anyone.get(path)).json()["items"] == []
    assert (await release(labouring, authority, "outcomes", "2025"))["state"] == "done"
    shown = (await anyone.get(path, params={"year": 2025, "region": "330600"})).json()
    by_school = {each["school_name"]: each for each in shown["items"]}
    whole, small = by_school[""], by_school["甲学院"]
    assert small["counts"]["seeking"] is None
    assert [name for name, count in small["counts"].items() if count is None] != ["seeking"]
    others = [by_school[name]["counts"]["seeking"] for name in ("", "乙学院", "丙学院")]
    assert None in others, "the total less the others would tell it"
    assert whole["definitions"] == ["8 月 31 日毕业去向"]
    assert whole["counted_on"] == ["2026-08-31"]
    assert shown["rule"]["least"]["origin"] == "platform"
    every = {"region": "330600", "year": 2025}
    listed = (await anyone.get("/v1/majors/outcomes", params=every)).json()["items"]
    assert [(each["major_code"], each["graduates"]) for each in listed] == [(CNC, 240)]
    school = (await anyone.get("/v1/majors/outcomes", params={**every, "school": "甲学院"})).json()
    assert school["items"][0]["counts"]["seeking"] is None


async def test_shares_are_shown_where_both_parts_are_no_small_counts(
    labouring: LabourRoom,
) -> None:
    authority = labouring.authority()
    rows = [
        ("330600", "甲学院", CNC, 2025, 100, 70, 20, 10, 35, 68),
        ("330600", "乙学院", CNC, 2025, 100, 50, 30, 20, 25, 50),
    ]
    await report(labouring, authority, "destinations", table(DESTINATION, rows))
    await release(labouring, authority, "outcomes", "2025")
    shown = (await labouring.anyone().get(f"/v1/majors/{CNC}/outcomes")).json()["items"]
    whole = next(each for each in shown if each["school_name"] == "")
    assert (whole["employment_share"], whole["local_share"]) == (0.6, 0.5)
    assert whole["relevant_share"] is None  # two people of 120 are not in their field


async def test_industries_of_too_few_enterprises_are_hidden_with_a_sibling(
    labouring: LabourRoom,
) -> None:
    authority = labouring.authority()
    rows = [
        ("330600", "C", "2026Q1", 50, 9000, 400, 200),
        ("330600", "C33", "2026Q1", 2, 300, 10, 4),
        ("330600", "C34", "2026Q1", 30, 5000, 250, 120),
        ("330600", "C35", "2026Q1", 18, 3700, 140, 76),
    ]
    await report(labouring, authority, "industries", table(INDUSTRY, rows))
    done = await release(labouring, authority, "industry_status", "2026Q1")
    assert done["state"] == "done", done
    shown = (
        await labouring.anyone().get("/v1/industry-status", params={"period": "2026Q1"})
    ).json()
    told = {each["industry_code"]: each for each in shown["items"]}
    assert told["33"]["headcount"] is None
    assert told["35"]["headcount"] is None
    assert (told["34"]["headcount"], told["C"]["vacancies"]) == (5000, 200)
    assert told["34"]["industry_name"] == "通用设备制造业"


async def test_an_industry_body_releases_its_own_count_and_never_outcomes(
    labouring: LabourRoom,
) -> None:
    body = labouring.body()
    rows = [("330600", "C34", "2026Q1", 12, 800, 30, 9)]
    await report(labouring, body, "industries", table(INDUSTRY, rows))
    assert (await release(labouring, body, "industry_status", "2026Q1"))["state"] == "done"
    told = {"kind": "outcomes", "region": "330600", "period": "2025"}
    answer = await body.post("/v1/labour-releases", json=told)
    assert (answer.status_code, answer.json()["code"]) == (403, "release_not_yours")
    other = await release(labouring, labouring.authority(), "industry_status", "2026Q1")
    assert other["error"]["en"]["code"] == "nothing_reported"


@pytest.mark.parametrize(
    ("region", "period", "status"),
    [("330100", "2025", 403), ("330600", "2025Q1", 422), ("999999", "2025", 404)],
)
async def test_a_release_out_of_place_or_time_is_refused(
    labour: LabourRoom, region: str, period: str, status: int
) -> None:
    told = {"kind": "outcomes", "region": region, "period": period}
    answer = await labour.authority("330600").post("/v1/labour-releases", json=told)
    assert answer.status_code == status


async def test_an_unknown_major_is_not_found(labour: LabourRoom) -> None:
    answer = await labour.anyone().get("/v1/majors/999999/outcomes")
    assert (answer.status_code, answer.json()["code"]) == (404, "major_unknown")
