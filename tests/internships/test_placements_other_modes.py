"""The other modes: mutual choice, assigned by the school, arranged by the student."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from shared.catalogues.uscc import make_code
from tests.internships.conftest import InternshipsRoom
from tests.internships.school_year import School, found_school


async def applied(
    school: School, batch: str, number: str, post: str, **changes: Any
) -> httpx.Response:
    body = {"post_id": post, "share_consent": True, **changes}
    return await school.student(number).post(f"/v1/batches/{batch}/choices", json=body)


async def test_student_and_enterprise_choose_each_other(working: InternshipsRoom) -> None:
    school = await found_school(working, posts=[{"seats": 1}])
    batch = await school.opened(mode="mutual_choice")
    (post,) = school.posts
    refused = await applied(school, batch, "S01", post, share_consent=False)
    assert refused.json()["errors"][0]["pointer"] == "/share_consent"
    choice = (await applied(school, batch, "S01", post)).json()
    again = await applied(school, batch, "S01", post)
    assert again.json()["code"] == "choice_made"

    hr = working.hr(school.enterprise_id)
    address = f"/v1/batches/{batch}/choices"
    (seen,) = (await hr.get(address)).json()["items"]
    assert (seen["student_name"], "enrolment_no" in seen) == ("学生1", False)
    step = {"state": "interview", "interview_at": "2026-12-03T08:00:00Z"}
    tag = {"if-match": '"v1"'}
    interview = await hr.patch(f"{address}/{choice['id']}", json=step, headers=tag)
    assert interview.json()["state"] == "interview"
    early = await school.student("S01").post(f"{address}/{choice['id']}/confirm")
    assert early.json()["code"] == "choice_state"
    offer = {"state": "offered", "interview_score": 90, "rank": 1}
    tag = {"if-match": interview.headers["etag"]}
    assert (await hr.patch(f"{address}/{choice['id']}", json=offer, headers=tag)).is_success
    confirmed = await school.student("S01").post(f"{address}/{choice['id']}/confirm")
    assert confirmed.json()["state"] == "accepted", confirmed.text
    assert len((await hr.get("/v1/placements/hosted")).json()["items"]) == 1


async def test_the_last_seat_is_confirmed_once(working: InternshipsRoom) -> None:
    school = await found_school(working, posts=[{"seats": 1}])
    batch = await school.opened(mode="mutual_choice")
    hr = working.hr(school.enterprise_id)
    address = f"/v1/batches/{batch}/choices"
    answers = []
    for number in ("S01", "S02"):
        choice = (await applied(school, batch, number, school.posts[0])).json()
        tag = {"if-match": '"v1"'}
        offer = {"state": "offered"}
        await hr.patch(f"{address}/{choice['id']}", json=offer, headers=tag)
        answers.append(await school.student(number).post(f"{address}/{choice['id']}/confirm"))
    assert [a.status_code for a in answers] == [200, 409]
    assert answers[1].json()["code"] == "seats_gone"


async def test_another_enterprise_and_another_student_find_no_application(
    working: InternshipsRoom,
) -> None:
    school = await found_school(working)
    batch = await school.opened(mode="mutual_choice")
    choice = (await applied(school, batch, "S01", school.posts[0])).json()
    address = f"/v1/batches/{batch}/choices/{choice['id']}"
    stranger = working.hr(uuid4())
    tag = {"if-match": '"v1"'}
    assert (await stranger.patch(address, json={}, headers=tag)).status_code == 404
    assert (await school.student("S02").post(f"{address}/withdraw")).status_code == 404
    assert (await school.student("S01").post(f"{address}/withdraw")).status_code == 200


async def test_a_school_assigns_and_students_still_accept(working: InternshipsRoom) -> None:
    school = await found_school(working, posts=[{"seats": 2}])
    batch = await school.opened(mode="assigned")
    path = f"/v1/batches/{batch}/assignments/imports"
    (post,) = school.posts
    lines = [f"S0{i},{post}" for i in range(3)]
    crowded = await school.upload(path, "学籍号,岗位编号", *lines)
    errors = crowded["error"]["zh"]["errors"]
    assert [(e["row"], e["code"]) for e in errors] == [(4, "seats_gone")]
    done = await school.upload(path, "学籍号,岗位编号", *lines[:2])
    assert done["result"] == {"proposed": 2}
    own = (await school.student("S00").get("/v1/placements/me")).json()["items"]
    assert (own[0]["state"], own[0]["mode"]) == ("proposed", "assigned")


async def test_wishes_belong_to_batches_that_are_cleared(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened(mode="assigned")
    answer = await school.wish(batch, "S01", school.posts[0])
    assert answer.json()["code"] == "batch_mode"


def application(batch: str, **changes: Any) -> dict[str, Any]:
    return {
        "batch_id": batch,
        "host_name": "宁波某厂",
        "host_uscc": make_code("330200", 7),
        "post_title": "检验员",
        "details": {
            "region_code": "330203",
            "address": "某路 1 号",
            "contact": "李工",
            "tasks": "零件检验",
        },
        "guardian_signed_on": "2026-11-20",
        **changes,
    }


async def test_a_student_arranges_their_own_and_the_school_decides(
    working: InternshipsRoom,
) -> None:
    school = await found_school(working)
    batch = await school.opened(mode="self_arranged")
    student = school.student("S01")
    wrong = application(batch, host_uscc="9" * 18)
    refused = await student.post("/v1/self-arrangements", json=wrong)
    assert refused.json()["errors"][0]["pointer"] == "/host_uscc"
    made = await student.post("/v1/self-arrangements", json=application(batch))
    assert made.status_code == 201, made.text
    address = made.headers["location"]
    other = (await school.student("S02").get("/v1/self-arrangements")).json()["items"]
    assert other == []
    stranger = working.office(uuid4())
    body = {"reason": "已核实单位资质"}
    assert (await stranger.post(f"{address}/approve", json=body)).status_code == 404
    approved = await school.office.post(f"{address}/approve", json=body)
    assert approved.json()["state"] == "approved"
    again = await school.office.post(f"{address}/refuse", json=body)
    assert again.json()["code"] == "arrangement_decided"
    (own,) = (await student.get("/v1/placements/me")).json()["items"]
    assert (own["state"], own["origin"]) == ("accepted", "self_arranged")


async def test_a_refusal_tells_the_student_why(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened(mode="self_arranged")
    student = school.student("S01")
    made = await student.post("/v1/self-arrangements", json=application(batch))
    body = {"reason": "单位为劳务派遣机构"}
    await school.office.post(f"{made.headers['location']}/refuse", json=body)
    (own,) = (await student.get("/v1/self-arrangements")).json()["items"]
    assert (own["state"], own["decision_reason"]) == ("refused", "单位为劳务派遣机构")
    assert (await student.get("/v1/placements/me")).json()["items"] == []
