"""Rosters and plans: imported whole or not at all, seen only by their own school."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
from python_calamine import CalamineWorkbook

from services.internships.domain.student import mask_number, year_of_study
from tests.internships.conftest import InternshipsRoom

HEADER = "学籍号,姓名,专业代码,年级,班级,班主任,学年学期,出生日期,技能,意向地区"
LIN = "G1,林晓,660103,2024,数控1,周敏,2026-2027学年第一学期,2008-05-17,CAD、PLC,330106"
WU = "G2,吴桐,660103,2024,数控2,周敏,2026-2027-1,,,"


def csv(*rows: str) -> str:
    return "\n".join([HEADER, *rows])


async def imported(room: InternshipsRoom, school: object, body: bytes, kind: str = "text/csv"):
    office = room.office(school)  # type: ignore[arg-type]
    answer = await office.post("/v1/rosters/imports", content=body, headers={"content-type": kind})
    return await room.job(office, answer)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_roster_is_imported_in_any_encoding(
    working: InternshipsRoom, encoding: str
) -> None:
    school = uuid4()
    job = await imported(working, school, csv(LIN, WU).encode(encoding))
    assert job["result"] == {"rows": 2, "created": 2, "updated": 0, "unchanged": 0}
    found = (await working.office(school).get("/v1/students")).json()["items"]
    assert [s["name"] for s in found] == ["林晓", "吴桐"]
    assert found[0]["term"] == "2026-2027-1"
    assert found[0]["skills"] == ["CAD", "PLC"]
    assert found[0]["birth_masked"] == "2008-**-**"
    assert "birth_on" not in found[0]


async def test_the_same_roster_again_changes_nothing_and_a_newer_one_only_what_differs(
    working: InternshipsRoom,
) -> None:
    school = uuid4()
    await imported(working, school, csv(LIN, WU).encode())
    again = await imported(working, school, csv(LIN, WU).encode())
    assert again["result"]["unchanged"] == 2
    moved = await imported(working, school, csv(LIN, WU.replace("数控2", "数控3")).encode())
    assert (moved["result"]["updated"], moved["result"]["unchanged"]) == (1, 1)


async def test_wrong_rows_are_named_and_nothing_is_written(working: InternshipsRoom) -> None:
    school = uuid4()
    twice = LIN.replace("林晓", "林晓晓")
    job = await imported(working, school, csv(LIN, WU.replace("660103", "999999"), twice).encode())
    assert job["state"] == "failed"
    places = [(e["row"], e["column"]) for e in job["error"]["zh"]["errors"]]
    assert places == [(3, "专业代码"), (4, "学籍号")]
    assert (await working.office(school).get("/v1/students")).json()["items"] == []


async def test_a_roster_may_be_json(working: InternshipsRoom) -> None:
    body = (
        b'[{"enrolment_no":"G9","name":"Lin","major_code":"660103","grade_year":2024,'
        b'"class_name":"1","term":"2026-2027-1","skills":["CAD"]}]'
    )
    job = await imported(working, uuid4(), body, "application/json")
    assert job["result"]["created"] == 1


async def test_a_broken_workbook_is_refused_in_plain_words(working: InternshipsRoom) -> None:
    job = await imported(working, uuid4(), b"PK\x03\x04 broken", "application/octet-stream")
    assert job["error"]["zh"]["code"] == "file_broken"


async def test_the_template_names_every_column(room: InternshipsRoom) -> None:
    answer = await room.office(uuid4()).get("/v1/rosters/template")
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    )
    assert set(rows[0]) == set(HEADER.split(","))


async def test_a_student_sees_their_own_entry_and_nobody_elses(working: InternshipsRoom) -> None:
    school = uuid4()
    await imported(working, school, csv(LIN, WU).encode())
    student = working.student(school, "G1")
    own = (await student.get("/v1/students/me")).json()
    assert (own["name"], own["birth_on"]) == ("林晓", "2008-05-17")
    assert (await student.get("/v1/students")).status_code == 403
    assert (await working.student(school, "G404").get("/v1/students/me")).status_code == 404


async def test_a_student_of_another_school_is_not_found(working: InternshipsRoom) -> None:
    school = uuid4()
    await imported(working, school, csv(LIN).encode())
    (student,) = (await working.office(school).get("/v1/students")).json()["items"]
    assert (await working.office(uuid4()).get(f"/v1/students/{student['id']}")).status_code == 404
    assert (await working.office(uuid4()).get("/v1/students")).json()["items"] == []


async def test_pages_and_filters_of_the_roster_lead_through_all_of_it(
    working: InternshipsRoom,
) -> None:
    school = uuid4()
    rows = [f"N{i:03d},学生{i},660103,2024,班{i % 3},,2026-2027-1,,," for i in range(25)]
    await imported(working, school, csv(*rows).encode())
    office = working.office(school)
    seen: list[str] = []
    url: str | None = "/v1/students?limit=10"
    while url:
        answer = await office.get(url)
        seen += [s["enrolment_no"] for s in answer.json()["items"]]
        url = answer.links["next"]["url"] if "next" in answer.links else None
    assert sorted(seen) == [f"N{i:03d}" for i in range(25)]
    one = (await office.get("/v1/students", params={"class_name": "班1"})).json()["items"]
    assert len(one) == 8
    assert (await office.get("/v1/students", params={"q": "学生24"})).json()["items"][0][
        "enrolment_no"
    ] == "N024"


async def test_an_entry_is_corrected_only_by_who_saw_its_present_version(
    working: InternshipsRoom,
) -> None:
    school = uuid4()
    await imported(working, school, csv(LIN).encode())
    office = working.office(school)
    (student,) = (await office.get("/v1/students")).json()["items"]
    address = f"/v1/students/{student['id']}"
    assert (await office.patch(address, json={"state": "left"})).status_code == 428
    seen = {"if-match": '"v1"'}
    assert (await office.patch(address, json={"state": "left"}, headers=seen)).status_code == 200
    assert (await office.patch(address, json={"state": "left"}, headers=seen)).status_code == 412


async def test_plans_are_imported_and_listed(working: InternshipsRoom) -> None:
    school = uuid4()
    office = working.office(school)
    body = (
        "方案编号,方案名称,专业代码,实习类型,学年学期,周数,学分,能力目标\n"
        "SX-1,数控实习,660103,岗位实习,2026-2027-1,26,12,加工、检验\n"
    )
    job = await working.job(office, await office.post("/v1/plans/imports", content=body.encode()))
    assert job["result"]["created"] == 1
    (plan,) = (await office.get("/v1/plans")).json()["items"]
    assert (plan["kind"], plan["weeks"], plan["competencies"]) == ("on_post", 26, ["加工", "检验"])


async def test_an_enterprise_cannot_import_a_roster(room: InternshipsRoom) -> None:
    answer = await room.hr(uuid4()).post("/v1/rosters/imports", content=b"x")
    assert answer.status_code == 403


async def test_thousands_of_students_are_imported_at_once(working: InternshipsRoom) -> None:
    rows = [f"N{i},学生{i},660103,2024,班{i % 40},,2026-2027-1,,CAD," for i in range(3000)]
    job = await imported(working, uuid4(), csv(*rows).encode())
    assert job["result"]["created"] == 3000


def test_another_organisation_sees_little_of_an_enrolment_number() -> None:
    assert mask_number("G330106202401") == "G3*********01"


def test_the_year_of_study_turns_in_september() -> None:
    from datetime import date

    assert year_of_study(2026, date(2027, 8, 31)) == 1
    assert year_of_study(2026, date(2027, 9, 1)) == 2
