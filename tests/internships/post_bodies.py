"""Bodies of posts that tests send: one that every rule lets pass, changed as a test needs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from tests.internships.conftest import InternshipsRoom

USCC = "91330100MA27X8KY0P"


def good_post(**changes: Any) -> dict[str, Any]:
    return {
        "title": "数控车床装调实习",
        "description": "在师傅指导下完成数控机床的装配与调试，参与典型零件加工。",
        "kind": "on_post",
        "region_code": "330106",
        "occupation_code": "装配钳工",
        "industry_code": "C34",
        "major_codes": ["660103"],
        "skills": ["数控", "AutoCAD"],
        "typical_tasks": ["机床装配", "精度检测", "试切加工"],
        "post_class": "装配钳工",
        "seats": 4,
        "start_on": "2027-03-01",
        "end_on": "2027-08-28",
        "pay_fen_month": 300_000,
        "pay_cycle_days": 30,
        "pay_method": "money",
        "payee": "student",
        "hours_day": "8",
        "days_week": "5",
        "shift_start": "08:30",
        "shift_end": "17:30",
        "works_night": False,
        "works_rest_days": False,
        "works_overtime": False,
        "hazards": [],
        "intensity": "II",
        "mentor_ratio": "3",
        "wages": {"reference_fen_month": 360_000},
        **changes,
    }


def enterprise(room: InternshipsRoom, name: str = "杭州精工机械有限公司", **facts: Any) -> UUID:
    return room.organisation("enterprise", name, **{"uscc": USCC, "industry_code": "C34", **facts})


async def drafted(hr: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await hr.post("/v1/posts", json=good_post(**changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def published(hr: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    return await drafted(hr, publish=True, **changes)


def rules(report: dict[str, Any]) -> dict[str, str]:
    return {finding["rule"]: finding["level"] for finding in report["findings"]}
