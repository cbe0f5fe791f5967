"""Recognition of credits in the demonstration: a school's rules and courses, an application."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from gateway.demo.door import Actor, expect
from gateway.demo.world import DemoStudent

_PROGRAMME = "P-2024"
# Code, title, kind in the words of the file, credits, hours, weeks, competencies.
_COURSES: Sequence[tuple[str, str, str, float, int | None, int | None, str]] = (
    ("C-CNC", "数控车削加工", "必修", 4, 64, None, "车削;检测"),
    ("C-PLC", "电气控制与 PLC 应用", "必修", 4, 64, None, "接线;编程"),
    ("C-NET", "计算机网络技术", "必修", 4, 64, None, "组网;排障"),
    ("C-OPT", "创新创业实践", "选修", 2, 32, None, "创新创业"),
    ("C-INT", "岗位实习", "实习", 24, None, 24, "岗位实践"),
)
_AWARDS = {"special": 400, "first": 400, "second": 300, "third": 200}


def _words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


_RULEBOOK: Mapping[str, Any] = {
    "rules": [
        {
            "id": "competition-national",
            "title": _words("国家级、省级技能大赛", "national and provincial competitions"),
            "when": {"all": [{"eq": ["outcome.kind", "competition"]}]},
            "grant": {
                "by": ["outcome.level", "outcome.award"],
                "table": {
                    f"{level}/{award}": amount // share
                    for level, share in (("national", 1), ("provincial", 2))
                    for award, amount in _AWARDS.items()
                },
            },
        },
        {
            "id": "certificate-overlap",
            "title": _words("1+X 证书", "1+X certificates"),
            "when": {
                "all": [
                    {"eq": ["outcome.kind", "skill_certificate"]},
                    {"ge": ["match.overlap_percent", 60]},
                ]
            },
            "grant": {"course_credits": True},
        },
        {
            "id": "internship-weeks",
            "title": _words("岗位实习按周计", "internships by weeks"),
            "when": {"all": [{"eq": ["outcome.kind", "internship"]}]},
            "grant": {"by_weeks": True},
        },
    ],
    "limits": [
        {
            "id": "each",
            "kind": "max_each",
            "title": _words("单项成果最多 8 学分", "at most 8 credits each"),
            "amount": 800,
        },
        {
            "id": "once",
            "kind": "content_once_highest",
            "title": _words("同一内容只计最高一项", "one content counts once, the highest"),
        },
        {
            "id": "half",
            "kind": "max_percent_of_programme",
            "title": _words("转换学分不超过总学分一半", "at most half of the programme"),
            "percent": 50,
        },
    ],
    "hours_per_credit": 16,
    "weeks_per_credit": 1,
}

_ONLINE_RULE: Mapping[str, Any] = {
    "id": "online-verified",
    "title": _words("在线课程", "online courses"),
    "when": {
        "all": [
            {"eq": ["outcome.kind", "online_course"]},
            {"any": [{"eq": ["outcome.verified", True]}, {"ge": ["outcome.score", 80]}]},
            {"not": {"le": ["outcome.hours", 15]}},
        ]
    },
    "grant": {"course_percent": 50},
}


_STANDARD: Mapping[str, Any] = {
    "kinds": ["school_course", "internship", "competition", "skill_certificate", "online_course"],
    "units": {"school_course": "hours", "online_course": "hours", "internship": "weeks"},
    "hours_per_credit": [16, 18],
    "weeks_per_credit": [1, 2],
    "use_scope": "level",
    "text": "成员院校按本标准互认学习成果；同一成果在同一层次只计一次（演示）。",
}


async def open_alliance(
    keeper: Actor, office: Actor, schools: Sequence[str], *, today: date
) -> str:
    """Let an alliance's standard be signed and take effect, and its next version wait; its id."""
    year = today.replace(month=1, day=1).isoformat()
    first, *later = schools
    member = {"member_id": first, "from_on": year}
    await keeper.post("/v1/credit-standards/members", member)
    told = {
        "code": "DEMO-RECOGNITION",
        "title_zh": "学习成果互认共同标准（演示）",
        "title_en": "Common standard of recognition (demonstration)",
        "content": _STANDARD,
        "valid_from": year,
    }
    standard = await _propose(keeper, told)
    path = f"/v1/credit-standards/{standard['id']}"
    await office.post(f"{path}/signatures", {"digest": standard["digest"]})
    headers = {"if-match": f'"v{standard["version"]}"'}
    expect(await keeper.call("POST", f"{path}/entry-into-force", headers=headers))
    for school in later:
        await keeper.post(
            "/v1/credit-standards/members", {"member_id": school, "from_on": today.isoformat()}
        )
    wider = {**_STANDARD, "kinds": [*_STANDARD["kinds"], "work"], "weeks_per_credit": [1, 1]}
    await _propose(keeper, {**told, "content": wider})
    return str(standard["id"])


async def _propose(keeper: Actor, told: Mapping[str, Any]) -> Any:
    """Draft a version and lay it before the members."""
    drafted = expect(await keeper.call("POST", "/v1/credit-standards", json=told))
    path = f"/v1/credit-standards/{drafted.json()['id']}/proposal"
    headers = {"if-match": drafted.headers["etag"]}
    return expect(await keeper.call("POST", path, headers=headers)).json()


async def open_recognition(
    office: Actor, students: Sequence[DemoStudent], *, major: str, today: date, standard_id: str
) -> None:
    """Bring a school's courses, programme and learners, grade internships, put rules into force."""
    await office.job("/v1/courses/imports", _course_file())
    await office.job("/v1/programmes/imports", _programme_file(major))
    await office.job("/v1/credit-learners/imports", _learner_file(students))
    await office.job("/v1/graded-courses/imports", _grade_file(students[:3], today))
    told = {
        "title": "学习成果认定与学分转换规则（演示）",
        "content": _RULEBOOK,
        "valid_from": today.replace(month=1, day=1).isoformat(),
        "standard_id": standard_id,
    }
    drafted = expect(await office.call("POST", "/v1/credit-rulebooks", json=told))
    path = f"/v1/credit-rulebooks/{drafted.json()['id']}/entry-into-force"
    expect(await office.call("POST", path, headers={"if-match": drafted.headers["etag"]}))
    await _draft_next(office, told)
    await office.post(
        "/v1/certificate-pilots",
        {
            "certificate": "数控车铣加工（演示）",
            "level": "intermediate",
            "evaluator_name": "演示培训评价组织",
            "enterprise_name": "演示机床厂",
            "national": True,
            "from_on": told["valid_from"],
        },
    )


async def _draft_next(office: Actor, told: Mapping[str, Any]) -> None:
    """Leave a draft of the next version: one rule more, one limit less, something to compare."""
    rules, limits = _RULEBOOK["rules"], _RULEBOOK["limits"]
    content = {**_RULEBOOK, "rules": [*rules, _ONLINE_RULE], "limits": limits[:-1]}
    await office.post("/v1/credit-rulebooks", {**told, "content": content})


async def apply_for_recognition(student: Actor, reviewer: Actor, *, today: date) -> None:
    """Let a student register an award and apply; a reviewer passes the evidence on."""
    courses = await student.pages("/v1/courses")
    wanted = next(one["id"] for one in courses if one["code"] == "C-OPT")
    outcome = await student.post(
        "/v1/outcomes",
        {
            "kind": "competition",
            "title": "浙江省职业院校技能大赛（演示）",
            "issuer_name": "浙江省教育厅（演示数据）",
            "certificate_no": "DEMO-2026-0001",
            "level": "provincial",
            "award": "first",
            "form": "individual",
            "completed_on": (today - timedelta(days=120)).isoformat(),
        },
    )
    asked = {"outcome_id": outcome["id"], "course_ids": [wanted], "purpose": "substitute"}
    drafted = expect(await student.call("POST", "/v1/credit-applications", json=asked))
    path = f"/v1/credit-applications/{drafted.json()['id']}"
    headers = {"if-match": drafted.headers["etag"]}
    sent = expect(await student.call("POST", f"{path}/submission", headers=headers))
    told = {"complete": True, "note": "材料齐全（演示）"}
    headers = {"if-match": sent.headers["etag"]}
    expect(await reviewer.call("POST", f"{path}/evidence-checks", json=told, headers=headers))


def _course_file() -> bytes:
    headers = ("课程代码", "课程名称", "课程性质", "学分", "学时", "周数", "能力点")
    return _csv(headers, [tuple("" if v is None else v for v in row) for row in _COURSES])


def _programme_file(major: str) -> bytes:
    codes = ";".join(row[0] for row in _COURSES)
    headers = (
        "培养方案代码",
        "方案名称",
        "专业代码",
        "办学层次",
        "总学分",
        "总学时",
        "实践学时",
        "课程代码",
    )
    row = (_PROGRAMME, "人才培养方案（演示）", major, "高职专科", 140, 2600, 1350, codes)
    return _csv(headers, [row])


def _learner_file(students: Sequence[DemoStudent]) -> bytes:
    rows = [(one.enrolment_no, one.name, one.class_name, _PROGRAMME) for one in students]
    return _csv(("学籍号", "姓名", "班级", "培养方案代码"), rows)


def _grade_file(students: Sequence[DemoStudent], today: date) -> bytes:
    headers = ("学籍号", "课程代码", "成绩", "学分", "学年学期", "完成日期", "周数")
    done = (today - timedelta(days=60)).isoformat()
    rows = [(one.enrolment_no, "C-INT", "良好", 24, "2025-2026-2", done, 24) for one in students]
    return _csv(headers, rows)


def _csv(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headers)
    writer.writerows(rows)
    return out.getvalue().encode()
