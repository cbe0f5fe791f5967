"""What bodies say of themselves in the demonstration: a report, a standard, a committee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from gateway.demo.door import Actor, expect
from shared.catalogues.uscc import make_code

_CITY = "330600"
_INDICATORS: Sequence[tuple[str, float, str, str]] = (
    ("毕业去向落实率", 96.4, "%", "截至 8 月 31 日，含升学、参军和自主创业（演示数据）"),
    ("本省就业比例", 78.2, "%", "在本省签约人数占签约人数（演示数据）"),
    ("双师型教师比例", 61.0, "%", "认定的双师型教师占专业课教师（演示数据）"),
    ("生均校内实践工位", 0.62, "个", "9 月 1 日在用工位数与在校生数之比（演示数据）"),
)
_UNITS: Sequence[Mapping[str, Any]] = (
    {
        "code": "U1",
        "name": "工艺准备",
        "level": 2,
        "can_do": ["读懂中等复杂零件图", "编排车削工序并选择刀具"],
        "evidence": ["written_test", "work_record"],
    },
    {
        "code": "U2",
        "name": "数控车削加工",
        "level": 3,
        "can_do": ["手工编制外圆、螺纹加工程序", "对刀并完成首件加工"],
        "evidence": ["practical_test", "observation"],
    },
    {
        "code": "U3",
        "name": "质量检验",
        "level": 2,
        "can_do": ["用千分尺、百分表检验尺寸和形位公差"],
        "evidence": ["practical_test"],
    },
)


async def verify_school(school: Actor, reviewer: Actor) -> None:
    """Let a school show who it is: only verified bodies speak to the public."""
    me = await school.get("/v1/me")
    path = f"/v1/organisations/{me['org_id']}/verifications"
    # Institutions are coded by the authority of public bodies: 12, not an enterprise's 91.
    told = {
        "uscc": make_code(_CITY, 1, department="1", kind="2"),
        "evidence": "事业单位法人证书（演示数据，未上传扫描件）",
    }
    submitted = await school.post(path, told)
    decision = {"decision": "approve", "reason": "演示：信用代码校验通过"}
    await reviewer.post(f"/v1/verifications/{submitted['id']}/decision", decision)


async def publish_own_data(
    school: Actor, enterprise: Actor, authority: Actor, *, today: date
) -> None:
    """Let a school publish its report, an enterprise a standard, the authority a committee."""
    report = {
        "year": today.year - 1,
        "title": f"{today.year - 1} 年度职业教育质量报告（演示）",
        "indicators": [
            dict(zip(("name", "value", "unit", "definition"), one, strict=True))
            for one in _INDICATORS
        ],
        "sections": [{"title": "产教融合", "text": "与企业共建专业、共同开展岗位实习（示例）。"}],
    }
    await _published(school, "/v1/quality-reports", report)
    project = {
        "major_code": "460103",
        "kind": "joint_training",
        "title": "数控技术专业校企协同育人（演示）",
        "partner": "某精密制造企业（示例）",
        "from_on": (today - timedelta(days=400)).isoformat(),
    }
    await school.post("/v1/majors/projects", project)
    standard = {
        "name": "数控车工岗位职业能力标准（演示）",
        "industry_code": "C34",
        "edition": "1.0",
        "occupation_codes": ["6-18-01-01"],
        "units": list(_UNITS),
    }
    await _published(enterprise, "/v1/competency-standards", standard)
    committee = {
        "name": "装备制造行业教学指导委员会（演示）",
        "region_code": _CITY,
        "industry_codes": ["C34", "C35"],
        "founded_on": (today - timedelta(days=700)).isoformat(),
        "members": [
            {"organisation": "装备制造行业组织（示例）", "role": "主任委员单位"},
            {"organisation": "演示职业技术学院", "role": "副主任委员单位"},
        ],
        "outputs": [
            {
                "kind": "training_plan",
                "title": "数控技术专业人才培养指导方案（演示）",
                "on": (today - timedelta(days=120)).isoformat(),
            }
        ],
    }
    await authority.post("/v1/registries/committees", committee)


async def _published(actor: Actor, path: str, told: Mapping[str, Any]) -> None:
    """Make a draft and publish it as it was seen."""
    made = expect(await actor.call("POST", path, json=told))
    headers = {"if-match": made.headers["etag"]}
    expect(await actor.call("POST", f"{made.headers['location']}/publish", headers=headers))
