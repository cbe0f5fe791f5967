"""Published posts are found by words and codes, counted by facets, and read in pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.search_terms import index_terms, query_terms
from tests.internships.conftest import InternshipsRoom, add_published_posts
from tests.internships.post_bodies import drafted, enterprise, published


@pytest.fixture(scope="module")
def org() -> dict[str, UUID]:
    return {}


@pytest.fixture
async def board(room: InternshipsRoom, org: dict[str, UUID]) -> httpx.AsyncClient:
    """A visitor, and six posts of one enterprise; searches are narrowed to it."""
    if not org:
        org["id"] = enterprise(room, f"检索机械{uuid4().hex[:6]}")
        hr = room.hr(org["id"])
        await published(hr, title="Java后端开发实习生", skills=["MySQL"], description="写接口")
        await published(
            hr,
            title="AutoCAD制图员",
            skills=["制图"],
            description="画图",
            region_code="330203",
            days_week="4",
            pay_fen_month=180_000,
        )
        await published(
            hr,
            title="护理实习",
            skills=[],
            description="病房护理",
            region_code="220102",
            occupation_code="2-05-08-03",
            industry_code="8411",
            major_codes=["护理"],
            seats=30,
            kind="orientation",
        )
        await published(
            hr, title="前台", skills=["C++", "Node.js"], description="", pay_fen_month=None
        )
        await published(
            hr, title="仓储实习", skills=["叉车"], description="入库", start_on="2027-05-01"
        )
        await drafted(hr, title="后端草稿")
    visitor = room.client()
    del visitor.headers["authorization"]
    visitor.params = httpx.QueryParams({"enterprise_id": str(org["id"])})
    return visitor


async def titles(client: httpx.AsyncClient, **asked: Any) -> list[str]:
    answer = await client.get("/v1/posts", params={**client.params, **asked})
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("后端", "Java后端开发实习生"),
        ("后台", "Java后端开发实习生"),
        ("java 开发", "Java后端开发实习生"),
        ("JAVA", "Java后端开发实习生"),
        ("CAD", "AutoCAD制图员"),
        ("autocad", "AutoCAD制图员"),
        ("护士", "护理实习"),
        ("c++", "前台"),
        ("ＮＯＤＥ．js", "前台"),
        ("叉车", "仓储实习"),
        ("入库", "仓储实习"),
    ],
)
async def test_words_find_posts_by_title_skill_text_and_synonym(
    board: httpx.AsyncClient, words: str, found: str
) -> None:
    assert await titles(board, q=words) == [found]


@pytest.mark.parametrize(
    "words", ["飞行员", "java 护理", "%", "'; drop table posts", "…", "后端草稿"]
)
async def test_words_that_no_published_post_has_find_nothing(
    board: httpx.AsyncClient, words: str
) -> None:
    assert await titles(board, q=words) == []


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"region": "33"}, 4),
        ({"region": "330100"}, 3),
        ({"region": "3302"}, 1),
        ({"region": "220102"}, 1),
        ({"industry": "C"}, 4),
        ({"industry": "Q"}, 1),
        ({"industry": "84"}, 1),
        ({"occupation": "6-20"}, 4),
        ({"occupation": "2-05-00-00"}, 1),
        ({"major": "660103"}, 4),
        ({"major": "5202"}, 1),
        ({"major": "52"}, 1),
        ({"kind": "orientation"}, 1),
        ({"pay_fen_month_min": 200_000}, 3),
        ({"pay_fen_month_max": 200_000}, 1),
        ({"days_week_max": 4.5}, 1),
        ({"start_from": "2027-04-01"}, 1),
        ({"seats_left_min": 10}, 1),
        ({"region": "33", "kind": "orientation"}, 0),
    ],
)
async def test_filters_narrow_the_posts(
    board: httpx.AsyncClient, asked: dict[str, Any], count: int
) -> None:
    assert len(await titles(board, **asked)) == count


async def test_facets_count_what_a_search_finds(board: httpx.AsyncClient) -> None:
    counts = (await board.get("/v1/posts/facets")).json()

    def of(facet: str) -> dict[str, int]:
        return {value["value"]: value["count"] for value in counts[facet]}

    assert counts["found"] == 5
    assert of("region") == {"330000": 4, "220000": 1}
    assert of("kind") == {"on_post": 4, "orientation": 1}
    assert of("pay") == {"none": 1, "100000": 1, "300000": 3}
    assert of("days") == {"4": 1, "5": 4}
    assert of("seats") == {"1": 4, "20": 1}
    assert of("major") == {"66": 4, "32": 1, "52": 1, "72": 1}
    assert of("occupation") == {"6": 4, "2": 1}
    names = {value["value"]: value["name_zh"] for value in counts["region"]}
    assert names == {"330000": "浙江省", "220000": "吉林省"}
    narrowed = await board.get("/v1/posts/facets", params={**board.params, "region": "33"})
    assert {v["value"] for v in narrowed.json()["region"]} == {"330100", "330200"}


async def test_pages_join_without_gap_or_repeat(room: InternshipsRoom) -> None:
    org_id = uuid4()
    ids = await add_published_posts(room, org_id, [{"seats": n} for n in range(25)])
    client = room.client()
    seen: list[str] = []
    asked: dict[str, Any] = {"enterprise_id": str(org_id), "limit": 10}
    while True:
        answer = await client.get("/v1/posts", params=asked)
        page = answer.json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        assert 'rel="next"' in answer.headers["link"]
        asked["cursor"] = page["next"]
    assert sorted(seen) == sorted(map(str, ids))
    forged = await client.get("/v1/posts", params={**asked, "cursor": "AAAA"})
    assert forged.json()["code"] == "cursor_invalid"


async def test_one_asks_for_ones_own_drafts_only_when_signed_in(
    board: httpx.AsyncClient, room: InternshipsRoom, org: dict[str, UUID]
) -> None:
    asked = {"mine": "true", "state": "draft"}
    assert (await board.get("/v1/posts", params=asked)).status_code == 401
    mine = await room.hr(org["id"]).get("/v1/posts", params=asked)
    assert [item["title"] for item in mine.json()["items"]] == ["后端草稿"]
    others = await room.hr(enterprise(room)).get(
        "/v1/posts", params={"state": "draft", "enterprise_id": str(org["id"])}
    )
    assert others.json()["items"] == []


def test_a_post_is_found_by_each_word_and_bigram_of_its_title() -> None:
    terms = set(index_terms(["无人机装调检修工"], wide=""))
    for query in ("无人机", "装调", "检修工", "人机"):
        assert any(set(way) <= terms for way in query_terms(query)[0]), query
