"""A school with courses, a programme, learners and a rulebook in force, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.internships.contract.events import student_ref
from shared.db.session import PLATFORM
from tests.credits.credit_room import CreditsRoom
from tests.credits.rulebooks import SCHOOL_BOOK

COURSES = (
    ("C-CNC", "数控车削加工", "required", 400, {"hours": 64, "competencies": ["车削", "检测"]}),
    ("C-ENG", "大学英语", "public", 400, {"hours": 64}),
    ("C-OPT", "创新创业实践", "elective", 800, {}),
    ("C-INT", "岗位实习", "internship", 1200, {"weeks": 26}),
)


@dataclass(slots=True)
class School:
    """One school with its people."""

    room: CreditsRoom
    id: UUID
    office: httpx.AsyncClient
    courses: dict[str, str] = field(default_factory=dict)
    learners: dict[str, str] = field(default_factory=dict)
    rulebook: dict[str, Any] = field(default_factory=dict)

    def student(self, number: str) -> httpx.AsyncClient:
        return self.room.student(self.id, number)

    def reviewer(self, name: str = "审核甲") -> httpx.AsyncClient:
        return self.room.reviewer(self.id, name)


async def open_school(
    room: CreditsRoom,
    *,
    numbers: tuple[str, ...] = ("S1",),
    name: str = "林晓",
    stage: str = "higher_vocational",
    content: Any = SCHOOL_BOOK,
    standard_id: str | None = None,
) -> School:
    """Make a school; learners and the programme go straight into the tables, the rest by HTTP."""
    school_id = room.organisation("school", f"学校{uuid4().hex[:6]}")
    school = School(room, school_id, room.office(school_id))
    await put_learners(school, numbers, name=name, stage=stage)
    for code, title, kind, credits_, more in COURSES:
        body = {"code": code, "title": title, "kind": kind, "credits_hundredths": credits_, **more}
        saved = await school.office.post("/v1/courses", json=body)
        assert saved.status_code == 201, saved.text
        school.courses[code] = saved.json()["id"]
    if content is not None:
        school.rulebook = await put_rulebook_in_force(school, content, standard_id=standard_id)
    return school


async def put_learners(
    school: School, numbers: tuple[str, ...], *, name: str, stage: str = "higher_vocational"
) -> None:
    from services.credits.store.rows import add_rows
    from services.credits.store.tables_rules import learners, programmes

    programme = {
        "id": uuid4(),
        "school_id": school.id,
        "code": "P1",
        "number": 1,
        "title": "数控技术",
        "major_code": "460103",
        "stage": stage,
        "credits_hundredths": 14_000,
        "hours_total": 2600,
        "hours_practice": 1400,
        "course_codes": ["C-CNC", "C-ENG", "C-OPT", "C-INT"],
        "digest": "sha256:x",
        "current": True,
    }
    rows = [
        {
            "id": uuid4(),
            "school_id": school.id,
            "enrolment_no": number,
            "name": name if len(numbers) == 1 else f"{name}{number}",
            "class_name": "数控2401",
            "programme_code": "P1",
            "ref": student_ref(school.id, number),
            "state": "enrolled",
        }
        for number in numbers
    ]
    async with school.room.database.begin(PLATFORM) as tx:
        await add_rows(tx, programmes, [programme])
        await add_rows(tx, learners, rows)
    school.learners = {row["enrolment_no"]: str(row["id"]) for row in rows}


async def put_rulebook_in_force(
    school: School, content: Any, *, standard_id: str | None = None
) -> dict[str, Any]:
    body = {
        "title": "学分转换规则",
        "standard_id": standard_id,
        "content": content,
        "valid_from": "2020-01-01",
    }
    drafted = await school.office.post("/v1/credit-rulebooks", json=body)
    assert drafted.status_code == 201, drafted.text
    forced = await school.office.post(
        f"/v1/credit-rulebooks/{drafted.json()['id']}/entry-into-force",
        headers={"if-match": drafted.headers["etag"]},
    )
    assert forced.status_code == 200, forced.text
    return forced.json()


def competition(**more: Any) -> dict[str, Any]:
    return {
        "kind": "competition",
        "title": "全国职业院校技能大赛数控赛项",
        "issuer_name": "全国职业院校技能大赛组委会",
        "certificate_no": uuid4().hex,
        "level": "national",
        "award": "second",
        "form": "individual",
        "completed_on": "2026-06-01",
        **more,
    }


async def register(client: httpx.AsyncClient, body: dict[str, Any]) -> str:
    made = await client.post("/v1/outcomes", json=body)
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def draft(
    client: httpx.AsyncClient, outcome: str, *courses: str, **more: Any
) -> httpx.Response:
    body = {"outcome_id": outcome, "course_ids": list(courses), "purpose": "substitute", **more}
    return await client.post("/v1/credit-applications", json=body)


async def step(
    client: httpx.AsyncClient, application: dict[str, Any], what: str, **body: Any
) -> httpx.Response:
    return await client.post(
        f"/v1/credit-applications/{application['id']}/{what}",
        json=body or None,
        headers={"if-match": f'"v{application["version"]}"'},
    )


async def submitted(
    school: School, student: httpx.AsyncClient, body: dict[str, Any], *codes: str
) -> dict[str, Any]:
    """Register, draft and submit; return the application."""
    outcome = await register(student, body)
    drafted = await draft(student, outcome, *(school.courses[code] for code in codes))
    assert drafted.status_code == 201, drafted.text
    sent = await step(student, drafted.json(), "submission")
    assert sent.status_code == 200, sent.text
    return sent.json()


async def in_review(school: School, application: dict[str, Any]) -> dict[str, Any]:
    checked = await step(school.reviewer(), application, "evidence-checks", complete=True)
    assert checked.status_code == 200, checked.text
    return checked.json()


async def decided(
    school: School,
    application: dict[str, Any],
    verdict: str = "approved",
    reviewers: tuple[str, ...] = ("审核甲", "审核乙"),
    **more: Any,
) -> dict[str, Any]:
    answer = None
    for name in reviewers:
        body = {
            "verdict": verdict,
            "content_sha256": application["content_sha256"],
            "reason": "材料齐全，符合规则",
            **more,
        }
        answer = await step(school.reviewer(name), application, "decisions", **body)
        assert answer.status_code == 200, answer.text
    assert answer is not None
    return answer.json()


async def posted(school: School, application: dict[str, Any]) -> dict[str, Any]:
    """Let the notice end and its credits be posted."""
    school.room.later(8)
    settled = await school.office.post("/v1/credit-applications/settlements")
    assert settled.status_code == 200, settled.text
    found = await school.office.get(f"/v1/credit-applications/{application['id']}")
    return found.json()
