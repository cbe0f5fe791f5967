"""Files of the academic office, assessed placements, batches, simulations, suggestions."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from services.internships.contract.events import student_ref
from shared.sheets import XLSX, write_xlsx
from tests.credits.credit_room import CreditsRoom
from tests.credits.recognition_school import (
    School,
    competition,
    decided,
    in_review,
    open_school,
    posted,
    put_rulebook_in_force,
    register,
    submitted,
)
from tests.credits.rulebooks import SCHOOL_BOOK


def csv(*rows: str, encoding: str = "utf-8") -> bytes:
    return "\n".join(rows).encode(encoding)


async def imported(school: School, path: str, content: bytes, kind: str = "text/csv") -> Any:
    answer = await school.office.post(path, content=content, headers={"content-type": kind})
    return await school.room.job(school.office, answer)


async def test_courses_learners_and_programmes_come_from_files(working: CreditsRoom):
    school = await open_school(working, content=None, numbers=("S1",))
    courses = csv(
        "课程代码,课程名称,课程性质,学分,学时,能力点",
        "C-CNC,数控车削加工,必修,4,72,车削、检测",
        "C-NEW,液压与气动,必修,2.5,40,",
        encoding="gb18030",
    )
    job = await imported(school, "/v1/courses/imports", courses)
    assert job["state"] == "done", job
    assert (job["result"]["created"], job["result"]["updated"]) == (1, 1)
    again = await imported(school, "/v1/courses/imports", courses)
    assert again["result"]["unchanged"] == 2
    listed = (await school.office.get("/v1/courses?q=C-CNC")).json()["items"]
    assert (listed[0]["number"], listed[0]["hours"]) == (2, 72)
    old = await school.office.get(f"/v1/courses/{school.courses['C-CNC']}")
    assert (old.json()["hours"], old.json()["current"]) == (64, False)
    programmes = csv(
        "培养方案代码,方案名称,专业代码,办学层次,总学分,总学时,实践学时,课程代码",
        "P2,机电一体化,460301,高职专科,140,2600,1200,C-CNC、C-NEW",
    )
    job = await imported(school, "/v1/programmes/imports", programmes)
    assert job["result"]["created"] == 1, job
    found = (await school.office.get("/v1/programmes")).json()["items"]
    two = next(each for each in found if each["code"] == "P2")
    check = await school.office.get(f"/v1/programmes/{two['id']}/practice-time")
    (finding,) = check.json()["findings"]
    assert (finding["asked"], finding["passed"]) == (0.5, False)
    assert "浙江" in finding["clause"]
    learners = csv("学籍号,姓名,班级,培养方案代码", "S1,林晓,数控2402,P2", "S9,赵九,数控2402,P2")
    job = await imported(school, "/v1/credit-learners/imports", learners)
    assert (job["result"]["created"], job["result"]["updated"]) == (1, 1)


async def test_a_file_with_a_wrong_row_is_refused_whole_with_row_and_column(working: CreditsRoom):
    school = await open_school(working, content=None)
    wrong = csv(
        "学籍号,成果类型,成果名称,颁发单位,证书编号,等级,奖项,参赛形式,完成日期",
        "S1,竞赛获奖,技能大赛,组委会,N1,国家,二等,个人,2026-06-01",
        "S1,竞赛获奖,技能大赛,组委会,N2,世界级,二等,个人,2026-06-01",
        "S7,竞赛获奖,技能大赛,组委会,N3,省,二等,个人,2026-06-01",
    )
    job = await imported(school, "/v1/outcomes/imports", wrong)
    assert job["state"] == "failed"
    faults = job["error"]["zh"]["errors"]
    assert (faults[0]["row"], faults[0]["column"]) == (3, "等级")
    assert (await school.office.get("/v1/outcomes")).json()["items"] == []
    good = csv(*wrong.decode().splitlines()[:2])
    job = await imported(school, "/v1/outcomes/imports", good)
    assert (job["result"]["created"], job["result"]["known"]) == (1, 0)
    (one,) = (await school.office.get("/v1/outcomes")).json()["items"]
    assert (one["level"], one["award"], one["form"]) == ("national", "second", "individual")


def placement(school: School, number: str, **more: Any) -> dict[str, Any]:
    placement_id = str(uuid4())
    payload = {
        "placement_id": placement_id,
        "school_id": str(school.id),
        "version": 7,
        "state": "assessed",
        "student_ref": student_ref(school.id, number),
        "term": "2026-2027-1",
        "plan_credits": 12.0,
        "weeks": 26,
        "hours": 960,
        "grade": "良好",
        "competencies": ["车削"],
        "assessed_on": "2026-11-01",
        **more,
    }
    return {
        "id": str(uuid4()),
        "kind": "placement.assessed",
        "subject_id": placement_id,
        "org_id": str(school.id),
        "payload": payload,
        "created_at": "2026-11-01T08:00:00+00:00",
        "source": "internships",
    }


async def told(room: CreditsRoom, *events: dict[str, Any]) -> None:
    answer = await room.service().post("/v1/events/credits", json={"events": list(events)})
    assert answer.status_code == 200, answer.text


async def test_an_assessed_placement_is_a_graded_course_without_an_application(
    room: CreditsRoom,
):
    school = await open_school(room, content=None, numbers=("S1", "S2"))
    good = placement(school, "S1")
    failed = placement(school, "S2", grade="不合格")
    await told(room, good, failed)
    await told(room, good)
    rows = (await school.office.get("/v1/graded-courses")).json()["items"]
    assert {(row["grade"], row["credits_hundredths"]) for row in rows} == {
        ("良好", 1200),
        ("不合格", 0),
    }
    mine = (await school.student("S1").get("/v1/graded-courses")).json()["items"]
    assert [row["weeks"] for row in mine] == [26]
    assert mine[0]["transaction_id"]
    account = await school.student("S1").get("/v1/credit-accounts")
    assert "1200" in account.text
    assert (await school.office.get("/v1/credit-applications")).json()["items"] == []


async def test_a_placement_of_an_unlisted_student_waits_for_the_list(working: CreditsRoom):
    school = await open_school(working, content=None, numbers=("S1",))
    await told(working, placement(school, "S8"))
    assert (await school.office.get("/v1/graded-courses")).json()["items"] == []
    listed = csv("学籍号,姓名,班级,培养方案代码", "S8,孙八,数控2401,P1")
    job = await imported(school, "/v1/credit-learners/imports", listed)
    assert job["result"]["placements_recorded"] == 1
    (row,) = (await school.office.get("/v1/graded-courses")).json()["items"]
    assert row["source"] == "event"


async def test_the_academic_office_records_grades_in_batch_and_corrects_them(
    working: CreditsRoom,
):
    school = await open_school(working, content=None, numbers=("S1", "S2"))
    headers = ["学籍号", "课程代码", "成绩", "学分", "学年学期", "完成日期", "周数"]
    rows = [
        ["S1", "C-INT", "优秀", 12, "2026-2027-1", "2026-11-01", 26],
        ["S2", "C-INT", "不合格", 12, "2026-2027-1", "2026-11-01", 26],
    ]
    content = write_xlsx(headers, rows)
    job = await imported(school, "/v1/graded-courses/imports", content, XLSX)
    assert job["result"]["created"] == 2, job
    mended = csv(
        "学籍号,课程代码,成绩,学分,学年学期,完成日期,周数",
        "S1,C-INT,良好,10,2026-2027-1,2026-11-01,26",
    )
    job = await imported(school, "/v1/graded-courses/imports", mended)
    assert job["result"]["updated"] == 1, job
    (mine,) = (await school.student("S1").get("/v1/graded-courses")).json()["items"]
    assert (mine["grade"], mine["credits_hundredths"]) == ("良好", 1000)
    account = (await school.student("S1").get("/v1/credit-accounts")).text
    assert "1000" in account
    wrong = csv(
        "学籍号,课程代码,成绩,学分,学年学期,完成日期",
        "S1,C-ENG,良好,4,2026-2027-1,2026-11-01",
    )
    assert (await imported(school, "/v1/graded-courses/imports", wrong))["state"] == "failed"


async def test_a_whole_class_is_applied_checked_and_decided_in_batch(working: CreditsRoom):
    numbers = tuple(f"S{n}" for n in range(6))
    school = await open_school(working, numbers=numbers)
    for number in numbers[:5]:
        await register(school.student(number), competition(title="技能节"))
    body = {
        "op": "create",
        "class_name": "数控2401",
        "outcome_kind": "competition",
        "outcome_title": "技能节",
        "course_ids": [school.courses["C-OPT"]],
    }
    made = await school.office.post("/v1/credit-applications/batches", json=body)
    job = await working.job(school.office, made)
    assert (job["result"]["done"], job["result"]["refused"]) == (5, []), job
    ids = job["result"]["ids"]
    one, two = school.reviewer("甲"), school.reviewer("乙")
    check = {"op": "check", "ids": ids}
    job = await working.job(one, await one.post("/v1/credit-applications/batches", json=check))
    assert job["result"]["done"] == 5
    for reviewer in (one, two):
        listed = (await reviewer.get("/v1/credit-applications?state=review")).json()["items"]
        decisions = [{"id": e["id"], "content_sha256": e["content_sha256"]} for e in listed]
        decisions[0]["content_sha256"] = "sha256:old"
        told_ = {"op": "decide", "decisions": decisions, "reason": "同意", "verdict": "approved"}
        answer = await reviewer.post("/v1/credit-applications/batches", json=told_)
        job = await working.job(reviewer, answer)
        assert job["result"]["done"] == 4
        assert [each["code"] for each in job["result"]["refused"]] == ["content_changed"]
    shown = (await school.office.get("/v1/credit-applications?state=public_notice")).json()
    assert len(shown["items"]) == 4
    refused = await one.post("/v1/credit-applications/batches", json=body)
    assert refused.status_code == 403


async def test_a_draft_is_tried_on_past_applications_before_it_takes_effect(
    working: CreditsRoom,
):
    school = await open_school(working)
    student = school.student("S1")
    await submitted(school, student, competition(), "C-OPT")
    stricter = {**SCHOOL_BOOK, "limits": [{**SCHOOL_BOOK["limits"][0], "amount": 300}]}
    drafted = await school.office.post(
        "/v1/credit-rulebooks",
        json={"title": "新规则", "content": stricter, "valid_from": "2027-01-01"},
    )
    path = f"/v1/credit-rulebooks/{drafted.json()['id']}/simulations"
    job = await working.job(school.office, await school.office.post(path, json={"days": 365}))
    found = job["result"]
    assert (found["applications"], found["less"], found["more"]) == (1, 1, 0)
    assert (found["before_hundredths"], found["after_hundredths"]) == (600, 300)
    assert found["fired"] == {"competition": 1, "each": 1}
    assert "internship" in found["unused_rules"]


async def test_suggestions_come_with_reasons_and_learn_from_peers_only(room: CreditsRoom):
    schools = [await open_school(room) for _ in range(2)]
    alliance = room.organisation("alliance", "职教联盟")
    keeper = room.alliance(alliance)
    for each in schools:
        body = {"member_id": str(each.id), "from_on": "2020-01-01"}
        added = await keeper.post("/v1/credit-standards/members", json=body)
        assert added.status_code == 201, added.text
    first, second = schools
    title = "互联网直播销售员"
    for school in schools:
        # Nothing in the titles says so: only what a peer has accepted does.
        outcome = await register(school.student("S1"), competition(title=title))
        path = f"/v1/outcomes/{outcome}/suggestions"
        before = (await school.student("S1").get(path)).json()["items"]
        assert all(each["memory_score"] == 0 for each in before)
        if school is first:
            sent = await submitted(
                school, school.student("S1"), competition(title=f"{title}赛"), "C-OPT"
            )
            await posted(school, await decided(school, await in_review(school, sent)))
            own = (await school.student("S1").get(path)).json()["items"]
            assert all(each["memory_score"] == 0 for each in own)
            break
    outcome = await register(second.student("S1"), competition(title=title))
    path = f"/v1/outcomes/{outcome}/suggestions"
    learnt = (await second.student("S1").get(path)).json()["items"]
    assert learnt[0]["code"] == "C-OPT"
    assert learnt[0]["precedent_course"] == "创新创业实践"
    sent = await submitted(second, second.student("S1"), competition(title=f"{title}赛"), "C-OPT")
    case = (await second.reviewer().get(f"/v1/credit-applications/{sent['id']}/case")).json()
    assert [each["course_title"] for each in case["precedents"]] == ["创新创业实践"]
    stranger = await open_school(room)
    assert (await stranger.office.get("/v1/credit-equivalences")).json()["items"] == []


async def test_a_new_version_of_the_rules_leaves_earlier_decisions_as_they_were(
    room: CreditsRoom,
):
    school = await open_school(room, numbers=("S1", "S2"))
    before = await in_review(
        school, await submitted(school, school.student("S1"), competition(), "C-OPT")
    )
    changed = {**SCHOOL_BOOK, "limits": [{**SCHOOL_BOOK["limits"][0], "amount": 300}]}
    later = await put_rulebook_in_force(school, changed)
    assert later["number"] == 2
    done = await decided(school, before)
    assert done["items"][0]["granted"] == 600
    anew = await submitted(school, school.student("S2"), competition(), "C-OPT")
    assert anew["items"][0]["amount"] == 300
