"""Where a clause asks for it, a department of the region registers a notice or returns it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.exchange.conftest import ExchangeRoom
from tests.exchange.notice_bodies import audited, decide, drafted, good_notice, in_jilin, submitted

REASON = "请补充岗位所需的职业资格要求"


@pytest.mark.parametrize(
    ("region", "level"),
    [
        ("220000", "province"),
        ("220100", "city"),
        ("220102", "county"),
        ("000000", "nation"),
    ],
)
async def test_a_department_whose_region_holds_the_place_registers_which_publishes(
    room: ExchangeRoom, region: str, level: str
) -> None:
    writer = room.someone("enterprise", "吉林制造")
    notice = await in_jilin(writer)
    assert notice["state"] == "submitted"
    asked = notice["registration"]
    assert (asked["required"], asked["pack_id"], asked["clause"]) == (True, "cn-jl", "十二")
    assert asked["document"] == "吉林省人民政府办公厅关于深化产教融合的实施意见"
    path = f"/v1/notices/{notice['id']}"
    assert (await room.anyone().get(path)).status_code == 404
    department = room.someone("authority", "某教育局", region_code=region)
    assert (await department.get(path)).json()["state"] == "submitted"
    answer = await decide(department, notice)
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"v2"'
    registered = (await room.anyone().get(path)).json()
    assert registered["state"] == "published"
    assert registered["registration"]["level"] == level
    assert registered["registration"]["registrar"]["name"] == "某教育局"
    assert registered["registration"]["registered_at"] == registered["published_at"]
    trail = await audited(room, notice["id"])
    assert trail["audit.notice.registered"]["pack"] == "cn-jl"
    steps = (await writer.get(f"{path}/steps")).json()["items"]
    assert [(s["step"], s["organisation"]["name"]) for s in steps] == [
        ("drafted", "吉林制造"),
        ("submitted", "吉林制造"),
        ("registered", "某教育局"),
        ("published", "某教育局"),
    ]


async def test_what_is_returned_is_a_draft_again_with_the_reason_for_its_own_organisation(
    room: ExchangeRoom,
) -> None:
    writer = room.someone("school", "长春某校")
    notice = await in_jilin(writer)
    path = f"/v1/notices/{notice['id']}"
    department = room.someone("authority", "长春市人社局", region_code="220100")
    silent = await decide(department, notice, "return")
    assert silent.status_code == 422
    assert silent.json()["errors"][0]["pointer"] == "/reason"
    returned = await decide(department, notice, "return", reason=REASON)
    assert returned.status_code == 200, returned.text
    assert (returned.json()["state"], returned.json()["returned_reason"]) == ("draft", None)
    own = (await writer.get(path)).json()
    assert (own["state"], own["returned_reason"]) == ("draft", REASON)
    assert own["registration"]["registrar"]["name"] == "长春市人社局"
    assert own["registration"]["registered_at"] is None
    steps = (await writer.get(f"{path}/steps")).json()["items"]
    assert (steps[-1]["step"], steps[-1]["reason"]) == ("returned", REASON)
    mended = await writer.patch(path, json={"places": 5}, headers={"if-match": '"v2"'})
    assert mended.json()["state"] == "draft"
    # What is being written anew is nobody's to read, whoever returned it.
    assert (await department.get(path)).status_code == 404
    again = (await writer.post(f"{path}/submit")).json()
    assert (again["state"], again["returned_reason"]) == ("submitted", None)
    assert (await decide(department, again)).json()["state"] == "published"


async def test_a_change_of_a_registered_notice_is_registered_again(room: ExchangeRoom) -> None:
    writer = room.someone("enterprise", "吉林制造")
    notice = await in_jilin(writer)
    path = f"/v1/notices/{notice['id']}"
    department = room.someone("authority", "吉林省教育厅", region_code="220000")
    await decide(department, notice)
    changed = await writer.patch(path, json={"places": 99}, headers={"if-match": '"v2"'})
    told = changed.json()
    assert (told["state"], told["registration"]["registrar"]) == ("submitted", None)
    assert (await room.anyone().get(path)).status_code == 404
    found = await room.anyone().get("/v1/notices", params={"region": "220102"})
    assert notice["id"] not in {item["id"] for item in found.json()["items"]}
    assert (await decide(department, told)).json()["places"] == 99
    assert (await room.anyone().get(path)).json()["places"] == 99


async def test_a_decision_on_another_version_than_the_newest_is_refused(
    room: ExchangeRoom,
) -> None:
    writer = room.someone("enterprise", "吉林制造")
    notice = await in_jilin(writer)
    path = f"/v1/notices/{notice['id']}"
    department = room.someone("authority", "吉林省教育厅", region_code="220000")
    unseen = await department.post(f"{path}/registrations", json={"decision": "register"})
    assert unseen.status_code == 428
    await writer.patch(path, json={"places": 99}, headers={"if-match": '"v1"'})
    stale = await decide(department, notice)
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert (await writer.get(path)).json()["state"] == "submitted"


async def test_of_two_departments_that_decide_at_once_one_is_told_that_it_came_second(
    room: ExchangeRoom,
) -> None:
    notice = await in_jilin(room.someone("enterprise", "吉林制造"))
    one = room.someone("authority", "吉林省教育厅", region_code="220000")
    other = room.someone("authority", "长春市人社局", region_code="220100")
    answers = await asyncio.gather(
        decide(one, notice), decide(other, notice, "return", reason=REASON)
    )
    assert sorted(answer.status_code for answer in answers)[0] == 200
    # The second sees no version of that number any more, or no notice where it was returned.
    assert sorted(answer.status_code for answer in answers)[1] in {404, 412}


async def test_what_is_published_is_not_registered_twice(room: ExchangeRoom) -> None:
    notice = await submitted(room.someone("enterprise", "杭州精工"))
    department = room.someone("authority", "杭州市教育局", region_code="330100")
    again = await decide(department, notice)
    assert (again.status_code, again.json()["code"]) == (409, "notice_not_submitted")


@pytest.mark.parametrize("region", ["330000", "220200", "220103"])
async def test_a_department_of_another_region_finds_nothing_to_decide(
    room: ExchangeRoom, region: str
) -> None:
    notice = await in_jilin(room.someone("enterprise", "吉林制造"))
    foreign = room.someone("authority", "外地教育局", region_code=region)
    answer = await decide(foreign, notice)
    assert (answer.status_code, answer.json()["code"]) == (404, "notice_not_found")
    assert (await foreign.get(f"/v1/notices/{notice['id']}")).status_code == 404
    waiting = (await foreign.get("/v1/notice-registrations")).json()["items"]
    assert notice["id"] not in {item["id"] for item in waiting}


@pytest.mark.parametrize(
    ("facts", "status"),
    [({"region_code": None}, 403), ({"verified": False, "region_code": "220000"}, 409)],
)
async def test_a_department_without_region_or_verification_registers_nothing(
    room: ExchangeRoom, facts: dict[str, Any], status: int
) -> None:
    notice = await in_jilin(room.someone("enterprise", "吉林制造"))
    answer = await decide(room.someone("authority", "某局", **facts), notice)
    assert answer.status_code == status


async def test_only_registrars_decide(room: ExchangeRoom) -> None:
    notice = await in_jilin(room.someone("enterprise", "吉林制造"))
    org = room.organisation("authority", "吉林省教育厅", region_code="220000")
    for caller, status in (
        (room.member(org, "analyst"), 403),
        (room.someone("school", "某校"), 403),
        (room.anyone(), 401),
    ):
        assert (await decide(caller, notice)).status_code == status
        assert (await caller.get("/v1/notice-registrations")).status_code == status


async def test_the_queue_is_the_regions_oldest_first_in_pages_without_gap_or_repeat(
    room: ExchangeRoom,
) -> None:
    place = "220881"  # 洮南市: no other test submits there
    writer = room.someone("enterprise", f"白城企业{uuid4().hex[:6]}")
    start = datetime(2026, 11, 1, tzinfo=UTC)
    wanted: list[str] = []
    for hour in range(5):
        room.now = start + timedelta(hours=hour)
        notice = await submitted(writer, region_code=place, title=f"第{hour}条")
        wanted.append(notice["id"])
    await drafted(writer, region_code=place)
    room.now = start + timedelta(hours=9)
    # The one that waits longest is mended, and keeps its place.
    path = f"/v1/notices/{wanted[0]}"
    await writer.patch(path, json={"places": 2}, headers={"if-match": '"v1"'})
    department = room.someone("authority", "洮南市教育局", region_code=place)
    seen: list[str] = []
    following: str | None = "/v1/notice-registrations?limit=2"
    while following:
        answer = await department.get(following)
        body = answer.json()
        seen += [item["id"] for item in body["items"]]
        following = body["next"] and f"/v1/notice-registrations?limit=2&cursor={body['next']}"
    assert seen == wanted


async def test_a_cursor_of_the_search_opens_no_queue(room: ExchangeRoom) -> None:
    hr = room.someone("enterprise", "杭州精工")
    for _ in range(2):
        await submitted(hr)
    page = (await room.anyone().get("/v1/notices?limit=1")).json()
    department = room.someone("authority", "吉林省教育厅", region_code="220000")
    answer = await department.get("/v1/notice-registrations", params={"cursor": page["next"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")


@pytest.mark.parametrize("region", ["330106", "330602", "330203"])
async def test_in_zhejiang_a_colleges_research_has_a_partner_or_says_why_not(
    room: ExchangeRoom, region: str
) -> None:
    college = room.someone("school", "某大学", level="bachelor")
    told = {"kind": "research", "side": "offer", "region_code": region}
    draft = await drafted(college, **told)
    path = f"/v1/notices/{draft['id']}"
    refused = await college.post(f"{path}/submit")
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/partner_name", "research_partner_missing")
    assert "原则上应有行业企业参与" in error["message"]
    seen = {"if-match": '"v1"'}
    await college.patch(path, json={"partner_waiver": "正在征集参与企业"}, headers=seen)
    assert (await college.post(f"{path}/submit")).json()["state"] == "published"
    named = await submitted(college, **told, partner_name="杭州精工")
    assert named["state"] == "published"
    rule = named["partner_rule"]
    assert (rule["required"], rule["met_by"]) == (True, "partner")
    assert (rule["pack_id"], rule["clause"]) == ("cn-zj", "七")
    bare = await college.patch(path, json={"partner_waiver": None}, headers={"if-match": '"v3"'})
    assert bare.status_code == 422


@pytest.mark.parametrize(
    ("kind", "facts", "changes"),
    [
        ("enterprise", {}, {"kind": "research"}),  # its own partner
        ("school", {"level": "technician"}, {"kind": "research"}),  # no 高校
        ("school", {"level": "bachelor"}, {"kind": "technical_service"}),
        ("school", {"level": "bachelor"}, {"kind": "research", "region_code": "220102"}),
        ("school", {"level": "bachelor"}, {"kind": "research", "region_code": "410100"}),
    ],
)
async def test_elsewhere_and_of_others_no_partner_is_asked(
    room: ExchangeRoom, kind: str, facts: dict[str, Any], changes: dict[str, Any]
) -> None:
    writer = room.someone(kind, "某单位", **facts)
    answer = await writer.post("/v1/notices", json=good_notice(submit=True, **changes))
    assert answer.status_code == 201, answer.text
    rule = answer.json()["partner_rule"]
    assert rule is None or not rule["required"] or rule["met_by"] == "own"
