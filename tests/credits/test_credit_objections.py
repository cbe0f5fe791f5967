"""Objections to public notices: credits wait for the answer, and an upheld one is decided anew."""

from __future__ import annotations

from typing import Any

import httpx

from tests.credits.credit_room import CreditsRoom
from tests.credits.recognition_school import (
    School,
    competition,
    decided,
    in_review,
    open_school,
    step,
    submitted,
)

GROUNDS = {"grounds": "该奖项由另一名同学获得，请核实名单"}


async def noticed(school: School) -> tuple[dict[str, Any], str]:
    """Bring an application to its public notice; return it and the notice's id."""
    sent = await submitted(school, school.student("S1"), competition(), "C-OPT")
    shown = await decided(school, await in_review(school, sent))
    notices = (await school.office.get("/v1/credit-notices")).json()["items"]
    return shown, notices[0]["id"]


async def objected(client: httpx.AsyncClient, notice: str) -> httpx.Response:
    return await client.post(f"/v1/credit-notices/{notice}/objections", json=GROUNDS)


async def answered(
    client: httpx.AsyncClient, objection: dict[str, Any], *, upheld: bool
) -> httpx.Response:
    return await client.post(
        f"/v1/credit-objections/{objection['id']}/decision",
        json={"upheld": upheld, "answer": "已向主办单位核实"},
        headers={"if-match": f'"v{objection["version"]}"'},
    )


async def state_of(school: School, application: dict[str, Any]) -> str:
    found = await school.office.get(f"/v1/credit-applications/{application['id']}")
    return found.json()["state"]


async def test_credits_under_objection_wait_until_it_is_dismissed(room: CreditsRoom):
    school = await open_school(room, numbers=("S1", "S2"))
    shown, notice = await noticed(school)
    classmate = school.student("S2")
    made = await objected(classmate, notice)
    assert made.status_code == 201, made.text
    assert made.json()["application_id"] is None
    assert (await objected(classmate, notice)).json()["code"] == "objection_repeated"
    room.later(8)
    await school.office.post("/v1/credit-applications/settlements")
    assert await state_of(school, shown) == "public_notice"
    done = await answered(school.reviewer("丙"), made.json(), upheld=False)
    assert done.json()["state"] == "dismissed", done.text
    await school.office.post("/v1/credit-applications/settlements")
    assert await state_of(school, shown) == "posted"
    read = (await classmate.get("/v1/credit-objections")).json()["items"]
    assert [one["answer"] for one in read] == ["已向主办单位核实"]


async def test_an_upheld_objection_is_decided_by_other_reviewers(room: CreditsRoom):
    school = await open_school(room, numbers=("S1", "S2"))
    first, second = school.reviewer("甲"), school.reviewer("乙")
    student = school.student("S1")
    review = await in_review(school, await submitted(school, student, competition(), "C-OPT"))
    opinion = {"content_sha256": review["content_sha256"], "reason": "已阅"}
    for reviewer in (first, second):
        shown = (await step(reviewer, review, "decisions", verdict="approved", **opinion)).json()
    assert shown["state"] == "public_notice"
    notice = (await school.office.get("/v1/credit-notices")).json()["items"][0]["id"]
    made = (await objected(school.student("S2"), notice)).json()
    done = await answered(school.reviewer("丙"), made, upheld=True)
    assert done.status_code == 200, done.text
    again = (await school.office.get(f"/v1/credit-applications/{shown['id']}")).json()
    assert (again["state"], again["round"]) == ("review", 2)
    assert (await school.office.get("/v1/credit-notices")).json()["items"] == []
    before = await step(first, again, "decisions", verdict="approved", **opinion)
    assert before.json()["code"] == "reviewer_conflict"
    twice = await answered(school.reviewer("丙"), done.json(), upheld=False)
    assert twice.json()["code"] == "objection_decided"
    refused = await decided(
        school, again, "refused", reviewers=("丁", "戊"), reason_code="evidence_weak"
    )
    assert refused["state"] == "refused"
    # The student's own appeal is still open to them.
    appeal = await student.post(
        f"/v1/credit-applications/{shown['id']}/appeals", json={"grounds": "证书可在官网查询"}
    )
    assert appeal.status_code == 201, appeal.text


async def test_nobody_objects_to_their_own_notice_or_answers_their_own_objection(
    room: CreditsRoom,
):
    school = await open_school(room, numbers=("S1", "S2"))
    _shown, notice = await noticed(school)
    own = await objected(school.student("S1"), notice)
    assert (own.status_code, own.json()["code"]) == (403, "objection_own")
    reviewer = school.reviewer("丙")
    made = await objected(reviewer, notice)
    assert made.status_code == 201, made.text
    assert (await answered(reviewer, made.json(), upheld=True)).json()["code"] == "objection_own"
    student = await answered(school.student("S2"), made.json(), upheld=True)
    assert student.status_code == 403
    assert (await school.student("S2").get("/v1/credit-objections")).json()["items"] == []


async def test_a_notice_of_another_school_or_past_its_days_takes_no_objection(room: CreditsRoom):
    school = await open_school(room, numbers=("S1", "S2"))
    other = await open_school(room)
    _shown, notice = await noticed(school)
    foreign = await objected(other.student("S1"), notice)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "credit_notice_closed")
    room.later(8)
    late = await objected(school.student("S2"), notice)
    assert late.json()["code"] == "credit_notice_closed"
