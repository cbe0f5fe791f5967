"""Wishes: a student's own list, a school's file, and who may see them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from shared.db.session import PLATFORM, Scope
from tests.internships.conftest import InternshipsRoom
from tests.internships.school_year import NOW, found_school


async def test_a_student_wishes_and_reads_their_own_list(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened()
    one, two, three = school.posts
    first = await school.wish(batch, "S01", one, two, three)
    assert first.status_code == 200, first.text
    again = await school.wish(batch, "S01", three, one)
    assert [w["post_id"] for w in again.json()["items"]] == [three, one]
    read = await school.student("S01").get(f"/v1/batches/{batch}/wishes/me")
    assert [(w["rank"], w["post_id"]) for w in read.json()["items"]] == [(1, three), (2, one)]
    other = await school.student("S02").get(f"/v1/batches/{batch}/wishes/me")
    assert other.json()["items"] == []


async def test_an_empty_list_withdraws_every_wish(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened()
    await school.wish(batch, "S01", school.posts[0])
    assert (await school.wish(batch, "S01")).json()["items"] == []


async def test_wrong_posts_are_named_by_their_place(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened()
    one, two, _ = school.posts
    async with working.database.begin(PLATFORM) as tx:
        await tx.execute(text("UPDATE posts SET state = 'closed' WHERE id = :id"), {"id": two})
    answer = await school.wish(batch, "S01", one, two, str(uuid4()), one)
    assert answer.status_code == 422
    assert {e["pointer"]: e["code"] for e in answer.json()["errors"]} == {
        "/post_ids/1": "post_closed",
        "/post_ids/2": "post_not_in_batch",
        "/post_ids/3": "wish_repeated",
    }


async def test_more_wishes_than_the_school_allows_are_refused(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened(wishes_max=2)
    answer = await school.wish(batch, "S01", *school.posts)
    assert answer.json()["errors"][0]["code"] == "too_many_wishes"


async def test_wishes_are_taken_inside_the_window_only(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened()
    for moment in (NOW - timedelta(days=2), NOW + timedelta(days=8)):
        working.now = moment
        answer = await school.wish(batch, "S01", school.posts[0])
        assert (answer.status_code, answer.json()["code"]) == (409, "wishes_window_shut")


async def test_a_first_year_cannot_wish(working: InternshipsRoom) -> None:
    school = await found_school(working, rows=["F1,一,660103,2026,班,2026-2027-1,2008-05-01"])
    batch = await school.opened()
    answer = await school.wish(batch, "F1", school.posts[0])
    assert answer.json()["code"] == "student_not_eligible"
    assert "一年级" in answer.json()["detail"]


async def test_a_minor_cannot_wish_for_work_that_minors_may_not_do(
    working: InternshipsRoom,
) -> None:
    rows = [
        "M1,小,660103,2024,班,2026-2027-1,2010-01-01",
        "M2,大,660103,2024,班,2026-2027-1,2007-01-01",
    ]
    posts = [{"hazards": ["underground"], "special_filing_no": "x"}, {}]
    school = await found_school(working, rows=rows, posts=posts)
    batch = await school.opened()
    answer = await school.wish(batch, "M1", *school.posts)
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/post_ids/0", "post_refused")
    ]
    assert (await school.wish(batch, "M2", *school.posts)).status_code == 200


async def test_a_student_sees_before_wishing_what_fits_and_why(working: InternshipsRoom) -> None:
    rows = ["V1,一,660103,2024,班,2026-2027-1,2008-05-01"]
    posts = [
        {"major_codes": ["660103"], "region_code": "330106"},
        {"major_codes": ["710201"], "region_code": "440100"},
    ]
    school = await found_school(working, rows=rows, posts=posts)
    batch = await school.opened()
    shown = (await school.student("V1").get(f"/v1/batches/{batch}/posts")).json()["items"]
    near, far = shown
    assert near["relevance"] > far["relevance"]
    assert near["eligible"] is True
    assert [f["rule"] for f in far["findings"]][:1] == ["REG-8"]
    terms = {term["term"]: term for term in near["terms"]}
    assert terms["major"]["value"] == 1.0
    assert "660103" in terms["major"]["zh"]
    office = (await school.office.get(f"/v1/batches/{batch}/posts")).json()["items"]
    assert office[0]["relevance"] is None


async def test_a_school_imports_wishes_and_each_wrong_row_is_named(
    working: InternshipsRoom,
) -> None:
    school = await found_school(working)
    batch = await school.opened(wishes_max=2)
    one, two, _ = school.posts
    path = f"/v1/batches/{batch}/wishes/imports"
    good = await school.upload(
        path, "学籍号,志愿序号,岗位编号", f"S01,1,{one}", f"S01,2,{two}", f"S02,1,{two}"
    )
    assert good["result"] == {"rows": 3, "students": 2}
    bad = await school.upload(
        path,
        "学籍号,志愿序号,岗位编号",
        f"S01,1,{two}",
        f"S01,1,{one}",
        f"S03,1,{uuid4()}",
        f"X99,1,{one}",
        f"S04,3,{one}",
    )
    assert bad["state"] == "failed"
    found = [(e["row"], e["code"]) for e in bad["error"]["zh"]["errors"]]
    assert found == [
        (3, "rank_repeated"),
        (4, "post_not_in_batch"),
        (5, "student_unknown"),
        (6, "too_many_wishes"),
    ]
    kept = (await school.student("S01").get(f"/v1/batches/{batch}/wishes/me")).json()["items"]
    assert [w["post_id"] for w in kept] == [one, two]


async def test_a_file_with_something_else_than_ids_is_refused(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened()
    job = await school.upload(
        f"/v1/batches/{batch}/wishes/imports", "学籍号,志愿序号,岗位编号", "S01,1,车工"
    )
    assert job["error"]["zh"]["errors"][0]["code"] == "not_an_id"


async def test_grades_are_imported_by_number(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened(priority_weights={"relevance": 1, "grade": 1})
    path = f"/v1/batches/{batch}/grades/imports"
    job = await school.upload(path, "学籍号,成绩", "S01,88.5", "S02,70")
    assert job["result"] == {"rows": 2}
    entries = (await school.office.get(f"/v1/batches/{batch}/students")).json()["items"]
    assert {e["enrolment_no"]: e["grade"] for e in entries}["S01"] == 88.5
    wrong = await school.upload(path, "学籍号,成绩", "S01,188", "S02,70")
    assert wrong["error"]["zh"]["errors"][0]["column"] == "成绩"
    unknown = await school.upload(path, "学籍号,成绩", "X1,80")
    assert unknown["error"]["zh"]["errors"][0]["code"] == "student_unknown"


async def test_wishes_of_one_school_are_invisible_to_another(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened()
    await school.wish(batch, "S01", school.posts[0])
    count = text("SELECT count(*) FROM wishes WHERE batch_id = :id")
    for scope, rows in ((Scope(org_id=school.id), 1), (Scope(org_id=uuid4()), 0), (Scope(), 0)):
        async with working.database.begin(scope) as tx:
            assert await tx.scalar(count, {"id": batch}) == rows
