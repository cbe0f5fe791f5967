"""Reports: each sender for its own place, all of a file or nothing, nothing overwritten."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from shared.db.session import PLATFORM, Scope
from tests.forecasting_labour.conftest import LabourRoom
from tests.forecasting_labour.labour_tables import (
    CNC,
    COHORT,
    DESTINATION,
    LATHE,
    MARKET,
    report,
    table,
)


async def test_a_file_with_wrong_rows_writes_nothing_and_names_each_place(
    labouring: LabourRoom,
) -> None:
    authority = labouring.authority("330600")
    body = table(
        MARKET,
        [
            ("330600", LATHE, "2026年第一季度", 120, 60),
            ("330600", "9-99-99-99", "2026Q1", 1, 1),
            ("330100", LATHE, "2026Q2", 1, 1),
            ("330600", LATHE, "2026Q1", 5, 5),
            ("330600", LATHE, "2099Q1", -1, 5),
        ],
    )
    told = await report(labouring, authority, "market", body)
    assert (told["rows"], told["written"]) == (5, 0)
    faults = {(each["row"], each["column"], each["code"]) for each in told["faults"]}
    assert faults == {
        (3, "职业代码", "occupation_unknown"),
        (4, "行政区划代码", "region_not_yours"),
        (5, "季度", "repeated"),
        (6, "招聘人数", "out_of_range"),
    }
    kept = await authority.get("/v1/labour-reports/market")
    assert kept.json()["items"] == []
    part = await report(labouring, authority, "market", body, partial="true")
    assert part["written"] == 1


async def test_a_school_reports_of_itself_only(labouring: LabourRoom) -> None:
    school = labouring.school("绍兴甲学院")
    rows = [("", "", CNC, 2024, 3, 120), ("", "绍兴乙学院", CNC, 2024, 3, 1)]
    told = await report(labouring, school, "cohorts", table(COHORT, rows))
    assert [each["code"] for each in told["faults"]] == ["school_not_yours"]
    told = await report(labouring, school, "cohorts", table(COHORT, rows[:1]))
    assert told["written"] == 1
    kept = (await school.get("/v1/labour-reports/cohorts")).json()["items"][0]
    assert (kept["school_name"], kept["region_code"]) == ("绍兴甲学院", "330600")


async def test_destinations_add_up_to_the_graduates(labouring: LabourRoom) -> None:
    school = labouring.school()
    rows = [
        ("", "", CNC, 2025, 100, 70, 25, 4, 60, 50),
        ("", "", CNC, 2024, 100, 70, 25, 5, 80, 50),
    ]
    told = await report(labouring, school, "destinations", table(DESTINATION, rows))
    assert {(each["row"], each["code"]) for each in told["faults"]} == {
        (2, "sum_differs"),
        (3, "more_than_whole"),
    }


async def test_a_later_report_is_another_vintage_and_the_earlier_one_stays(
    labouring: LabourRoom,
) -> None:
    authority = labouring.authority()
    for posts in (100, 140):
        body = table(MARKET, [("330600", LATHE, "2026Q1", posts, 60)])
        await report(labouring, authority, "market", body)
    kept = (await authority.get("/v1/labour-reports/market")).json()["items"]
    assert [each["posts"] for each in kept] == [140, 100]


@pytest.mark.parametrize(
    ("kind", "status"), [("market", 403), ("employment", 403), ("industries", 202)]
)
async def test_who_may_send_which_kind(labour: LabourRoom, kind: str, status: int) -> None:
    answer = await labour.body().post(f"/v1/labour-reports/{kind}", content=b"a,b\n1,2\n")
    assert answer.status_code == status
    assert (
        await labour.enterprise().post(f"/v1/labour-reports/{kind}", content=b"a")
    ).status_code == 403
    assert (await labour.anyone().get(f"/v1/labour-reports/{kind}")).status_code == 401


async def test_the_public_and_other_schools_never_read_reported_rows(
    labouring: LabourRoom,
) -> None:
    school = labouring.school()
    await report(labouring, school, "cohorts", table(COHORT, [("", "", CNC, 2024, 3, 7)]))
    for scope in (Scope(), Scope(org_id=labouring.organisation("school", "另一所"))):
        async with labouring.database.begin(scope) as tx:
            assert await tx.scalar(text("SELECT count(*) FROM cohorts")) == 0
    async with labouring.database.begin(PLATFORM) as tx:
        assert await tx.scalar(text("SELECT count(*) FROM cohorts")) == 1


@pytest.mark.parametrize("kind", ["cohorts", "destinations", "major-flows", "industries"])
async def test_every_template_can_be_fetched(labour: LabourRoom, kind: str) -> None:
    answer = await labour.school().get(f"/v1/labour-reports/{kind}/template.xlsx")
    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"
