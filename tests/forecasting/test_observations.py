"""Observations: who reports them, what is refused with its row, what every vintage keeps."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import xlsxwriter

from tests.forecasting.conftest import ForecastingRoom

NOW = datetime(2026, 9, 10, 4, tzinfo=UTC)
CSV = {"content-type": "text/csv; charset=utf-8"}


async def dataset(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """Set up a dataset of quarterly vacancies, or of what `changes` say."""
    body = {
        "measure": "vacancies_public",
        "name": "公共招聘需求",
        "source": f"公共就业服务机构 {uuid4()}",
        "definition": "季度内登记的需求人数",
        "frequency": "quarter",
        **changes,
    }
    answer = await client.post("/v1/datasets", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def send(
    room: ForecastingRoom,
    client: httpx.AsyncClient,
    told: dict[str, Any],
    body: str | bytes,
    **query: str,
) -> dict[str, Any]:
    """Upload a file and follow its job."""
    content = body.encode() if isinstance(body, str) else body
    path = f"/v1/datasets/{told['id']}/imports"
    answer = await client.post(path, content=content, headers=CSV, params=query)
    return await room.job(client, answer)


def faults_of(job: dict[str, Any]) -> list[tuple[str, int, str]]:
    """Return (code, row, column) of what a failed job names."""
    assert job["state"] == "failed", job
    return [(each["code"], each["row"], each["column"]) for each in job["error"]["en"]["errors"]]


async def values_of(
    client: httpx.AsyncClient, told: dict[str, Any], as_of: str | None = None, **codes: str
) -> dict[str, float]:
    """Return the numbers of a dataset's one series with these codes, by period."""
    found = (await client.get(f"/v1/datasets/{told['id']}/series", params=codes)).json()["items"]
    assert len(found) == 1, found
    query = {"as_of": as_of} if as_of else {}
    path = f"/v1/series/{found[0]['id']}/observations"
    rows = (await client.get(path, params={"limit": "200", **query})).json()["items"]
    return {row["period"]: row["value"] for row in rows}


GOOD = """地区代码,职业代码,时期,数值
330106,6-18-01-01,2025年第一季度,120
330106,6-18-01-01,2025Q2,130
330106,4-04-05-01,2025-Q1,40
"""


async def test_an_authority_sends_a_chinese_file_and_anyone_reads_its_numbers(
    working: ForecastingRoom,
) -> None:
    analyst = working.authority()
    told = await dataset(analyst)
    job = await send(working, analyst, told, GOOD)
    assert job["state"] == "done", job["error"]
    assert (job["result"]["rows"], job["result"]["written"], job["result"]["series"]) == (3, 3, 2)
    seen = await values_of(working.anyone(), told, occupation="6-18-01-01")
    assert seen == {"2025-Q1": 120.0, "2025-Q2": 130.0}


async def test_of_many_rows_every_bad_one_is_named_and_nothing_is_written(
    working: ForecastingRoom,
) -> None:
    analyst = working.authority()
    told = await dataset(analyst, frequency="month")
    months = [f"{year}-{month:02d}" for year in range(2021, 2026) for month in range(1, 13)]
    districts = ("330102", "330105", "330106", "330108", "330109")
    rows = [
        [district, occupation, month, "7"]
        for district in districts
        for occupation in ("6-18-01-01", "6-18-01-02", "4-04-05-01", "4-04-05-02")
        for month in months
    ]
    good = "region,occupation,month,value\n" + "\n".join(map(",".join, rows))
    bad = list(range(50, len(rows), 99))[:12]
    spoilt = ((3, "some"), (3, "-3"), (1, "9-99-99-99"), (2, "2024-13"))
    for turn, place in enumerate(bad):
        column, words = spoilt[turn % len(spoilt)]
        rows[place] = [*rows[place][:column], words, *rows[place][column + 1 :]]
    file = "region,occupation,month,value\n" + "\n".join(map(",".join, rows))
    found = faults_of(await send(working, analyst, told, file))
    assert sorted({row for _, row, _ in found}) == [place + 2 for place in bad]
    assert (await analyst.get(f"/v1/datasets/{told['id']}/series")).json()["items"] == []
    job = await send(working, analyst, told, good)
    assert (job["state"], job["result"]["written"]) == ("done", len(rows))


async def test_gbk_and_workbooks_say_the_same_as_utf_8(working: ForecastingRoom) -> None:
    analyst = working.authority()
    gbk, book = await dataset(analyst), await dataset(analyst)
    assert (await send(working, analyst, gbk, GOOD.encode("gb18030")))["state"] == "done"
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for row, line in enumerate(GOOD.splitlines()):
            for column, cell in enumerate(line.split(",")):
                number = column == 3 and row > 0
                sheet.write(row, column, float(cell) if number else cell)
    assert (await send(working, analyst, book, file.getvalue()))["state"] == "done"
    for told in (gbk, book):
        assert await values_of(analyst, told, occupation="4-04-05-01") == {"2025-Q1": 40.0}


async def test_sending_a_file_again_writes_no_second_vintage(working: ForecastingRoom) -> None:
    analyst = working.authority()
    told = await dataset(analyst)
    await send(working, analyst, told, GOOD)
    again = await send(working, analyst, told, GOOD)
    assert (again["result"]["written"], again["result"]["unchanged"]) == (0, 3)


async def test_a_correction_leaves_what_was_known_before_it(working: ForecastingRoom) -> None:
    analyst = working.authority()
    told = await dataset(analyst)
    first = await send(working, analyst, told, GOOD)
    before = first["result"]["recorded_at"]
    changed = "region,occupation,quarter,value\n330106,6-18-01-01,2025-Q2,150\n"
    await send(working, analyst, told, changed)
    codes = {"occupation": "6-18-01-01"}
    assert (await values_of(analyst, told, before, **codes))["2025-Q2"] == 130.0
    now = datetime.now(UTC).isoformat()
    assert (await values_of(analyst, told, now, **codes))["2025-Q2"] == 150.0


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("330106,6-18-01-01,2025-Q1,-3,人", ("out_of_range", 2, "数值")),
        ("330106,6-18-01-01,2025-Q1,many,人", ("not_number", 2, "数值")),
        ("330106,6-18-01-01,2025-03,3,人", ("frequency_mixed", 2, "时期")),
        ("330106,6-18-01-01,spring,3,人", ("period_unreadable", 2, "时期")),
        ("330106,6-18-01-01,2026-Q3,3,人", ("period_future", 2, "时期")),
        ("330106,6-18-01-99,2025-Q1,3,人", ("code_unknown", 2, "职业代码")),
        ("110101,6-18-01-01,2025-Q1,3,人", ("region_not_yours", 2, "地区代码")),
        ("330106,6-18-01-01,2025-Q1,3,千人", ("unit_changed", 2, "单位")),
        (
            "330106,6-18-01-01,2025-Q1,3,人\n330106,,2025-Q1,3,人\n330106,6-18-01-01,2025Q1,4,人",
            ("period_repeated", 4, "时期"),
        ),
        (
            "330106,6-18-01-01,2025-Q1,3,人\n330106,6-18-01-01,2025-Q4,4,人",
            ("period_missing", 3, "时期"),
        ),
        (
            "330106,6-18-01-01,2025-Q1,3,人\n330106,6-18-01-01,2025-Q2,30000,person",
            ("unit_change_unrecorded", 3, "数值"),
        ),
    ],
)
async def test_a_wrong_row_is_named_and_nothing_of_the_file_is_written(
    working: ForecastingRoom, rows: str, fault: tuple[str, int, str]
) -> None:
    working.now = NOW
    analyst = working.authority()
    told = await dataset(analyst, absent="unknown", unit="人")
    head = "地区代码,职业代码,时期,数值,单位\n"
    job = await send(working, analyst, told, head + rows + "\n330106,1-00-00-00,2025-Q1,3,人\n")
    assert faults_of(job) == [fault]
    listed = (await analyst.get(f"/v1/datasets/{told['id']}/series")).json()["items"]
    assert listed == []


async def test_a_gap_to_what_is_known_is_refused_and_a_correction_inside_is_not(
    working: ForecastingRoom,
) -> None:
    analyst = working.authority()
    told = await dataset(analyst, measure="insured", frequency="month")
    head = "region,month,value\n"
    known = [f"330106,2025-{month:02d},{month * 10}" for month in range(3, 9)]
    assert (await send(working, analyst, told, head + "\n".join(known)))["state"] == "done"
    later = await send(working, analyst, told, head + "330106,2025-10,5")
    assert faults_of(later) == [("period_missing", 2, "month")]
    earlier = await send(working, analyst, told, head + "330106,2025-01,5")
    assert faults_of(earlier) == [("period_missing", 2, "month")]
    inside = await send(
        working, analyst, told, head + "330106,2025-04,41\n330106,2025-07,71\n330106,2025-09,90"
    )
    assert inside["state"] == "done", inside["error"]
    seen = await values_of(analyst, told, datetime.now(UTC).isoformat())
    assert (seen["2025-04"], seen["2025-05"], seen["2025-09"]) == (41.0, 50.0, 90.0)


async def test_a_change_of_unit_is_taken_once_its_break_is_recorded(
    working: ForecastingRoom,
) -> None:
    analyst = working.authority()
    told = await dataset(analyst, measure="insured", frequency="year", unit="人")
    head = "region,year,value,unit\n"
    assert (await send(working, analyst, told, head + "330106,2022,30000,人"))["state"] == "done"
    changed = head + "330106,2023,3.1,万人"
    assert faults_of(await send(working, analyst, told, changed))[0][0] == "unit_changed"
    late = {"from_period": "2022", "kind": "unit", "unit_before": "万人", "note": "x x"}
    refused = await analyst.post(f"/v1/datasets/{told['id']}/breaks", json=late)
    assert refused.status_code == 409, refused.text


async def test_old_numbers_keep_their_old_unit_behind_a_break(working: ForecastingRoom) -> None:
    analyst = working.authority()
    told = await dataset(analyst, measure="insured", frequency="year", unit="人")
    change = {
        "from_period": "2023",
        "kind": "unit",
        "unit_before": "万人",
        "factor": 10000,
        "note": "自 2023 年起以人计",
    }
    made = await analyst.post(f"/v1/datasets/{told['id']}/breaks", json=change)
    assert made.status_code == 201, made.text
    head = "region,year,value,unit\n"
    rows = "330106,2021,2.9,万人\n330106,2022,3,万人\n330106,2023,31000,人"
    job = await send(working, analyst, told, head + rows)
    assert job["state"] == "done", job["error"]
    again = await analyst.post(f"/v1/datasets/{told['id']}/breaks", json=change)
    assert again.status_code == 409
    public = (await working.anyone().get(f"/v1/datasets/{told['id']}/breaks")).json()["items"]
    assert [(each["from_period"], each["factor"]) for each in public] == [("2023", 10000.0)]


async def test_a_published_day_in_the_future_is_refused(working: ForecastingRoom) -> None:
    analyst = working.authority()
    told = await dataset(analyst)
    day = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    job = await send(
        working, analyst, told, f"region,quarter,value,as_of\n330106,2025-Q1,3,{day}\n"
    )
    assert faults_of(job) == [("as_of_future", 2, "as_of")]


async def test_a_schools_numbers_are_its_own(working: ForecastingRoom) -> None:
    school = working.organisation("school", "某职业技术学院")
    office = working.member(school, "school_admin")
    told = await dataset(office, measure="graduates", frequency="year", public=True)
    assert told["public"] is False
    rows = "major,year,value\n460103,2024,80\n"
    assert (await send(working, office, told, rows))["state"] == "done"
    for stranger in (
        working.anyone(),
        working.member(working.organisation("school", "另一所学校"), "school_admin"),
        working.member(working.organisation("enterprise", "某企业"), "enterprise_admin"),
    ):
        assert (await stranger.get(f"/v1/datasets/{told['id']}")).status_code == 404
        assert told["id"] not in (await stranger.get("/v1/datasets?limit=200")).text
    assert (await working.authority().get(f"/v1/datasets/{told['id']}")).status_code == 200


@pytest.mark.parametrize(
    ("kind", "role", "measure", "status"),
    [
        ("authority", "analyst", "vacancies_public", 201),
        ("industry_body", "organisation_admin", "vacancies_advertised", 201),
        ("school", "school_admin", "graduates", 201),
        ("school", "school_admin", "vacancies_public", 403),
        ("industry_body", "organisation_admin", "insured", 403),
        ("alliance", "organisation_admin", "vacancies_advertised", 403),
        ("authority", "analyst", "posts_published", 403),
        ("enterprise", "enterprise_admin", "vacancies_advertised", 403),
        ("school", "student", "graduates", 403),
    ],
)
async def test_each_kind_of_organisation_reports_its_own_measures(
    room: ForecastingRoom, kind: str, role: str, measure: str, status: int
) -> None:
    client = room.member(room.organisation(kind, "某单位"), role)
    body = {
        "measure": measure,
        "name": "某数据",
        "source": f"来源 {uuid4()}",
        "definition": "定义",
        "frequency": "year",
    }
    assert (await client.post("/v1/datasets", json=body)).status_code == status


async def test_only_its_owner_writes_into_a_public_dataset(room: ForecastingRoom) -> None:
    told = await dataset(room.authority())
    other = room.authority("另一机构")
    for path, sent in (
        ("breaks", {"json": {"from_period": "2024-Q1", "kind": "source", "note": "xx"}}),
        ("imports", {"content": b"a", "headers": CSV}),
    ):
        answer = await other.post(f"/v1/datasets/{told['id']}/{path}", **sent)
        none = await other.post(f"/v1/datasets/{uuid4()}/{path}", **sent)
        assert answer.status_code == none.status_code == 404
        assert answer.json()["code"] == none.json()["code"]


async def test_the_same_dataset_is_not_set_up_twice(room: ForecastingRoom) -> None:
    analyst = room.authority()
    told = await dataset(analyst, source="同一来源")
    body = {
        "measure": "vacancies_public",
        "name": "再来一次",
        "source": "同一来源",
        "definition": "定义",
        "frequency": "quarter",
    }
    again = await analyst.post("/v1/datasets", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "dataset_exists")
    assert told["id"] in again.json()["detail"]


async def test_a_crosswalk_gives_each_old_code_away_once(room: ForecastingRoom) -> None:
    analyst = room.authority()
    table = {
        "dimension": "occupation",
        "from_version": "1999",
        "to_version": "2022",
        "source": "人社部",
    }
    half = [{"from_code": "6-01", "to_code": "6-18-01-01", "share": 0.5}]
    refused = await analyst.post("/v1/crosswalks", json={**table, "rows": half})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "share_not_one"
    whole = [*half, {"from_code": "6-01", "to_code": "6-18-01-02", "share": 0.5}]
    made = await analyst.post("/v1/crosswalks", json={**table, "rows": whole})
    assert made.status_code == 201, made.text
    read = (await room.anyone().get("/v1/crosswalks/occupation/1999/2022")).json()
    assert [row["share"] for row in read["rows"]] == [0.5, 0.5]


async def test_the_rule_against_repeats_is_shown(room: ForecastingRoom) -> None:
    shown = (await room.anyone().get("/v1/observations/measures")).json()
    assert shown["repeat_days"] == 60
    assert "60" in shown["repeat_rule"]["zh"]
    assert "60" in shown["repeat_rule"]["en"]


async def test_the_template_of_a_dataset_can_be_filled_and_sent(working: ForecastingRoom) -> None:
    analyst = working.authority()
    told = await dataset(analyst)
    template = await analyst.get(f"/v1/datasets/{told['id']}/template.xlsx")
    assert template.status_code == 200
    assert template.content.startswith(b"PK")
