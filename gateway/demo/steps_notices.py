"""The exchange in the demonstration: notices of both sides, a department, an agreement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gateway.demo.door import Actor, in_parallel
from gateway.demo.notices import NEED_ANSWERED, OFFER_THAT_FITS, SKETCHES
from gateway.demo.steps_accounts import Account, add_organisation, add_person
from shared.catalogues.uscc import make_code

DEPARTMENT = "吉林省产教融合登记部门（示例）"
_JILIN = "220000"
_MESSAGE = "我们的订单班每期 45 人，师傅和设备都由企业出，想和贵校谈谈课程与时间安排。"
_ANSWER = "欢迎。二年级正好 40 人，建议下学期开班，课程可以一起定。"


@dataclass(frozen=True, slots=True)
class Authors:
    """Who writes the notices: schools by name, enterprises by their row."""

    actors: Mapping[str, Actor]

    async def write(self, today: date) -> dict[str, Any]:
        """Send every notice, all beside each other; return the ids by title."""

        async def send(sketch: Any) -> Any:
            return await self.actors[sketch.author].post("/v1/notices", sketch.body(today))

        made = await in_parallel(send, SKETCHES)
        return {one["title"]: one["id"] for one in made}

    async def agree(self, notices: Mapping[str, Any], today: date) -> None:
        """Let the enterprise answer the school's need, and both agree."""
        firm, school = self.actors["0"], self.actors["school"]
        told = {"message": _MESSAGE, "own_notice_id": notices[OFFER_THAT_FITS]}
        asked = await firm.post(f"/v1/notices/{notices[NEED_ANSWERED]}/connections", told)
        path = f"/v1/connections/{asked['id']}"
        await school.post(f"{path}/decisions", {"decision": "accept"})
        await school.post(f"{path}/messages", {"text": _ANSWER})
        agreement = {
            "subject": "共建仓配一体化订单班：企业出师傅与设备，学校出教室与学籍管理（演示）",
            "start_on": (today + timedelta(days=90)).isoformat(),
            "end_on": (today + timedelta(days=455)).isoformat(),
            "places": 40,
        }
        proposed = await school.post(f"{path}/agreements", agreement)
        number = proposed["agreement"]["number"]
        await firm.post(f"{path}/agreements/{number}/confirmations")


async def verify_body(operator: Actor, reviewer: Actor, org_id: str, *, uscc: str) -> None:
    """Have a public body verified: only verified ones publish and register."""
    told = {"uscc": uscc, "evidence": "统一社会信用代码证书（演示数据，未上传扫描件）"}
    submitted = await operator.post(f"/v1/organisations/{org_id}/verifications", told)
    decision = {"decision": "approve", "reason": "演示：信用代码校验通过"}
    await reviewer.post(f"/v1/verifications/{submitted['id']}/decision", decision)


async def add_department(operator: Actor, reviewer: Actor, account: Account) -> None:
    """Register the department of Jilin that registers notices, and its one person."""
    told = {"kind": "authority", "name": DEPARTMENT, "region_code": _JILIN}
    org_id = await add_organisation(operator, told)
    await add_person(operator, org_id, account, name="金立")
    uscc = make_code(_JILIN, 2, department="1", kind="1")
    await verify_body(operator, reviewer, org_id, uscc=uscc)
