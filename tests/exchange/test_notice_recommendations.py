"""What is recommended answers one's own notices, or is near; a switch shows everybody the same."""

from __future__ import annotations

from typing import Any

import httpx

from tests.exchange.conftest import ExchangeRoom
from tests.exchange.notice_bodies import submitted

PATH = "/v1/notice-recommendations"


async def recommended(client: httpx.AsyncClient, query: str = "limit=50") -> dict[str, Any]:
    answer = await client.get(f"{PATH}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_best_answers_to_ones_own_notices_each_name_the_notice_they_answer(
    room: ExchangeRoom,
) -> None:
    school, enterprise = room.someone("school", "甲校"), room.someone("enterprise", "乙厂")
    mentor = await submitted(school, kind="mentor", skills=["PLC"], title="聘请产业导师")
    lease = await submitted(
        school, side="offer", kind="lease", skills=["洁净室"], title="出租实训车间"
    )
    teacher = await submitted(
        enterprise, side="offer", kind="mentor", skills=["PLC"], title="派出产业导师"
    )
    tenant = await submitted(enterprise, kind="lease", skills=["洁净室"], title="求租车间")
    own = await submitted(school, side="offer", kind="mentor", title="本校导师")
    found = await recommended(school)
    assert found["personalised"] is True
    answered = {each["notice"]["id"]: each for each in found["items"]}
    assert answered[teacher["id"]]["for_notice"] == mentor["id"]
    assert answered[tenant["id"]]["for_notice"] == lease["id"]
    assert not {own["id"], mentor["id"], lease["id"]} & answered.keys()
    scores = [each["score"] for each in found["items"]]
    assert scores == sorted(scores, reverse=True)
    alone = (await school.get(f"/v1/notices/{mentor['id']}/matches?limit=50")).json()["items"]
    (same,) = [each for each in alone if each["notice"]["id"] == teacher["id"]]
    assert same["score"] == answered[teacher["id"]]["score"]
    assert same["reasons"] == answered[teacher["id"]]["reasons"]


async def test_a_notice_that_answers_two_of_ones_own_is_recommended_once_for_the_better(
    room: ExchangeRoom,
) -> None:
    school, enterprise = room.someone("school", "甲校"), room.someone("enterprise", "乙厂")
    told = {"kind": "industry_college", "region_code": "411702", "summary": "共建现代产业学院。"}
    near = await submitted(school, **told, skills=["焊接"])
    far = await submitted(school, **told, skills=["护理"], major_codes=["520201"])
    offer = await submitted(enterprise, **told, side="offer", skills=["焊接"])
    items = (await recommended(school))["items"]
    assert [each["for_notice"] for each in items if each["notice"]["id"] == offer["id"]] == [
        near["id"]
    ]
    assert far["id"] not in {each["for_notice"] for each in items}


async def test_without_notices_of_its_own_an_organisation_is_shown_what_is_near_to_it(
    room: ExchangeRoom,
) -> None:
    publisher = room.someone("enterprise", "丙厂")
    here = await submitted(publisher, region_code="610102", industry_code="3411")
    there = await submitted(publisher, region_code="610102", industry_code="J66")
    newcomer = room.someone("school", "丁校", region_code="610102", industry_code="C3411")
    found = await recommended(newcomer)
    assert found["personalised"] is True
    assert found["items"][0]["notice"]["id"] == here["id"]
    terms = {each["term"]: each for each in found["items"][0]["reasons"]}
    assert (terms["industry"]["value"], terms["region"]["value"]) == (1.0, 1.0)
    assert terms["region"]["text_zh"] == "同一区县：新城区"
    assert terms["industry"]["text_zh"].startswith("行业相同：")
    assert found["items"][0]["for_notice"] is None
    shown = {each["notice"]["id"]: each["score"] for each in found["items"]}
    assert shown[there["id"]] < shown[here["id"]] == 1.0


async def test_where_nobody_answers_its_notices_an_organisation_is_shown_what_is_near(
    room: ExchangeRoom,
) -> None:
    near = await submitted(room.someone("enterprise", "丙厂"), region_code="650102")
    lonely = room.someone("school", "壬校", region_code="650102", industry_code="P82")
    # No other test needs a kind that answers this one.
    await submitted(lonely, side="offer", kind="course_package", region_code="650102")
    found = await recommended(lonely)
    (shown,) = [each for each in found["items"] if each["notice"]["id"] == near["id"]]
    assert (shown["for_notice"], found["personalised"]) == (None, True)


async def test_the_switch_shows_the_newest_the_same_to_everybody(room: ExchangeRoom) -> None:
    publisher = room.someone("enterprise", "戊厂")
    older, newer = await submitted(publisher), await submitted(publisher)
    reader = room.someone("school", "己校")
    answers = [
        await recommended(client, "personalised=false&limit=50")
        for client in (publisher, reader, room.client(org_id=None))
    ]
    assert answers[0] == answers[1] == answers[2]
    found = answers[0]
    assert (found["personalised"], found["considered"]) == (False, 0)
    ids = [each["notice"]["id"] for each in found["items"]]
    assert ids.index(newer["id"]) < ids.index(older["id"])
    moments = [each["notice"]["published_at"] for each in found["items"]]
    assert moments == sorted(moments, reverse=True)
    assert all(each["reasons"] == [] for each in found["items"])


async def test_who_has_nothing_to_go_by_is_told_that_nothing_personal_was_used(
    room: ExchangeRoom,
) -> None:
    await submitted(room.someone("enterprise", "庚厂"))
    nowhere = room.someone("school", "辛校", region_code=None)
    for client in (nowhere, room.client(org_id=None)):
        assert (await recommended(client))["personalised"] is False
    assert (await room.anyone().get(PATH)).status_code == 401
