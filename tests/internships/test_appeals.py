"""Appeals: about one's own result, decided by a named person, seen by the student."""

from __future__ import annotations

from uuid import uuid4

from tests.internships.conftest import OFFICE, InternshipsRoom
from tests.internships.school_year import found_school
from tests.internships.test_rounds import cleared, everyone_wishes

GROUNDS = "我的技能证书未被计入"


async def test_an_appeal_is_decided_by_a_named_person_and_the_student_reads_it(
    working: InternshipsRoom,
) -> None:
    school = await found_school(working)
    batch = await school.opened()
    await everyone_wishes(school, batch, 8)
    found = await cleared(school, batch)
    student = school.student("S01")
    body = {"round_id": found["id"], "grounds": GROUNDS}
    early = await student.post("/v1/appeals", json=body)
    assert early.json()["code"] == "appeal_subject"
    await school.office.post(f"/v1/rounds/{found['id']}/publish")
    made = await student.post("/v1/appeals", json=body)
    assert made.status_code == 201, made.text
    twice = await student.post("/v1/appeals", json=body)
    assert twice.json()["code"] == "appeal_open"

    (listed,) = (await school.office.get("/v1/appeals", params={"state": "open"})).json()["items"]
    assert (listed["grounds"], listed["student_name"]) == (GROUNDS, "学生1")
    address = f"/v1/appeals/{listed['id']}/decision"
    told = {"upheld": False, "decision": "证书于截止日后取得，不予采纳"}
    machine = working.client(
        org_id=str(school.id), org_kind="school", roles=[], scope=OFFICE, kind="client"
    )
    tag = {"if-match": '"v1"'}
    assert (await machine.post(address, json=told, headers=tag)).status_code == 403
    decided = await school.office.post(address, json=told, headers=tag)
    assert decided.status_code == 200, decided.text
    assert decided.json()["decided_by_name"] == "周敏"
    tag = {"if-match": '"v2"'}
    again = await school.office.post(address, json=told, headers=tag)
    assert again.json()["code"] == "appeal_decided"

    own = (await student.get(f"/v1/appeals/{listed['id']}")).json()
    assert (own["state"], own["decision"]) == ("dismissed", told["decision"])
    other = school.student("S02")
    assert (await other.get(f"/v1/appeals/{listed['id']}")).status_code == 404
    assert (await other.get("/v1/appeals")).json()["items"] == []


async def test_an_appeal_concerns_something_of_ones_own(working: InternshipsRoom) -> None:
    school = await found_school(working)
    student = school.student("S01")
    for body in (
        {"grounds": GROUNDS},
        {"grounds": GROUNDS, "placement_id": str(uuid4())},
        {"grounds": GROUNDS, "round_id": str(uuid4())},
        {"grounds": GROUNDS, "round_id": str(uuid4()), "placement_id": str(uuid4())},
    ):
        answer = await student.post("/v1/appeals", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "appeal_subject")


async def test_appeals_of_another_school_are_not_found(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened()
    await everyone_wishes(school, batch, 8)
    found = await cleared(school, batch)
    await school.office.post(f"/v1/rounds/{found['id']}/publish")
    body = {"round_id": found["id"], "grounds": GROUNDS}
    made = (await school.student("S01").post("/v1/appeals", json=body)).json()
    stranger = working.office(uuid4())
    assert (await stranger.get(f"/v1/appeals/{made['id']}")).status_code == 404
    assert (await stranger.get("/v1/appeals")).json()["items"] == []
    told = {"upheld": True, "decision": "同意学生的意见"}
    tag = {"if-match": '"v1"'}
    address = f"/v1/appeals/{made['id']}/decision"
    assert (await stranger.post(address, json=told, headers=tag)).status_code == 404
