"""Notices that may be answered are found by words and codes, counted and read in pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.exchange.conftest import ExchangeRoom
from tests.exchange.notice_bodies import drafted, in_jilin, submitted


@pytest.fixture(scope="module")
def org() -> dict[str, UUID]:
    return {}


@pytest.fixture
async def board(room: ExchangeRoom, org: dict[str, UUID]) -> httpx.AsyncClient:
    """A visitor, and six notices of one organisation; searches are narrowed to it."""
    if not org:
        org["id"] = room.organisation("school", f"检索学院{uuid4().hex[:6]}")
        office = room.member(org["id"])
        await submitted(office, title="招聘Java后端工程师", skills=["MySQL"], summary="写接口")
        await submitted(
            office,
            side="offer",
            kind="lease",
            title="五轴加工中心对外租赁",
            skills=["CAD"],
            summary="按天计价，含操作培训",
            region_code="330203",
            price_fen=200_000,
            price_per="day",
            occupation_code=None,
            major_codes=[],
        )
        await submitted(
            office,
            side="offer",
            kind="order_class",
            title="联合培养",
            summary="定向培养",
            region_code="410100",
            industry_code="8411",
            occupation_code="2-05-08-03",
            major_codes=["护理"],
        )
        await submitted(
            office, kind="research", title="减速器寿命", skills=[], partner_name="精工机械"
        )
        await drafted(office, title="草稿Java")
        await in_jilin(office, title="待登记Java")
        closed = await submitted(office, title="已关闭Java")
        await office.post(f"/v1/notices/{closed['id']}/close")
    visitor = room.anyone()
    visitor.params = httpx.QueryParams({"organisation_id": str(org["id"])})
    return visitor


async def titles(client: httpx.AsyncClient, **asked: Any) -> list[str]:
    answer = await client.get("/v1/notices", params={**client.params, **asked})
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("后端", "招聘Java后端工程师"),
        ("后台", "招聘Java后端工程师"),
        ("JAVA", "招聘Java后端工程师"),
        ("mysql", "招聘Java后端工程师"),
        ("加工中心", "五轴加工中心对外租赁"),
        ("autocad", "五轴加工中心对外租赁"),
        ("操作培训", "五轴加工中心对外租赁"),
        ("equipment lease", "五轴加工中心对外租赁"),
        ("护士", "联合培养"),  # by its major, 护理
        ("订单班", "联合培养"),  # by its kind
        ("定向护理", "联合培养"),  # by its text and its major in one word
        ("减速器", "减速器寿命"),
    ],
)
async def test_words_find_notices_by_title_skill_text_kind_code_and_synonym(
    board: httpx.AsyncClient, words: str, found: str
) -> None:
    assert await titles(board, q=words) == [found]


@pytest.mark.parametrize("words", ["飞行员", "java 护理", "%", "'; drop table notices", "…"])
async def test_words_that_no_open_notice_has_find_nothing(
    board: httpx.AsyncClient, words: str
) -> None:
    assert await titles(board, q=words) == []


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 4),
        ({"side": "offer"}, 2),
        ({"kind": "lease"}, 1),
        ({"kind": "mentor"}, 0),
        ({"region": "33"}, 3),
        ({"region": "330100"}, 2),
        ({"region": "3302"}, 1),
        ({"region": "220102"}, 0),
        ({"industry": "C"}, 3),
        ({"industry": "c34"}, 3),
        ({"industry": "84"}, 1),
        ({"occupation": "6-18"}, 2),
        ({"occupation": "2-05-00-00"}, 1),
        ({"major": "660103"}, 2),
        ({"major": "5202"}, 1),
        ({"state": "published"}, 4),
        ({"side": "need", "kind": "research"}, 1),
    ],
)
async def test_filters_narrow_the_notices(
    board: httpx.AsyncClient, asked: dict[str, Any], count: int
) -> None:
    assert len(await titles(board, **asked)) == count


async def test_facets_count_what_a_search_finds(board: httpx.AsyncClient) -> None:
    counts = (await board.get("/v1/notices/facets")).json()

    def of(facet: str) -> dict[str, int]:
        return {value["value"]: value["count"] for value in counts[facet]}

    assert counts["found"] == 4
    assert of("side") == {"need": 2, "offer": 2}
    assert of("kind") == {"staffing": 1, "lease": 1, "order_class": 1, "research": 1}
    assert of("region") == {"330000": 3, "410000": 1}
    assert of("industry") == {"34": 3, "84": 1}
    assert of("occupation") == {"6": 2, "2": 1}
    majors = of("major")
    assert (majors["66"], majors["52"]) == (2, 1)
    assert "护理类" in {
        v["name_zh"]
        for v in (
            await board.get("/v1/notices/facets", params={**board.params, "major": "52"})
        ).json()["major"]
    }
    names = {value["value"]: value["name_zh"] for value in counts["region"]}
    assert names == {"330000": "浙江省", "410000": "河南省"}
    assert {v["name_en"] for v in counts["side"]} == {"Offer", "Need"}
    narrowed = await board.get("/v1/notices/facets", params={**board.params, "region": "33"})
    assert {v["value"] for v in narrowed.json()["region"]} == {"330100", "330200"}


@pytest.mark.parametrize(
    "last", [{"closes_on": "2027-03-02"}, {"start_on": "2027-02-01", "end_on": "2027-03-02"}]
)
async def test_a_notice_whose_last_day_is_past_is_not_found_and_stays_readable(
    room: ExchangeRoom, last: dict[str, str]
) -> None:
    org = room.organisation("enterprise", "限期企业")
    room.now = datetime(2027, 3, 1, 4, tzinfo=UTC)
    notice = await submitted(room.member(org), **last)
    visitor = room.anyone()
    visitor.params = httpx.QueryParams({"organisation_id": str(org)})
    room.now = datetime(2027, 3, 2, 15, 59, tzinfo=UTC)  # its last minute in China
    assert await titles(visitor) == [notice["title"]]
    room.now = datetime(2027, 3, 2, 16, 1, tzinfo=UTC)
    assert await titles(visitor) == []
    assert (await visitor.get("/v1/notices/facets")).json()["found"] == 0
    assert (await visitor.get(f"/v1/notices/{notice['id']}")).status_code == 200
    mine = await room.member(org).get("/v1/notices?mine=true")
    assert [item["id"] for item in mine.json()["items"]] == [notice["id"]]


async def test_ones_own_list_has_every_state_and_only_ones_own(
    board: httpx.AsyncClient, room: ExchangeRoom, org: dict[str, UUID]
) -> None:
    office = room.member(org["id"])

    async def mine(**asked: str) -> list[str]:
        answer = await office.get("/v1/notices", params={"mine": "true", **asked})
        return [item["title"] for item in answer.json()["items"]]

    assert len(await mine()) == 7
    assert await mine(state="draft") == ["草稿Java"]
    assert await mine(state="submitted") == ["待登记Java"]
    assert await mine(state="closed") == ["已关闭Java"]
    assert await mine(q="java", state="published") == ["招聘Java后端工程师"]


async def test_others_ask_for_published_notices_only(
    board: httpx.AsyncClient, room: ExchangeRoom, org: dict[str, UUID]
) -> None:
    for state in ("draft", "submitted", "closed"):
        answer = await board.get("/v1/notices", params={**board.params, "state": state})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "query:state"
    assert (await room.anyone().get("/v1/notices?mine=true")).status_code == 401
    student = room.member(org["id"], "student")
    for path in ("/v1/notices", "/v1/notices/facets"):
        assert (await student.get(path, params={"mine": "true"})).status_code == 403


async def test_pages_join_without_gap_or_repeat_while_new_ones_come(room: ExchangeRoom) -> None:
    org = room.organisation("enterprise", "多页企业")
    writer = room.member(org)
    wanted = [(await submitted(writer, title=f"第{n}条"))["id"] for n in range(5)]
    asked = f"/v1/notices?limit=2&organisation_id={org}"
    seen: list[str] = []
    following: str | None = asked
    while following:
        answer = await room.anyone().get(following)
        body = answer.json()
        seen += [item["id"] for item in body["items"]]
        if len(seen) == 2:
            assert 'rel="next"' in answer.headers["link"]
            await submitted(writer, title="后来的")
        following = body["next"] and f"{asked}&cursor={body['next']}"
    assert seen == wanted[::-1]


async def test_a_forged_cursor_is_refused(room: ExchangeRoom) -> None:
    answer = await room.anyone().get("/v1/notices?cursor=bm8")
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")
