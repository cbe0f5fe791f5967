"""Lists, numbers, templates and corrections beside the main job."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID, uuid4

import pytest
from python_calamine import CalamineWorkbook

from tests.internships.conftest import InternshipsRoom
from tests.internships.post_bodies import drafted, enterprise
from tests.internships.school_year import ROSTER, found_school
from tests.internships.test_placements import accepted


def rows_of(content: bytes) -> list[list[Any]]:
    """Return the cells of the first sheet of a workbook."""
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


async def test_a_caller_lists_the_own_jobs_and_nobody_elses(working: InternshipsRoom) -> None:
    school = await found_school(working)
    mine = (await school.office.get("/v1/jobs/internships")).json()["items"]
    assert [job["kind"] for job in mine] == ["roster.import"]
    assert (await school.office.get("/v1/jobs/internships?state=failed")).json()["items"] == []
    other = working.office(school.id)
    assert (await other.get("/v1/jobs/internships")).json()["items"] == []


async def test_placements_are_counted_and_found_by_the_paper_that_lacks(
    working: InternshipsRoom,
) -> None:
    school, placement = await accepted(working)
    numbers = (await school.office.get("/v1/placements/numbers")).json()
    assert numbers["by_state"]["accepted"] == 1
    assert sum(numbers["by_state"].values()) == numbers["total"] == 6
    assert numbers["lacking"]["agreement"] == 6

    async def lacking(paper: str) -> set[str]:
        rows = await school.office.get("/v1/placements", params={"lacks": paper})
        return {row["id"] for row in rows.json()["items"]}

    assert placement["id"] in await lacking("safety")
    seen = {"if-match": f'"v{placement["version"]}"'}
    body: dict[str, Any] = {
        "mentor": "王工",
        "teacher": "周敏",
        "safety_trained_on": "2027-02-25",
        "consent": {"student_on": "2026-12-02"},
    }
    await school.office.patch(f"/v1/placements/{placement['id']}", json=body, headers=seen)
    assert placement["id"] not in await lacking("safety") | await lacking("people")
    assert placement["id"] in await lacking("consent"), "the guardian has not signed"
    assert placement["id"] in await lacking("insurance")


async def test_batches_are_found_by_their_mode(room: InternshipsRoom) -> None:
    office = room.office(room.organisation("school", "杭州职业学校"))
    for mode in ("assigned", "mutual_choice"):
        body = {
            "name": mode,
            "term": "2026-2027-2",
            "kind": "on_post",
            "mode": mode,
            "start_on": "2027-03-01",
            "end_on": "2027-08-31",
        }
        assert (await office.post("/v1/batches", json=body)).status_code == 201
    found = (await office.get("/v1/batches?mode=assigned")).json()["items"]
    assert [batch["mode"] for batch in found] == ["assigned"]


@pytest.mark.parametrize("table", ["wishes", "grades", "interviews", "assignments"])
async def test_every_table_of_a_batch_has_a_template(room: InternshipsRoom, table: str) -> None:
    office = room.office(room.organisation("school", "杭州职业学校"))
    answer = await office.get(f"/v1/batch-templates/{table}")
    assert rows_of(answer.content)[0][0] == "学籍号"


async def test_a_refused_roster_comes_back_with_every_wrong_row_marked(
    working: InternshipsRoom,
) -> None:
    office = working.office(working.organisation("school", "杭州职业学校"))
    lines = [ROSTER, *(f"S{i},学生,999999,2024,数控1,2026-2027-1,2008-01-01" for i in range(230))]
    lines.append("G1,好的,660103,2024,数控1,2026-2027-1,2008-01-01")
    started = await office.post("/v1/rosters/imports", content="\n".join(lines).encode())
    job = await working.job(office, started)
    assert job["state"] == "failed"
    answer = await office.get(f"/v1/rosters/imports/{job['id']}/faults.xlsx")
    rows = rows_of(answer.content)
    assert len(rows) == 231, "the job names the first faults, the file all of them"
    assert all(row[0] != "G1" for row in rows)
    assert "999999" in str(rows[1][-1])
    other = working.office(working.organisation("school", "别的学校"))
    assert (await other.get(f"/v1/rosters/imports/{job['id']}/faults.xlsx")).status_code == 404


async def test_the_quota_is_told_for_a_range_of_days(room: InternshipsRoom) -> None:
    org = enterprise(room)
    hr = room.hr(org)
    count = {"measure": "staff_on_duty", "staff": 200, "counted_on": "2026-11-01"}
    await hr.put(f"/v1/enterprises/{org}/head-counts", json={"counts": [count]})
    address = f"/v1/enterprises/{org}/quota/days"
    told = await hr.get(address, params={"from": "2027-03-01", "to": "2027-03-15", "step": 7})
    days = told.json()
    assert [day["on"] for day in days] == ["2027-03-01", "2027-03-08", "2027-03-15"]
    assert {(day["cap10"], day["free"]) for day in days} == {(20, 20)}
    wrong = await hr.get(address, params={"from": "2027-03-01", "to": "2026-03-01"})
    assert wrong.json()["errors"][0]["code"] == "range_invalid"
    stranger = room.hr(uuid4())
    asked = {"from": "2027-03-01", "to": "2027-03-02"}
    assert (await stranger.get(address, params=asked)).status_code == 404


async def test_a_post_says_whether_a_person_found_it_fit_for_minors(room: InternshipsRoom) -> None:
    hr = room.hr(enterprise(room))
    post = await drafted(hr, suits_minors=False)
    assert post["suits_minors"] is False
    seen = {"if-match": f'"v{post["version"]}"'}
    changed = await hr.patch(f"/v1/posts/{post['id']}", json={"suits_minors": True}, headers=seen)
    assert changed.json()["suits_minors"] is True


async def test_work_unfit_for_minors_refuses_the_wish_of_a_minor(working: InternshipsRoom) -> None:
    rows = ["M1,小明,660103,2024,数控1,2026-2027-1,2010-01-01"]
    school = await found_school(working, rows=rows, posts=[{"suits_minors": False}, {}])
    batch = await school.opened()
    refused = await school.wish(batch, "M1", school.posts[0])
    assert refused.json()["errors"][0]["code"] == "post_refused"
    assert (await school.wish(batch, "M1", school.posts[1])).status_code == 200


async def test_sex_is_taken_only_where_a_rule_needs_it_and_shown_in_no_list(
    working: InternshipsRoom,
) -> None:
    school = await found_school(working, students=1, posts=[{"hazards": ["underground"]}])
    student = (await school.office.get("/v1/students")).json()["items"][0]
    address = f"/v1/students/{student['id']}"
    seen = {"if-match": f'"v{student["version"]}"'}
    refused = await school.office.patch(address, json={"sex": "F"}, headers=seen)
    assert (refused.status_code, refused.json()["code"]) == (409, "sex_not_asked")
    await school.opened()
    taken = await school.office.patch(address, json={"sex": "F"}, headers=seen)
    assert taken.status_code == 200, taken.text
    assert "sex" not in taken.json()
    assert UUID(taken.json()["id"])


async def test_a_self_arranged_application_is_read_by_its_id(working: InternshipsRoom) -> None:
    school = await found_school(working, students=2)
    batch = await school.opened(mode="self_arranged")
    told = {
        "batch_id": batch,
        "host_name": "西湖机修厂",
        "host_uscc": "91330100MA27X8KY00",
        "post_title": "学徒",
        "details": {
            "region_code": "330106",
            "address": "文三路 1 号",
            "contact": "老张",
            "tasks": "装配",
        },
        "guardian_signed_on": "2026-11-30",
    }
    made = await school.student("S00").post("/v1/self-arrangements", json=told)
    assert made.status_code == 201, made.text
    address = made.headers["location"]
    for one in (school.student("S00"), school.office):
        assert (await one.get(address)).json()["host_name"] == "西湖机修厂"
    for stranger in (school.student("S01"), working.office(uuid4())):
        assert (await stranger.get(address)).status_code == 404
