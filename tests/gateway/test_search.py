"""One search finds what every room publishes, says who is silent, and shows nobody's drafts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from gateway.app import build_gateway
from gateway.demo.door import Actor, Door
from gateway.search import rooms
from services.accounts.adapters.passwords import Passwords
from services.accounts.flows.found_platform import found_platform
from shared.catalogues.uscc import make_code
from shared.db.session import PLATFORM
from shared.http.peers import Peers
from shared.kernel.clock import china_day, utc_now
from tests.conftest import SECRET, Platform
from tests.exchange.notice_bodies import good_notice
from tests.internships.post_bodies import good_post

ORIGIN = "http://127.0.0.1:8000"
PASSWORD = "correct horse 电池"
# A word of this file's own: the platform is shared with other tests.
WORD = "量子雕刻"
TYPES = ["posts", "notices", "organisations", "competency_standards", "policies"]


@dataclass(frozen=True, slots=True)
class Board:
    """An enterprise with two published posts, a draft of each kind, and two notices."""

    name: str
    hr: Actor


@asynccontextmanager
async def entered(app: Any) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, timeout=60) as http:
        yield http


@pytest.fixture(scope="module")
async def board(platform: Platform) -> AsyncIterator[Board]:
    async with entered(platform.door) as http:
        door = Door(http)
        hashed = await Passwords().hash(PASSWORD)
        async with platform.house.rooms["accounts"].parts.database.begin(PLATFORM) as tx:
            await found_platform(
                tx, login="search-operator", name="平台运营", password_hash=hashed, now=utc_now()
            )
        operator = await door.person("search-operator", PASSWORD)
        name, code = f"杭州{WORD}有限公司", make_code("330106", 73_001)
        facts = {"kind": "enterprise", "name": name, "region_code": "330106", "uscc": code}
        firm = await operator.post("/v1/organisations", facts)
        person = {"org_id": firm["id"], "login": "search-hr", "name": "周敏", "password": PASSWORD}
        await operator.post("/v1/people", {**person, "roles": ["enterprise_admin", "hr"]})
        hr = await door.person("search-hr", PASSWORD)
        told = {"uscc": code, "evidence": "营业执照副本"}
        asked = await hr.post(f"/v1/organisations/{firm['id']}/verifications", told)
        decision = {"decision": "approve", "reason": "与登记信息一致"}
        await operator.post(f"/v1/verifications/{asked['id']}/decision", decision)
        today = china_day(utc_now())
        days = {
            "start_on": (today + timedelta(days=90)).isoformat(),
            "end_on": (today + timedelta(days=270)).isoformat(),
        }
        for title, publish in (("一号", True), ("二号", True), ("未发布", False)):
            body = good_post(title=f"{WORD}{title}", publish=publish, **days)
            await hr.post("/v1/posts", body)
            await hr.post("/v1/notices", good_notice(title=body["title"], submit=publish))
        yield Board(name, hr)


async def search(client: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    answer = await client.get("/v1/search", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def titles(found: dict[str, Any], kind: str) -> list[str]:
    group = next(each for each in found["groups"] if each["type"] == kind)
    return [each.get("title") or each["name"] for each in group["items"]]


async def test_words_are_found_in_every_room_that_publishes_them(
    client: httpx.AsyncClient, board: Board
) -> None:
    found = await search(client, q=WORD)
    assert [each["type"] for each in found["groups"]] == TYPES
    assert found["unavailable"] == found["left_out"] == []
    assert titles(found, "posts") == titles(found, "notices") == [f"{WORD}二号", f"{WORD}一号"]
    assert titles(found, "organisations") == [board.name]
    assert titles(found, "policies") == []
    assert [each["found"] for each in found["groups"]] == [2, 2, 1, 0, 0]


async def test_each_group_names_the_list_that_holds_the_rest(
    client: httpx.AsyncClient, board: Board
) -> None:
    found = await search(client, q=WORD, limit=1, region="33")
    assert [len(each["items"]) for each in found["groups"][:2]] == [1, 1]
    for group in found["groups"]:
        whole = (await client.get(group["href"])).json()
        listed = whole["groups"][0] if group["type"] == "policies" else whole
        assert len(listed["items"]) == group["found"]
        assert listed["items"][:1] == group["items"]


async def test_a_draft_is_found_by_nobody_not_even_through_a_strangers_token(
    client: httpx.AsyncClient, platform: Platform, board: Board
) -> None:
    async with entered(platform.door) as http:
        stranger = await Door(http).person("search-operator", PASSWORD)
        answers = [
            await search(client, q=f"{WORD}未发布"),
            await stranger.get("/v1/search", params={"q": f"{WORD}未发布"}),
            await board.hr.get("/v1/search", params={"q": f"{WORD}未发布"}),
        ]
    own = await board.hr.pages("/v1/posts", mine="true", state="draft")
    assert [each["title"] for each in own] == [f"{WORD}未发布"]
    assert [titles(each, kind) for each in answers for kind in TYPES[:2]] == [[]] * 6


async def test_one_type_is_read_page_by_page_with_its_rooms_own_cursor(
    client: httpx.AsyncClient, board: Board
) -> None:
    for kind in ("posts", "notices"):
        asked = {"q": WORD, "type": kind, "limit": 1}
        first = await client.get("/v1/search", params=asked)
        (group,) = first.json()["groups"]
        assert first.links["next"]["url"].startswith("/v1/search?")
        second = await search(client, **asked, cursor=group["next"])
        direct = await client.get(group["href"], params={"limit": 1, "cursor": group["next"]})
        assert second["groups"][0]["items"] == direct.json()["items"]
        assert titles(second, kind) == [f"{WORD}一号"]
        assert second["groups"][0]["next"] is None


async def test_clauses_of_policies_are_read_to_the_end_without_a_repetition(
    client: httpx.AsyncClient,
) -> None:
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        found = await search(client, q="实习", type="policies", limit=9, **cursor)
        (group,) = found["groups"]
        seen += [each["id"] for each in group["items"]]
        if group["next"] is None:
            break
        cursor = {"cursor": group["next"]}
    assert len(seen) == len(set(seen)) == group["found"] > 18
    assert "cn/parameter/internship.same_post_share_max" in seen
    in_hangzhou = await search(client, type="policies", region="3301", limit=100)
    regions = {each["region_code"] for each in in_hangzhou["groups"][0]["items"]}
    assert regions == {"000000", "330000", "330100"}


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({"type": "credentials"}, "query:type"),
        ({"cursor": "abc"}, "query:cursor"),
        ({"region": "浙江"}, "query:region"),
        ({"limit": 101}, "query:limit"),
    ],
)
async def test_what_cannot_be_asked_is_named(
    client: httpx.AsyncClient, asked: dict[str, Any], place: str
) -> None:
    answer = await client.get("/v1/search", params=asked)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [place]


@pytest.mark.parametrize("kind", ["posts", "organisations", "policies"])
async def test_a_cursor_of_another_list_is_refused_as_its_room_refuses_it(
    client: httpx.AsyncClient, kind: str
) -> None:
    answer = await client.get("/v1/search", params={"type": kind, "cursor": "bm9ib2R5"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "cursor_invalid"


async def test_a_type_that_does_not_know_a_filter_is_left_out_and_named(
    client: httpx.AsyncClient, board: Board
) -> None:
    found = await search(client, q=WORD, major="660103", region="330100")
    assert [each["type"] for each in found["groups"]] == ["posts", "notices"]
    assert [each["found"] for each in found["groups"]] == [2, 2]
    assert found["left_out"] == [
        {"type": "organisations", "filters": ["major"]},
        {"type": "competency_standards", "filters": ["major", "region"]},
        {"type": "policies", "filters": ["major"]},
    ]


async def test_a_token_that_does_not_hold_is_refused_and_the_quota_is_told(
    client: httpx.AsyncClient,
) -> None:
    refused = await client.get("/v1/search", headers={"authorization": "Bearer nobody"})
    assert refused.status_code == 401
    assert "ratelimit" in (await client.get("/v1/search")).headers


async def test_a_room_hears_the_caller_and_nobody_else(platform: Platform, board: Board) -> None:
    heard: list[dict[bytes, bytes]] = []

    async def listen(scope: Any, receive: Any, send: Any) -> None:
        heard.append(dict(scope["headers"]))
        await platform.house.door.apps["exchange"](scope, receive, send)

    peers = Peers(room="gateway", secret=SECRET, urls={})
    peers.apps |= {**platform.house.door.apps, "exchange": listen}
    async with entered(build_gateway(replace(platform.house, door=peers))) as http:
        told = {"accept-language": "en", "x-request-id": "0123456789abcdef"}
        await http.get("/v1/search", params={"type": "notices"}, headers=told)
        assert {b"authorization" in each for each in heard} == {False}
        assert {each[b"x-request-id"] for each in heard} == {b"0123456789abcdef"}
        assert {each[b"accept-language"] for each in heard} == {b"en"}
        heard.clear()
        token = (await board.hr.call("GET", "/v1/me")).request.headers["authorization"]
        await http.get("/v1/search", headers={"authorization": token})
        assert {each[b"authorization"].decode() for each in heard} == {token}
    await peers.close()


@pytest.mark.parametrize("trouble", ["down", "hanging", "broken"])
async def test_a_room_that_gives_no_answer_is_named_and_the_others_are_shown(
    platform: Platform, board: Board, monkeypatch: pytest.MonkeyPatch, *, trouble: str
) -> None:
    monkeypatch.setattr(rooms, "ROOM_S", 1.5 if trouble == "hanging" else rooms.ROOM_S)
    urls = {"exchange": "http://127.0.0.1:1"} if trouble == "down" else {}
    peers = Peers(room="gateway", secret=SECRET, urls=urls)
    peers.apps |= platform.house.door.apps
    peers.apps["exchange"] = {"hanging": _hang, "broken": _break}.get(trouble)
    async with entered(build_gateway(replace(platform.house, door=peers))) as http:
        found = await search(http, q=WORD, limit=1)
        alone = await http.get("/v1/search", params={"q": WORD, "type": "notices"})
    await peers.close()
    assert found["unavailable"] == ["notices"]
    assert [each["type"] for each in found["groups"]] == [
        each for each in TYPES if each != "notices"
    ]
    assert titles(found, "posts") == [f"{WORD}二号"]
    assert alone.status_code == 503
    assert alone.headers["retry-after"] == "1"


async def _hang(_scope: Any, _receive: Any, _send: Any) -> None:
    await asyncio.Event().wait()


async def _break(_scope: Any, _receive: Any, send: Any) -> None:
    headers = [(b"content-type", b"text/html")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"<p>Welcome to the proxy</p>"})
