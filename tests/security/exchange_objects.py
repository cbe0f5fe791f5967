"""A notice of every standing and a connection on each side, made over the API by those who may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gateway.demo.door import expect
from shared.catalogues.uscc import make_code

if TYPE_CHECKING:
    from tests.security.scene import Person

_NOTICE = {
    "kind": "order_class",
    "title": "数控技术订单班",
    "summary": "校企共同制定培养方案，学生毕业后到企业就业。",
    "region_code": "330106",
}
_AGREEMENT = {"subject": "共建订单班一个", "start_on": "2027-09-01", "end_on": "2030-06-30"}


async def fill_board(
    people: Mapping[str, Person], reviewer: Person, *, serial: int
) -> dict[str, str]:
    """Let an enterprise publish a need, a verified school answer it, and both talk; returns ids.

    The notice that is named is a draft: what is published is everybody's to read.
    """
    await _verify(people["school_admin"], reviewer, serial)
    school, enterprise = people["internship_office"], people["hr"]
    need = await _send(enterprise, "/v1/notices", {**_NOTICE, "side": "need", "submit": True})
    offer = await _send(school, "/v1/notices", {**_NOTICE, "side": "offer", "submit": True})
    draft = await _send(enterprise, "/v1/notices", {**_NOTICE, "side": "need"})
    asked = await _send(
        school,
        f"/v1/notices/{need['id']}/connections",
        {"message": "愿与贵厂对接。", "own_notice_id": offer["id"]},
    )
    path = f"/v1/connections/{asked['id']}"
    await _send(enterprise, f"{path}/decisions", {"decision": "accept"})
    await _send(enterprise, f"{path}/agreements", _AGREEMENT)
    return {"notice_id": draft["id"], "connection_id": asked["id"]}


async def _verify(school: Person, reviewer: Person, serial: int) -> None:
    told = {
        "uscc": make_code("330100", serial, department="1", kind="2"),
        "evidence": "事业单位法人证书",
    }
    filed = await _send(school, f"/v1/organisations/{school.org_id}/verifications", told)
    decision = {"decision": "approve", "reason": "信用代码与证书一致"}
    await _send(reviewer, f"/v1/verifications/{filed['id']}/decision", decision)


async def _send(person: Person, path: str, told: Any) -> Any:
    return expect(await person.call("POST", path, json=told)).json()
