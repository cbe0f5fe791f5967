"""Organisations draft, submit, change and close notices; only what may be told is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from shared.db.session import PLATFORM
from tests.exchange.conftest import ExchangeRoom
from tests.exchange.notice_bodies import audited, drafted, good_notice, in_jilin, submitted


async def steps_of(room: ExchangeRoom, notice_id: str) -> list[str]:
    async with room.database.begin(PLATFORM) as tx:
        rows = await tx.execute(
            text("SELECT step FROM notice_steps WHERE notice_id = :id ORDER BY number"),
            {"id": UUID(notice_id)},
        )
        return [row.step for row in rows]


async def test_a_draft_is_kept_with_codes_for_names_and_seen_by_its_own_writers_only(
    room: ExchangeRoom,
) -> None:
    org = room.organisation("school", "某职业技术学院", verified=False)
    office = room.member(org)
    body = good_notice(industry_code="C34", major_codes=["护理"], kind="order_class", side="offer")
    answer = await office.post("/v1/notices", json=body)
    assert answer.status_code == 201, answer.text
    draft = answer.json()
    assert answer.headers["location"] == f"/v1/notices/{draft['id']}"
    assert answer.headers["etag"] == '"v1"'
    assert (draft["state"], draft["published_at"]) == ("draft", None)
    assert draft["industry_code"] == "34"
    assert "520201" in draft["major_codes"]
    assert draft["organisation"]["name"] == "某职业技术学院"
    path = f"/v1/notices/{draft['id']}"
    assert (await room.member(org, "school_admin").get(path)).status_code == 200
    strangers = (
        room.anyone(),
        room.member(org, "student"),
        room.someone("enterprise", "别家"),
        room.someone("authority", "杭州市教育局", region_code="330100"),
    )
    for stranger in strangers:
        answer = await stranger.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "notice_not_found")


async def test_a_submitted_notice_is_published_at_once_where_no_clause_asks_for_registration(
    room: ExchangeRoom,
) -> None:
    hr = room.someone("enterprise", "杭州精工")
    notice = await submitted(hr)
    assert notice["state"] == "published"
    assert notice["registration"] == {
        "required": False,
        "pack_id": "cn-zj-hz",
        "pack_version": notice["registration"]["pack_version"],
        "document": None,
        "clause": None,
        "registrar": None,
        "level": None,
        "registered_at": None,
    }
    read = await room.anyone().get(f"/v1/notices/{notice['id']}")
    assert read.json()["title"] == "招聘数控车工"
    assert await steps_of(room, notice["id"]) == ["drafted", "submitted", "published"]
    told = await audited(room, notice["id"])
    assert told.keys() == {
        "audit.notice.drafted",
        "audit.notice.submitted",
        "audit.notice.published",
    }
    assert told["audit.notice.published"]["pack"] == "cn-zj-hz"


async def test_every_wrong_field_of_a_body_is_named_at_once_in_both_languages(
    room: ExchangeRoom,
) -> None:
    room.now = datetime(2026, 11, 22, 4, tzinfo=UTC)
    hr = room.someone("enterprise", "杭州精工")
    body = good_notice(
        region_code="339999",
        occupation_code="飞天员",
        major_codes=["会飞的专业"],
        price_per=None,
        start_on="2027-05-01",
        end_on="2027-04-01",
        closes_on="2026-11-21",
    )
    for language, sign in (("zh-CN", "已过"), ("en", "is past")):
        answer = await hr.post("/v1/notices", json=body, headers={"accept-language": language})
        assert answer.status_code == 422
        found = {(e["pointer"], e["code"]): e["message"] for e in answer.json()["errors"]}
        assert found.keys() == {
            ("/region_code", "code_unknown"),
            ("/occupation_code", "code_unknown"),
            ("/major_codes", "code_unknown"),
            ("/price_per", "price_incomplete"),
            ("/end_on", "dates_reversed"),
            ("/closes_on", "past"),
        }
        assert sign in found["/closes_on", "past"]


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"end_on": "2026-11-21", "start_on": "2026-11-01"}, "/end_on", "past"),
        ({"end_on": "2077-01-01"}, "/end_on", "date_implausible"),
        ({"start_on": "1027-01-01"}, "/start_on", "date_implausible"),
        ({"end_on": "2027-01-01", "closes_on": "2027-01-02"}, "/closes_on", "dates_reversed"),
        ({"price_fen": None}, "/price_fen", "price_incomplete"),
    ],
)
async def test_a_field_that_cannot_be_meant_is_refused(
    room: ExchangeRoom, changes: dict[str, Any], pointer: str, code: str
) -> None:
    room.now = datetime(2026, 11, 22, 4, tzinfo=UTC)
    hr = room.someone("enterprise", "杭州精工")
    answer = await hr.post("/v1/notices", json=good_notice(**changes))
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]


async def test_the_closing_day_itself_is_still_in_time_by_the_day_in_china(
    room: ExchangeRoom,
) -> None:
    room.now = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)  # 23:59 in China
    hr = room.someone("enterprise", "杭州精工")
    draft = await drafted(hr, closes_on="2026-11-22")
    room.now = datetime(2026, 11, 22, 16, 1, tzinfo=UTC)
    late = await hr.post(f"/v1/notices/{draft['id']}/submit")
    assert late.status_code == 422
    assert late.json()["errors"][0]["pointer"] == "/closes_on"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"verified": False}, "notice_publisher_unverified"),
        ({"status": "suspended"}, "notice_publisher_inactive"),
    ],
)
async def test_drafts_are_free_and_only_verified_active_organisations_submit(
    room: ExchangeRoom, facts: dict[str, Any], code: str
) -> None:
    hr = room.someone("enterprise", "新企业", **facts)
    draft = await drafted(hr)
    answer = await hr.post(f"/v1/notices/{draft['id']}/submit")
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    at_once = await hr.post("/v1/notices", json=good_notice(submit=True))
    assert at_once.json()["code"] == code
    mine = (await hr.get("/v1/notices?mine=true")).json()["items"]
    assert [item["id"] for item in mine] == [draft["id"]]


@pytest.mark.parametrize(
    "kind", ["enterprise", "school", "industry_body", "service_organisation", "alliance"]
)
async def test_five_kinds_of_organisations_publish(room: ExchangeRoom, kind: str) -> None:
    notice = await submitted(room.someone(kind, "某单位"))
    assert notice["organisation"]["kind"] == kind


async def test_an_evaluator_has_neither_offers_nor_needs(room: ExchangeRoom) -> None:
    org = room.organisation("evaluator", "某评价机构")
    caller = room.client(org_id=str(org), org_kind="evaluator", scope="notices:write")
    answer = await caller.post("/v1/notices", json=good_notice())
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_service_organisation_arranges_no_internships_by_article_16(
    room: ExchangeRoom,
) -> None:
    service = room.someone("service_organisation", "某产教融合服务公司")
    answer = await service.post("/v1/notices", json=good_notice(kind="internship"))
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/kind", "REG-16.6")
    assert "第十六条(六)" in error["message"]
    assert (await submitted(room.someone("school", "某校"), kind="internship"))["id"]


async def test_a_change_needs_the_version_that_was_seen_and_renews_what_finds_it(
    room: ExchangeRoom,
) -> None:
    hr = room.someone("enterprise", "杭州精工")
    notice = await submitted(hr)
    path = f"/v1/notices/{notice['id']}"
    assert (await hr.patch(path, json={"places": 3})).status_code == 428
    stale = await hr.patch(path, json={"places": 3}, headers={"if-match": '"v9"'})
    assert stale.status_code == 412
    seen = {"if-match": '"v1"'}
    changed = await hr.patch(
        path, json={"title": "招聘激光焊工", "price_fen": None, "price_per": None}, headers=seen
    )
    assert changed.status_code == 200, changed.text
    assert changed.headers["etag"] == '"v2"'
    assert (changed.json()["state"], changed.json()["price_fen"]) == ("published", None)
    assert changed.json()["published_at"] == notice["published_at"]
    assert changed.json()["places"] == 10
    found = await room.anyone().get("/v1/notices", params={"q": "激光焊工"})
    assert notice["id"] in {item["id"] for item in found.json()["items"]}
    assert await steps_of(room, notice["id"]) == ["drafted", "submitted", "published", "changed"]


async def test_a_change_that_changes_nothing_leaves_no_trace(room: ExchangeRoom) -> None:
    hr = room.someone("enterprise", "杭州精工")
    draft = await drafted(hr)
    path = f"/v1/notices/{draft['id']}"
    same = await hr.patch(path, json={"places": 10}, headers={"if-match": '"v1"'})
    assert same.json() == draft
    assert await steps_of(room, draft["id"]) == ["drafted"]


async def test_moving_a_published_notice_to_jilin_lets_its_departments_decide(
    room: ExchangeRoom,
) -> None:
    hr = room.someone("enterprise", "两地企业")
    notice = await submitted(hr)
    path = f"/v1/notices/{notice['id']}"
    moved = await hr.patch(path, json={"region_code": "220102"}, headers={"if-match": '"v1"'})
    assert moved.json()["state"] == "submitted"
    assert moved.json()["published_at"] is None
    assert (await room.anyone().get(path)).status_code == 404
    back = await hr.patch(path, json={"region_code": "330106"}, headers={"if-match": '"v2"'})
    assert back.json()["state"] == "published"
    assert await steps_of(room, notice["id"]) == [
        *("drafted", "submitted", "published"),
        *("changed", "submitted"),
        *("changed", "published"),
    ]


async def test_a_closed_notice_stays_readable_and_never_changes(room: ExchangeRoom) -> None:
    hr = room.someone("enterprise", "杭州精工")
    notice = await submitted(hr)
    path = f"/v1/notices/{notice['id']}"
    closed = await hr.post(f"{path}/close")
    assert closed.json()["state"] == "closed"
    read = (await room.anyone().get(path)).json()
    assert (read["state"], read["closed_at"]) == ("closed", closed.json()["closed_at"])
    for answer in (
        await hr.patch(path, json={"places": 3}, headers={"if-match": '"v2"'}),
        await hr.post(f"{path}/submit"),
        await hr.post(f"{path}/close"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "notice_closed")


async def test_a_draft_that_was_closed_was_never_told(room: ExchangeRoom) -> None:
    hr = room.someone("enterprise", "杭州精工")
    draft = await drafted(hr)
    assert (await hr.post(f"/v1/notices/{draft['id']}/close")).status_code == 200
    assert (await room.anyone().get(f"/v1/notices/{draft['id']}")).status_code == 404


async def test_a_published_notice_is_not_submitted_twice(room: ExchangeRoom) -> None:
    hr = room.someone("enterprise", "杭州精工")
    notice = await submitted(hr)
    again = await hr.post(f"/v1/notices/{notice['id']}/submit")
    assert (again.status_code, again.json()["code"]) == (409, "notice_not_draft")


async def test_another_organisations_notice_is_neither_changed_nor_closed(
    room: ExchangeRoom,
) -> None:
    notice = await submitted(room.someone("enterprise", "杭州精工"))
    other = room.someone("enterprise", "别家")
    path = f"/v1/notices/{notice['id']}"
    for answer in (
        await other.patch(path, json={"places": 3}, headers={"if-match": '"v1"'}),
        await other.post(f"{path}/submit"),
        await other.post(f"{path}/close"),
        await other.get(f"{path}/steps"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "notice_not_found")


async def test_the_history_tells_who_did_what_with_the_terms_as_they_were(
    room: ExchangeRoom,
) -> None:
    hr = room.someone("enterprise", "吉林制造", region_code="220102")
    notice = await in_jilin(hr)
    path = f"/v1/notices/{notice['id']}"
    await hr.patch(path, json={"places": 4}, headers={"if-match": '"v1"'})
    items = (await hr.get(f"{path}/steps")).json()["items"]
    assert [(i["number"], i["step"], i["terms"]["places"]) for i in items] == [
        (1, "drafted", 10),
        (2, "submitted", 10),
        (3, "changed", 4),
    ]
    assert {i["organisation"]["name"] for i in items} == {"吉林制造"}
    nearby = room.someone("authority", "长春市教育局", region_code="220100")
    assert len((await nearby.get(f"{path}/steps")).json()["items"]) == 3
    for stranger in (
        room.someone("authority", "杭州市教育局", region_code="330100"),
        room.someone("school", "某校"),
    ):
        assert (await stranger.get(f"{path}/steps")).status_code == 404


async def test_one_key_makes_one_notice(room: ExchangeRoom) -> None:
    hr = room.someone("enterprise", "杭州精工")
    key = {"idempotency-key": "one-and-the-same"}
    first = await hr.post("/v1/notices", json=good_notice(), headers=key)
    second = await hr.post("/v1/notices", json=good_notice(), headers=key)
    assert first.json() == second.json()
    assert len((await hr.get("/v1/notices?mine=true")).json()["items"]) == 1


async def test_without_the_accounts_room_nothing_is_kept_and_the_caller_may_try_again(
    room: ExchangeRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    hr = room.someone("enterprise", "杭州精工")

    async def gone(*_: object) -> None:
        raise httpx.ConnectError("no route")

    with monkeypatch.context() as patch:
        patch.setattr(type(room.accounts), "__call__", gone)
        answer = await hr.post("/v1/notices", json=good_notice())
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert (await hr.get("/v1/notices?mine=true")).json()["items"] == []
