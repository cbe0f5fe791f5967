"""Course sequences between stages (衔接课程): agreed by rules, and what their rule then gives."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from services.credits.domain.rule_errors import RulebookInvalidError
from services.credits.domain.rulebook import read_rulebook
from tests.credits.credit_room import CreditsRoom
from tests.credits.recognition_school import School, open_school, submitted
from tests.credits.rulebooks import book, kind_is, rule

BELOW = "市第一中等职业学校"
STEPS = [
    {"from_title": "车工工艺", "course_code": "C-CNC", "competencies": ["车削", "检测"]},
    {"from_title": "英语", "course_code": "C-ENG", "overlap_percent": 75},
]
SEQUENCE: dict[str, Any] = {
    "title": "数控技术中高职衔接",
    "programme_code": "P1",
    "from_school_name": BELOW,
    "from_programme": "数控技术应用",
    "from_stage": "secondary_vocational",
    "overlap_min": 70,
    "steps": STEPS,
    "valid_from": "2026-01-01",
}


def articulated(overlap_min: int) -> Any:
    scoped = rule("sequence", kind_is("school_course"), {"course_credits": True})
    scoped = {**scoped, "scope": "articulation", "overlap_min": overlap_min}
    other = rule("course", kind_is("school_course", {"ge": ["match.stage_gap", 0]}), {"fixed": 50})
    return book(scoped, other)


def earned(title: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "school_course",
        "title": title,
        "issuer_name": BELOW,
        "stage": "secondary_vocational",
        "certificate_no": uuid4().hex,
        "hours": 72,
        "completed_on": "2026-06-01",
        **more,
    }


async def agreed(school: School, **changes: Any) -> dict[str, Any]:
    made = await school.office.post("/v1/course-articulations", json={**SEQUENCE, **changes})
    assert made.status_code == 201, made.text
    return made.json()


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"from_stage": "bachelor"}, "articulation_level_falls", "/from_stage"),
        ({"overlap_min": 80}, "articulation_overlap_low", "/steps/1/overlap_percent"),
        (
            {"steps": [{**STEPS[0], "competencies": []}]},
            "articulation_overlap_low",
            "/steps/0/overlap_percent",
        ),
        (
            {"steps": [{**STEPS[0], "course_code": "C-NO"}]},
            "articulation_course_unknown",
            "/steps/0/course_code",
        ),
        (
            {"steps": [STEPS[1], {**STEPS[1], "from_title": "职场英语"}]},
            "articulation_repeated",
            "/steps/1/course_code",
        ),
        ({"valid_to": "2025-01-01"}, "articulation_period", "/valid_to"),
    ],
)
async def test_a_sequence_that_does_not_lead_upward_is_refused_at_its_place(
    room: CreditsRoom, changes: dict[str, Any], code: str, pointer: str
):
    school = await open_school(room, content=None)
    answer = await school.office.post("/v1/course-articulations", json={**SEQUENCE, **changes})
    assert (answer.status_code, answer.json()["code"]) == (422, "articulation_invalid")
    assert (code, pointer) in {(e["code"], e["pointer"]) for e in answer.json()["errors"]}
    programme = await school.office.post(
        "/v1/course-articulations", json={**SEQUENCE, "programme_code": "P9"}
    )
    assert programme.status_code == 404


async def test_a_step_of_the_sequence_is_recognised_by_the_rule_of_its_scope(room: CreditsRoom):
    school = await open_school(room, content=articulated(70))
    plan = await agreed(school)
    assert [step["overlap_percent"] for step in plan["steps"]] == [100, 75]
    student = school.student("S1")
    sent = await submitted(school, student, earned("英语"), "C-ENG")
    (item,) = sent["items"]
    assert (item["amount"], item["rule_ids"]) == (400, ["sequence"])
    assert (item["overlap_percent"], item["overlap_from"]) == (75, "articulation")
    assert "衔接课程" in item["explanation"][0]["zh"]
    # The same title from elsewhere is no step; nor is what another stage has given.
    for stranger in (
        earned("车工工艺", issuer_name="另一所学校"),
        earned("车工工艺", stage="technician"),
        earned("别的课程"),
    ):
        (item,) = (await submitted(school, student, stranger, "C-CNC"))["items"]
        assert (item["amount"], item["rule_ids"]) == (0, [])
        await withdrawn(school, student)


async def withdrawn(school: School, student: Any) -> None:
    listed = (await student.get("/v1/credit-applications")).json()["items"]
    newest = listed[0]
    answer = await student.post(
        f"/v1/credit-applications/{newest['id']}/withdrawal",
        headers={"if-match": f'"v{newest["version"]}"'},
    )
    assert answer.status_code == 200, answer.text


async def test_a_rule_asks_for_more_overlap_than_the_sequence_and_gives_nothing(
    room: CreditsRoom,
):
    school = await open_school(room, content=articulated(80))
    await agreed(school)
    student = school.student("S1")
    (item,) = (await submitted(school, student, earned("英语"), "C-ENG"))["items"]
    assert item["amount"] == 0
    (item,) = (await submitted(school, student, earned("车工工艺"), "C-CNC"))["items"]
    assert (item["amount"], item["rule_ids"]) == (400, ["sequence"])


async def test_a_sequence_ends_and_is_read_by_the_two_schools_only(room: CreditsRoom):
    school = await open_school(room, content=articulated(70))
    below, other = await open_school(room, content=None), await open_school(room, content=None)
    plan = await agreed(school, from_school_id=str(below.id))
    for client, seen in ((school.office, True), (below.office, True), (other.office, False)):
        listed = (await client.get("/v1/course-articulations")).json()["items"]
        assert (plan["id"] in {one["id"] for one in listed}) is seen
    path = f"/v1/course-articulations/{plan['id']}/end"
    told: Any = {"json": {"valid_to": "2026-05-01"}, "headers": {"if-match": '"v1"'}}
    assert (await below.office.post(path, **told)).status_code == 404
    ended = await school.office.post(path, **told)
    assert ended.json()["valid_to"] == "2026-05-01"
    assert (await school.office.post(path, **told)).status_code == 412
    (item,) = (await submitted(school, school.student("S1"), earned("英语"), "C-ENG"))["items"]
    assert (item["amount"], item["overlap_from"]) == (0, "competencies")


@pytest.mark.parametrize(
    "change",
    [{"scope": "everything"}, {"scope": "articulation"}, {"overlap_min": 70}, {"scope": []}],
)
def test_a_scope_is_articulation_with_its_threshold_or_nothing(change: dict[str, Any]):
    plain = rule("sequence", kind_is("school_course"), {"course_credits": True})
    with pytest.raises(RulebookInvalidError):
        read_rulebook(book({**plain, **change}))
