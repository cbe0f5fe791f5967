"""What lies between an enterprise's posts and a school's batch: head counts, register of hosts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from gateway.demo.door import expect
from gateway.demo.steps_accounts import Member
from gateway.demo.world import DemoEnterprise

# The eight items of an inspection (article 7).
ITEMS = (
    "qualification",
    "integrity",
    "management",
    "nature_of_post",
    "working_time",
    "environment",
    "health",
    "safety",
)
# One host in four is new and inspected; the others are hosts of earlier years.
NEW_EVERY = 4
_ABOVE_SIZE_FROM = 300
_REPORT = "考察评估报告（演示）：八项内容均已实地核对。\n".encode()


async def declare_staff(member: Member, enterprise: DemoEnterprise, *, on: date) -> None:
    """Declare the three dated head counts of an enterprise."""
    counts: list[dict[str, Any]] = [
        {"measure": "staff_total", "staff": enterprise.staff_total},
        {"measure": "staff_on_duty", "staff": enterprise.staff_on_duty},
        *(
            {"measure": "staff_same_post", "post_class": name, "staff": staff}
            for name, staff in enterprise.staff_same_post.items()
        ),
    ]
    told = {
        "above_designated_size": enterprise.staff_total >= _ABOVE_SIZE_FROM,
        "counts": [{**count, "counted_on": on.isoformat()} for count in counts],
    }
    path = f"/v1/enterprises/{member.org_id}/head-counts"
    expect(await member.actor.call("PUT", path, json=told))


async def register_host(school: Member, enterprise: Member, *, on: date, new: bool) -> None:
    """Put an enterprise on a school's register of hosts; a new one after an inspection."""
    host = await school.actor.post("/v1/hosts", {"enterprise_id": enterprise.org_id})
    path = f"/v1/hosts/{host['id']}"
    version = int(host["version"])
    if new:
        version = await _inspect(school, path, version, on=on)
    decision = {
        "decided_on": on.isoformat(),
        "decision_note": "演示：经校务会议审定",
        "public_url": "https://example.edu.cn/hosts",
        "new_host": new,
    }
    headers = {"if-match": f'"v{version}"'}
    expect(await school.actor.call("POST", f"{path}/approve", json=decision, headers=headers))


async def _inspect(school: Member, path: str, version: int, *, on: date) -> int:
    """Keep a visit and its written report; return the entry's version."""
    visit = {
        "inspected_on": (on - timedelta(days=20)).isoformat(),
        "inspectors": "实习管理部门两名教师（演示）",
        "items": {item: {"satisfied": True, "note": "符合"} for item in ITEMS},
    }
    headers = {"if-match": f'"v{version}"'}
    put = f"{path}/inspection"
    seen = expect(await school.actor.call("PUT", put, json=visit, headers=headers)).headers["etag"]
    kept = expect(
        await school.actor.call(
            "PUT",
            f"{path}/report",
            content=_REPORT,
            headers={"if-match": seen, "content-type": "text/plain"},
        )
    )
    return int(kept.json()["version"])
