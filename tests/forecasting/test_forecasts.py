"""Forecasts as published: quantiles, sums, vintages, past forecasts, downloads, records."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
import pyarrow.parquet as pq
import pytest

from services.forecasting.domain.demand import outlook_of
from services.forecasting.store.demand import list_demand
from shared.db.session import ANYONE
from shared.kernel.clock import utc_now
from tests.forecasting.conftest import ForecastingRoom
from tests.forecasting.series_files import (
    MONTHS,
    PLACES,
    counts,
    filled,
    month,
    new_dataset,
    run_now,
    send_file,
)

LEVELS = ("p2_5", "p10", "p50", "p90", "p97_5")


async def read(client: httpx.AsyncClient, path: str = "/v1/forecasts", **query: Any) -> Any:
    """Return what a GET answers."""
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_anyone_reads_a_published_forecast_with_its_interval_vintage_and_history(
    working: ForecastingRoom,
) -> None:
    analyst = working.authority()
    told = await filled(working, analyst)
    result = await run_now(working, analyst, told)
    answer = await read(
        working.anyone(), dataset_id=told["id"], region="330106", occupation="6-18-01-01", h=6
    )
    assert [point["h"] for point in answer["points"]] == list(range(1, 7))
    assert answer["points"][0]["period"] == month(MONTHS)
    for point in answer["points"]:
        values = [point[name] for name in LEVELS]
        assert values == sorted(values)
        assert values[0] >= 0
        assert np.isfinite(values).all()
    assert answer["vintage"]["run_id"] == result["run_id"]
    assert answer["vintage"]["output_sha256"] == result["output_sha256"]
    assert len(answer["history"]) == MONTHS
    assert answer["history"][-1]["period"] == answer["vintage"]["origin"] == month(MONTHS - 1)
    assert answer["cell"]["occupation_name"] == "车工"
    assert answer["unit"] == "person"


async def test_means_add_up_over_regions_and_occupations(working: ForecastingRoom) -> None:
    analyst = working.authority()
    told = await filled(working, analyst)
    await run_now(working, analyst, told)
    anyone = working.anyone()

    async def means(**codes: str) -> Any:
        answer = await read(anyone, dataset_id=told["id"], **codes)
        return np.array([point["mean"] for point in answer["points"]])

    whole = await means()
    districts = [await means(region=region) for region in {region for region, _ in PLACES}]
    majors = [await means(occupation=code) for code in ("4-00-00-00", "6-00-00-00")]
    cells = [await means(region=region, occupation=code) for region, code in PLACES]
    for parts in (districts, majors, cells):
        np.testing.assert_allclose(np.sum(parts, axis=0), whole, atol=1e-6)


async def test_a_provinces_numbers_answer_for_the_province_and_say_so(
    working: ForecastingRoom,
) -> None:
    analyst = working.authority()
    told = await filled(working, analyst)
    await run_now(working, analyst, told)
    assert (await read(working.anyone(), dataset_id=told["id"]))["cell"]["region"] == "330000"
    for codes in ({"region": "110000"}, {"region": "330106", "occupation": "1-01-00-01"}):
        query = {"dataset_id": told["id"], **codes}
        answer = await working.anyone().get("/v1/forecasts", params=query)
        assert (answer.status_code, answer.json()["code"]) == (404, "forecast_cell_unknown")


async def test_a_cell_falls_into_its_parts(working: ForecastingRoom) -> None:
    analyst = working.authority()
    told = await filled(working, analyst)
    await run_now(working, analyst, told)
    anyone = working.anyone()
    path = "/v1/forecasts/breakdown"
    by_group = await read(anyone, path, dataset_id=told["id"], by="occupation")
    assert {item["code"] for item in by_group["items"]} == {"4-00-00-00", "6-00-00-00"}
    narrow = {"dataset_id": told["id"], "by": "occupation", "occupation": "6-00-00-00"}
    codes = {item["code"] for item in (await read(anyone, path, **narrow))["items"]}
    assert codes == {"6-18-01-01", "6-18-01-02"}
    by_region = await read(anyone, path, dataset_id=told["id"], by="region")
    assert {item["code"] for item in by_region["items"]} == {"330106", "330203"}
    sizes = [item["next_season"] for item in by_region["items"]]
    assert sizes == sorted(sizes, reverse=True)


async def test_a_past_forecast_is_made_again_byte_for_byte(working: ForecastingRoom) -> None:
    analyst = working.authority()
    told = await filled(working, analyst)
    first = await run_now(working, analyst, told)
    region, occupation = PLACES[0]
    revised = f"region,occupation,month,value\n{region},{occupation},{month(MONTHS - 1)},500\n"
    assert (await send_file(working, analyst, told, revised))["state"] == "done"
    second = await run_now(working, analyst, told)
    assert second["output_sha256"] != first["output_sha256"]
    path = f"/v1/forecasts/runs/{first['run_id']}/reproductions"
    again = await working.done(analyst, await analyst.post(path))
    assert again["identical"] is True
    assert again["then"] == again["now"]
    kept = await read(working.anyone(), f"/v1/forecasts/runs/{first['run_id']}")
    assert kept["output_sha256"] == first["output_sha256"]


async def test_what_was_known_at_a_moment_is_forecast_as_it_was_then(
    working: ForecastingRoom,
) -> None:
    analyst = working.authority()
    told = await filled(working, analyst)
    first = await run_now(working, analyst, told)
    then = datetime.now(UTC).isoformat()
    region, occupation = PLACES[0]
    revised = f"region,occupation,month,value\n{region},{occupation},{month(MONTHS - 1)},500\n"
    await send_file(working, analyst, told, revised)
    replay = await run_now(working, analyst, told, as_of=then)
    assert replay["kind"] == "replay"
    assert replay["output_sha256"] == first["output_sha256"]


async def test_what_had_been_forecast_then_stands_beside_what_came(
    working: ForecastingRoom,
) -> None:
    analyst = working.authority()
    told = await filled(working, analyst)
    await run_now(working, analyst, told)
    await run_now(working, analyst, told, origin=month(MONTHS - 7))
    query = {"dataset_id": told["id"], "region": PLACES[0][0], "occupation": PLACES[0][1]}
    path = "/v1/forecasts/past"
    own = await read(working.anyone(), path, **query)
    assert [(item["kind"], item["origin"]) for item in own["items"]] == [
        ("current", month(MONTHS - 1))
    ]
    assert own["scored"] == 0
    both = await read(working.anyone(), path, **query, replays="true")
    replay = both["items"][1]
    assert (replay["kind"], replay["origin"]) == ("replay", month(MONTHS - 7))
    actual = [point["actual"] for point in replay["points"]]
    assert actual[:6] == counts(0)[-6:]
    assert actual[6:] == [None] * 6
    assert both["scored"] == 6
    assert both["mae"] is not None
    assert both["mae_naive"] > 0


async def test_the_whole_forecast_is_downloaded_as_csv_and_parquet_with_its_description(
    working: ForecastingRoom,
) -> None:
    analyst = working.authority()
    told = await filled(working, analyst)
    await run_now(working, analyst, told)
    anyone = working.anyone()
    query = {"dataset_id": told["id"]}
    answer = await anyone.get("/v1/forecasts/download", params=query)
    assert answer.headers["content-type"].startswith("text/csv")
    assert "describedby" in answer.headers["link"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    packed = await anyone.get("/v1/forecasts/download", params={**query, "format": "parquet"})
    table = pq.read_table(io.BytesIO(packed.content)).to_pylist()
    assert len(rows) == len(table)
    assert [float(row["p50"]) for row in rows] == [row["p50"] for row in table]
    described = await read(anyone, "/v1/forecasts/download/metadata.json", **query)
    names = [column["name"] for column in described["tableSchema"]["columns"]]
    assert names == list(rows[0])
    region, occupation = PLACES[1]
    shown = await read(anyone, **query, region=region, occupation=occupation)
    told_rows = [row for row in rows if (row["region"], row["occupation"]) == (region, occupation)]
    assert [float(row["p90"]) for row in told_rows] == [point["p90"] for point in shown["points"]]


async def test_odd_series_are_forecast_without_holes(working: ForecastingRoom) -> None:
    analyst = working.authority()
    told = await new_dataset(analyst)
    rows = [
        *(f"330106,6-18-01-01,{month(step)},0" for step in range(MONTHS)),
        f"330106,4-04-05-01,{month(MONTHS - 1)},7",
        *(f"330203,6-18-01-02,{month(step)},{(step % 9 == 0) * 3}" for step in range(MONTHS)),
    ]
    head = "region,occupation,month,value\n"
    assert (await send_file(working, analyst, told, head + "\n".join(rows)))["state"] == "done"
    await run_now(working, analyst, told)
    page = await read(working.anyone(), "/v1/forecasts/cells", dataset_id=told["id"], limit=200)
    models = {item["model"] for item in page["items"]}
    assert {"empirical_bayes", "share"} <= models | {"constant"}
    for item in page["items"]:
        codes = {name: item["cell"][name] or "" for name in ("region", "occupation")}
        answer = await read(working.anyone(), dataset_id=told["id"], **codes)
        for point in answer["points"]:
            values = [point[name] for name in LEVELS]
            assert np.isfinite(values).all()
            assert values == sorted(values)
            assert values[0] >= 0


async def test_a_series_that_ended_earlier_is_left_out_and_counted(
    working: ForecastingRoom,
) -> None:
    analyst = working.authority()
    told = await new_dataset(analyst, measure="insured")
    rows = [f"330106,{month(step)},{90 + step}" for step in range(MONTHS)]
    rows += [f"330203,{month(step)},{50 + step}" for step in range(MONTHS - 3)]
    job = await send_file(working, analyst, told, "region,month,value\n" + "\n".join(rows))
    assert job["state"] == "done", job["error"]
    assert (await run_now(working, analyst, told))["stale"] == 1


async def test_a_change_of_unit_does_not_become_a_shock(working: ForecastingRoom) -> None:
    analyst = working.authority()
    told = await new_dataset(analyst, measure="insured", unit="人")
    change = {
        "from_period": month(20),
        "kind": "unit",
        "unit_before": "千人",
        "factor": 1000,
        "note": "改为以人计",
    }
    made = await analyst.post(f"/v1/datasets/{told['id']}/breaks", json=change)
    assert made.status_code == 201, made.text
    rows = [f"330106,{month(step)},{50 + step / 10},千人" for step in range(20)]
    rows += [f"330106,{month(step)},{50000 + step * 100},人" for step in range(20, MONTHS)]
    job = await send_file(working, analyst, told, "region,month,value,unit\n" + "\n".join(rows))
    assert job["state"] == "done", job["error"]
    await run_now(working, analyst, told)
    answer = await read(working.anyone(), dataset_id=told["id"], region="330106")
    history = [point["value"] for point in answer["history"]]
    np.testing.assert_allclose(history, [50000 + step * 100 for step in range(MONTHS)])
    assert 50_000 < answer["points"][0]["p50"] < 60_000


async def test_codes_of_an_older_list_are_shared_out(working: ForecastingRoom) -> None:
    analyst = working.authority()
    told = await new_dataset(analyst, classification={"occupation": "2015"})
    rows = [f"330106,6-01-X,{month(step)},100" for step in range(MONTHS)]
    head = "region,occupation,month,value\n"
    assert (await send_file(working, analyst, told, head + "\n".join(rows)))["state"] == "done"
    body = {"dataset_id": told["id"], "corrects": False}
    job = await working.job(analyst, await analyst.post("/v1/forecasts/runs", json=body))
    assert job["error"]["en"]["code"] == "crosswalk_missing"
    table = {
        "dimension": "occupation",
        "from_version": "2015",
        "to_version": "2022",
        "source": "某对照表",
        "rows": [
            {"from_code": "6-01-X", "to_code": "6-18-01-01", "share": 0.25},
            {"from_code": "6-01-X", "to_code": "6-18-01-02", "share": 0.75},
        ],
    }
    assert (await analyst.post("/v1/crosswalks", json=table)).status_code == 201
    await run_now(working, analyst, told)
    answer = await read(
        working.anyone(), dataset_id=told["id"], region="330106", occupation="6-18-01-02"
    )
    assert answer["history"][0]["value"] == 75.0


async def test_nothing_is_forecast_from_nothing_nor_by_a_stranger(
    working: ForecastingRoom,
) -> None:
    analyst = working.authority()
    told = await new_dataset(analyst)
    body = {"dataset_id": told["id"], "corrects": False}
    job = await working.job(analyst, await analyst.post("/v1/forecasts/runs", json=body))
    assert job["error"]["en"]["code"] == "dataset_empty"
    other = working.authority("另一机构")
    for path in ("/v1/forecasts/runs", "/v1/scoreboards/backtests"):
        answer = await other.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "dataset_not_found")
    answer = await working.anyone().get("/v1/forecasts", params={"dataset_id": told["id"]})
    assert (answer.status_code, answer.json()["code"]) == (404, "forecast_missing")


async def test_what_is_not_public_is_forecast_for_its_owner_alone(
    working: ForecastingRoom,
) -> None:
    analyst = working.authority()
    told = await filled(working, analyst, public=False)
    result = await run_now(working, analyst, told)
    assert (await read(analyst, dataset_id=told["id"]))["points"]
    stranger = working.member(working.organisation("enterprise", "某企业"), "enterprise_admin")
    for path in (
        f"/v1/forecasts?dataset_id={told['id']}",
        f"/v1/forecasts/past?dataset_id={told['id']}",
        f"/v1/forecasts/download?dataset_id={told['id']}",
        f"/v1/forecasts/runs?dataset_id={told['id']}",
        f"/v1/forecasts/runs/{result['run_id']}",
    ):
        for client in (working.anyone(), stranger):
            assert (await client.get(path)).status_code == 404, path


async def test_a_new_month_is_forecast_without_being_asked_for(working: ForecastingRoom) -> None:
    analyst = working.authority()
    told = await filled(working, analyst, upto=MONTHS - 1)
    first = await run_now(working, analyst, told)
    rows = [f"{r},{o},{month(MONTHS - 1)},{counts(i)[-1]}" for i, (r, o) in enumerate(PLACES)]
    job = await send_file(
        working, analyst, told, "region,occupation,month,value\n" + "\n".join(rows)
    )
    started = httpx.Response(
        202, headers={"location": f"/v1/jobs/forecasting/{job['result']['forecast_job']}"}
    )
    second = await working.done(analyst, started)
    assert second["run_id"] != first["run_id"]
    answer = await read(analyst, dataset_id=told["id"], region=PLACES[0][0])
    assert answer["vintage"]["run_id"] == second["run_id"]


async def test_the_scoreboard_shows_every_method_beside_naive_and_naive2(
    working: ForecastingRoom,
) -> None:
    analyst = working.authority()
    told = await filled(working, analyst)
    await run_now(working, analyst, told)
    body = {"dataset_id": told["id"], "horizon": 3, "origins": 6, "corrects": False}
    await working.done(analyst, await analyst.post("/v1/scoreboards/backtests", json=body))
    anyone = working.anyone()
    board = await read(anyone, "/v1/scoreboards", dataset_id=told["id"])
    assert {"naive", "naive2", "engine"} <= {row["method"] for row in board["rows"]}
    assert {row["horizon"] for row in board["rows"]} == {None, 1, 2, 3}
    assert {"small", "large", None} <= {row["size_class"] for row in board["rows"]}
    heads = (await read(anyone, "/v1/scoreboards/heads"))["items"]
    assert told["id"] in {head["dataset_id"] for head in heads}
    working.built.app.state.answers.forget()
    record = (await read(anyone, dataset_id=told["id"]))["record"]
    assert record["origins"] == 6
    assert record["mase_naive"] > 0
    assert record["relative_to_naive"] == pytest.approx(record["mase"] / record["mase_naive"])


async def test_a_question_asked_again_is_answered_without_the_database(
    working: ForecastingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyst = working.authority()
    told = await filled(working, analyst)
    await run_now(working, analyst, told)
    anyone = working.anyone()
    working.built.app.state.answers.forget()
    first = await read(anyone, dataset_id=told["id"])

    def no_database(_scope: object) -> None:
        raise AssertionError("the answer was kept")

    monkeypatch.setattr(working.database, "begin", no_database)
    assert await read(anyone, dataset_id=told["id"]) == first


async def test_a_measure_without_a_forecast_says_so(room: ForecastingRoom) -> None:
    answer = await room.anyone().get("/v1/forecasts", params={"measure": "shortage_survey"})
    assert (answer.status_code, answer.json()["code"]) == (404, "forecast_missing")
    wrong = await room.anyone().get("/v1/forecasts", params={"measure": "happiness"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "measure_unknown")
    code = await room.anyone().get("/v1/forecasts", params={"occupation": "9-99-99-99"})
    assert (code.status_code, code.json()["code"]) == (422, "cell_code_unknown")
    run = await room.anyone().get(f"/v1/forecasts/runs/{uuid4()}")
    assert (run.status_code, run.json()["code"]) == (404, "forecast_run_not_found")


async def test_forecasts_of_demand_are_found_by_region_and_say_what_their_last_season_held(
    working: ForecastingRoom,
) -> None:
    body = working.member(working.organisation("industry_body", "某行业协会"), "analyst")
    before = utc_now()
    told = await filled(working, body, measure="vacancies_advertised")
    await run_now(working, body, told)

    async def found(until: datetime) -> dict[str, dict[str, Any]]:
        async with working.database.begin(ANYONE) as tx:
            rows = await list_demand(tx, "330203", measures=("vacancies_advertised",), until=until)
        return {row["occupation"]: row for row in rows}

    rows = await found(utc_now())
    assert await found(before) == {}
    row = rows["6-18-01-02"]
    assert row["last_season"] == sum(counts(3)[-12:])
    outlook = outlook_of(row)
    assert outlook is not None
    assert (outlook.begins, len(outlook.seasons)) == (2026, 1)
    mean, spread = outlook.seasons[0]
    assert mean == pytest.approx(np.log(sum(row["p50"]) / row["last_season"]))
    assert spread > 0
