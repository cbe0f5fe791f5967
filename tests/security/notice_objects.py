"""A notice that waits for its department: neither a draft nor for everyone to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gateway.demo.door import expect
from tests.exchange.notice_bodies import good_notice

if TYPE_CHECKING:
    from tests.security.scene import Person


async def fill_waiting(people: Mapping[str, Person]) -> dict[str, str]:
    """Let a verified enterprise submit a notice where a department registers it; returns its id."""
    told = good_notice(region_code="220102", submit=True)
    waiting = expect(await people["hr"].call("POST", "/v1/notices", json=told)).json()
    assert waiting["state"] == "submitted"
    return {"waiting_id": waiting["id"]}
