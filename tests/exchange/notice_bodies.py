"""Bodies of notices that tests send: one that nothing refuses, changed as a test needs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from shared.db.session import PLATFORM
from tests.exchange.conftest import ExchangeRoom


def good_notice(**changes: Any) -> dict[str, Any]:
    return {
        "side": "need",
        "kind": "staffing",
        "title": "招聘数控车工",
        "summary": "需要熟悉数控车床编程与操作的技术工人，两班制。",
        "region_code": "330106",
        "industry_code": "34",
        "occupation_code": "6-18-01-01",
        "major_codes": ["660103"],
        "skills": ["数控编程"],
        "places": 10,
        "price_fen": 650_000,
        "price_per": "month",
        **changes,
    }


async def drafted(writer: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await writer.post("/v1/notices", json=good_notice(**changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def submitted(writer: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    return await drafted(writer, submit=True, **changes)


async def in_jilin(writer: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """Submit a notice where a department registers it first."""
    return await submitted(writer, region_code="220102", **changes)


async def decide(
    registrar: httpx.AsyncClient, notice: dict[str, Any], decision: str = "register", **told: Any
) -> httpx.Response:
    return await registrar.post(
        f"/v1/notices/{notice['id']}/registrations",
        json={"decision": decision, **told},
        headers={"if-match": f'"v{notice["version"]}"'},
    )


async def audited(room: ExchangeRoom, notice_id: str) -> dict[str, Any]:
    async with room.database.begin(PLATFORM) as tx:
        rows = await tx.execute(
            text("SELECT kind, payload FROM outbox WHERE subject_id = :id"), {"id": UUID(notice_id)}
        )
        return {row.kind: row.payload for row in rows}
