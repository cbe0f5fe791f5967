"""Who takes part: organisations, their programs, verification, people with accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gateway.demo.door import Actor, Door
from gateway.demo.world import DemoEnterprise, DemoSchool, Season

ALLIANCE = "职业教育学分互认联盟（示例）"
AUTHORITY = "产教融合主管部门（示例）"
# What one program of an organisation does here; a real one asks for no more than it needs.
ENTERPRISE_SCOPES = (
    "organisations:write",
    "posts:write",
    "enterprise:manage",
    "placements:host",
    "notices:write",
)
SCHOOL_SCOPES = (
    "hosts:write",
    "rosters:write",
    "batches:write",
    "wishes:import",
    "placements:read",
    "appeals:decide",
    "notices:write",
)


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account: who may use it, and what it shows best."""

    role: str
    login: str
    password: str
    look_at: str


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation on the platform and the program that acts for it."""

    org_id: str
    client_id: str
    secret: str = field(repr=False)
    actor: Actor


async def add_organisation(operator: Actor, told: dict[str, Any]) -> str:
    """Register an organisation and return its id."""
    made = await operator.post("/v1/organisations", told)
    return str(made["id"])


async def add_program(
    door: Door, operator: Actor, org_id: str, *, scopes: tuple[str, ...]
) -> Member:
    """Register a program of an organisation, as its administrator would, and act as it."""
    told = {"org_id": org_id, "name": "业务系统接口（示例）", "scopes": list(scopes)}
    made = await operator.post("/v1/clients", told)
    client_id, secret = str(made["id"]), str(made["client_secret"])
    return Member(org_id, client_id, secret, door.program(client_id, secret))


async def add_person(
    operator: Actor, org_id: str, account: Account, *, name: str, number: str | None = None
) -> None:
    """Give a person of an organisation an account with one role."""
    told = {
        "org_id": org_id,
        "login": account.login,
        "name": name,
        "roles": [account.role],
        "member_no": number,
        "password": account.password,
    }
    await operator.post("/v1/people", told)


async def add_authority(operator: Actor) -> str:
    """Register the authority whose reviewers verify enterprises everywhere."""
    told = {"kind": "authority", "name": AUTHORITY, "region_code": "000000"}
    return await add_organisation(operator, told)


async def add_enterprise(door: Door, operator: Actor, enterprise: DemoEnterprise) -> Member:
    """Register an enterprise and its program; it is not verified yet."""
    org_id = await add_organisation(
        operator,
        {
            "kind": "enterprise",
            "name": enterprise.name,
            "uscc": enterprise.uscc,
            "region_code": enterprise.region_code,
            "industry_code": enterprise.industry_code,
        },
    )
    return await add_program(door, operator, org_id, scopes=ENTERPRISE_SCOPES)


async def verify_enterprise(
    reviewer: Actor, member: Member, enterprise: DemoEnterprise, *, season: Season
) -> None:
    """Let an enterprise submit itself for verification, and a reviewer approve it."""
    submitted = await member.actor.post(
        f"/v1/organisations/{member.org_id}/verifications",
        {
            "uscc": enterprise.uscc,
            "evidence": "营业执照（演示数据，未上传扫描件）",
            "staff_total": enterprise.staff_total,
            "staff_total_on": season.today.isoformat(),
        },
    )
    await reviewer.post(
        f"/v1/verifications/{submitted['id']}/decision",
        {"decision": "approve", "reason": "演示：信用代码校验通过"},
    )


async def add_school(door: Door, operator: Actor, school: DemoSchool) -> Member:
    """Register a school of the Ministry's list and its program."""
    org_id = await add_organisation(
        operator,
        {
            "kind": "school",
            "name": school.name,
            "region_code": school.region_code,
            "moe_code": school.code,
            "level": school.level,
        },
    )
    return await add_program(door, operator, org_id, scopes=SCHOOL_SCOPES)
