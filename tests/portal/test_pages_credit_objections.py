"""An objection in the browser: raised from the notice by a student, answered by a reviewer."""

from __future__ import annotations

import re
from typing import Any

from portal_hands import hidden_fields
from portal_market import REVIEWER
from portal_school import STUDENT, STUDENT_2, World


async def noticed(world: World) -> str:
    """Bring an application of the first student to its public notice; return the student's name."""
    student = await world.actor(STUDENT)
    courses = await student.pages("/v1/courses")
    outcome = await student.post(
        "/v1/outcomes",
        {
            "kind": "competition",
            "title": "公示异议用赛项",
            "issuer_name": "竞赛组委会",
            "certificate_no": "OBJ-1",
            "level": "national",
            "award": "first",
            "form": "individual",
            "completed_on": "2026-05-01",
        },
    )
    course = next(one["id"] for one in courses if one["code"] == "C-NET")
    asked = {"outcome_id": outcome["id"], "course_ids": [course], "purpose": "substitute"}
    told = await student.post("/v1/credit-applications", asked)
    path = f"/v1/credit-applications/{told['id']}"
    steps = [(STUDENT, "submission", None), (REVIEWER, "evidence-checks", {"complete": True})]
    for login, step, body in steps:
        told = await act(world, login, f"{path}/{step}", body, version=told["version"])
    opinion = {"verdict": "approved", "reason": "属实", "content_sha256": told["content_sha256"]}
    for login in (REVIEWER, "demo-credits-2"):
        told = await act(world, login, f"{path}/decisions", opinion, version=told["version"])
    assert told["state"] == "public_notice", told
    return str(told["student_name"])


async def act(world: World, login: str, path: str, body: Any, *, version: int) -> dict[str, Any]:
    actor = await world.actor(login)
    headers = {"if-match": f'"v{version}"'}
    answer = await actor.call("POST", path, json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


async def test_a_classmate_objects_and_a_reviewer_answers(world: World):
    name = await noticed(world)
    async with world.browser(STUDENT_2) as classmate:
        html = (await classmate.open("/credits/notices?lang=en")).text
        row = next(row for row in html.split("<tr") if "公示异议用赛项" in row)
        assert name not in row
        found = re.search(r"/credits/notices/[0-9a-f-]{36}/objection", row)
        assert found is not None
        page = found[0]
        short = await classmate.send(page, page, grounds="不")
        assert short.status_code == 422
        assert 'href="#field-grounds"' in short.text
        sent = await classmate.send(page, page, grounds="获奖名单中没有该同学")
        assert sent.status_code == 303, sent.text
        own = (await classmate.open("/credits/objections?lang=en")).text
        assert "Waits for an answer" in own
        assert "/credits/cases/" not in own
    async with world.browser(STUDENT) as student:
        assert "获奖名单" not in (await student.open("/credits/objections")).text
        assert (await student.open(page)).status_code == 200
        assert (await student.send(page, page, grounds="本人的公示")).status_code == 422
    async with world.browser(REVIEWER) as reviewer:
        html = (await reviewer.open("/credits/objections?lang=en")).text
        assert "Objections to public notices: 1 to answer" in html
        form = hidden_fields(html.split("获奖名单")[1])
        form["seen"] = form["seen"].replace("&#34;", '"')
        undecided = await reviewer.http.post(
            "/credits/objections", data={**form, "answer": "已核实"}
        )
        assert undecided.status_code == 422
        told = {
            **form,
            "_key": "another-key-of-this-form",
            "upheld": "false",
            "answer": "已核实，名单无误",
        }
        answered = await reviewer.http.post("/credits/objections", data=told)
        assert answered.status_code == 303, answered.text
    async with world.browser(STUDENT_2) as classmate:
        assert "已核实，名单无误" in (await classmate.open("/credits/objections")).text
