"""Enterprises with posts on the real platform, and the workers that do their jobs."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from portal_hands import Browser
from portal_platform import Organisation, People, new_number

from gateway.portal.api_client import ApiClient
from shared.catalogues.uscc import check_character, organisation_check_character
from shared.kernel.clock import china_day, utc_now


def new_uscc() -> str:
    """Return a credit code that holds, of nobody."""
    number = f"{90_000_000 + new_number():08d}"
    body = "91330106" + number + organisation_check_character(number)
    return body + check_character(body)


def day(days: int) -> str:
    """Return a day so far from today."""
    return (china_day(utc_now()) + timedelta(days=days)).isoformat()


def good_post(**changes: Any) -> dict[str, Any]:
    """Return a post that no rule stops."""
    return {
        "title": "数控车床装调实习",
        "description": "在师傅指导下完成数控机床的装配与调试，参与典型零件加工。",
        "kind": "on_post",
        "region_code": "330106",
        "occupation_code": "6-20-01-01",
        "industry_code": "34",
        "major_codes": ["660103"],
        "skills": ["数控", "AutoCAD"],
        "typical_tasks": ["机床装配", "精度检测", "试切加工"],
        "post_class": "装配钳工",
        "seats": 4,
        "start_on": day(90),
        "end_on": day(270),
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


async def verified_enterprise(people: People, name: str = "杭州精工机械有限公司") -> Organisation:
    """Register an enterprise and have it verified."""
    uscc = new_uscc()
    told = f"{name}{new_number()}"
    firm = await people.found(name=told, uscc=uscc, region_code="330106", industry_code="34")
    admin = await people.api(firm.login)
    path = f"/v1/organisations/{firm.id}/verifications"
    asked = await admin.post(path, {"uscc": uscc, "evidence": "营业执照副本"})
    operator = await people.api(await people.found_operator())
    decision = {"decision": "approve", "reason": "与登记信息一致"}
    await operator.post(f"/v1/verifications/{asked.body['id']}/decision", decision)
    return firm


async def hr_of(people: People, firm: Organisation) -> str:
    """Give the enterprise a person of its human resources; return their login."""
    login = f"portal-hr-{new_number()}"
    await people.join(firm.id, login, "hr", name="周敏")
    return login


async def drafted(api: ApiClient, **changes: Any) -> dict[str, Any]:
    return (await api.post("/v1/posts", good_post(**changes))).body


async def published(api: ApiClient, **changes: Any) -> dict[str, Any]:
    return await drafted(api, publish=True, **changes)


async def settled(browser: Browser, path: str, seconds: float = 30.0) -> str:
    """Open a job's page until it does not move any more."""
    for _ in range(int(seconds / 0.1)):
        html = (await browser.open(path)).text
        if 'data-progress="moving"' not in html:
            return html
        await asyncio.sleep(0.1)
    raise AssertionError("the job did not end in time")
