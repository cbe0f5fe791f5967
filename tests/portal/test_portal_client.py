from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from portal_rooms import Rooms, problem
from starlette.responses import JSONResponse, Response

from gateway.portal.api_client import ApiClient, Upload
from gateway.portal.problems import ApiProblemError


@pytest.fixture
async def api(rooms: Rooms) -> AsyncIterator[ApiClient]:
    transport = httpx.ASGITransport(rooms.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://rooms") as http:
        yield ApiClient(http, "en", "request-1", "Bearer token-1")


async def test_every_call_carries_the_person_the_language_and_the_request(
    api: ApiClient, rooms: Rooms
):
    rooms.told["/v1/posts"] = JSONResponse([])
    await api.get("/v1/posts")
    headers = rooms.seen[-1].headers
    assert headers["authorization"] == "Bearer token-1"
    assert headers["accept-language"] == "en"
    assert headers["x-request-id"] == "request-1"


async def test_parameters_without_a_value_are_left_out(api: ApiClient, rooms: Rooms):
    rooms.told["/v1/posts"] = JSONResponse([])
    await api.get("/v1/posts", {"q": "后端", "region": None, "kind": ["a", "b"]})
    assert rooms.seen[-1].query_params.multi_items() == [
        ("q", "后端"),
        ("kind", "a"),
        ("kind", "b"),
    ]


async def test_a_list_tells_the_cursor_of_its_next_page(api: ApiClient, rooms: Rooms):
    link = '</v1/posts?cursor=abc%3D&limit=20>; rel="next"'
    rooms.told["/v1/posts"] = JSONResponse([], headers={"Link": link})
    assert (await api.get("/v1/posts")).next_cursor == "abc="
    rooms.told["/v1/posts"] = JSONResponse([])
    assert (await api.get("/v1/posts")).next_cursor is None


async def test_making_something_always_carries_a_key_and_a_form_sent_twice_the_same(
    api: ApiClient, rooms: Rooms
):
    rooms.told["/v1/posts"] = JSONResponse(
        {}, 201, headers={"Location": "/v1/posts/7", "ETag": '"1"'}
    )
    answer = await api.post("/v1/posts", {}, key="of-the-form")
    await api.post("/v1/posts", {}, key="of-the-form")
    await api.post("/v1/posts", {})
    keys = [request.headers["idempotency-key"] for request in rooms.seen]
    assert keys[:2] == ["of-the-form"] * 2
    assert len(keys[2]) >= 20
    assert (answer.location, answer.etag) == ("/v1/posts/7", '"1"')


@pytest.mark.parametrize("method", ["put", "patch"])
async def test_a_change_names_the_version_that_was_read(api: ApiClient, rooms: Rooms, method: str):
    rooms.told["/v1/posts/7"] = JSONResponse({})
    await getattr(api, method)("/v1/posts/7", {"seats": 3}, etag='"4"')
    assert rooms.seen[-1].headers["if-match"] == '"4"'


async def test_a_file_arrives_whole_with_its_name(api: ApiClient, rooms: Rooms):
    rooms.told["/v1/imports"] = Response(status_code=202)
    await api.upload("/v1/imports", Upload("岗位 表.csv", b"\xef\xbb\xbfa,b\n", "text/csv"))
    sent = rooms.seen[-1]
    assert sent.headers["content-type"] == "text/csv"
    assert sent.headers["content-disposition"].endswith("''%E5%B2%97%E4%BD%8D%20%E8%A1%A8.csv")


async def test_a_problem_names_the_fields_and_cells_that_are_wrong(api: ApiClient, rooms: Rooms):
    faults = [
        {"code": "range", "message": "1 to 500", "pointer": "/seats"},
        {"code": "code", "message": "unknown", "pointer": "/sites/0/a~1b"},
        {"code": "cell", "message": "no date", "sheet": "S", "row": 3, "column": "开始日期"},
    ]
    rooms.told["/v1/posts"] = problem(
        422, "invalid_input", "Wrong", detail="Mend it", errors=faults
    )
    with pytest.raises(ApiProblemError) as refused:
        await api.post("/v1/posts", {})
    told = refused.value.problem
    assert (told.status, told.code, told.title, told.detail) == (
        422,
        "invalid_input",
        "Wrong",
        "Mend it",
    )
    assert [fault.field_name for fault in told.faults] == ["seats", "sites.0.a/b", None]
    assert (told.faults[2].sheet, told.faults[2].row, told.faults[2].column) == ("S", 3, "开始日期")


@pytest.mark.parametrize("body", ["<h1>Bad gateway</h1>", "[1]", "null", ""])
async def test_an_answer_that_is_no_problem_document_is_one_all_the_same(
    api: ApiClient, rooms: Rooms, body: str
):
    rooms.told["/v1/posts"] = Response(
        body, 502, media_type="application/json" if body[:1] != "<" else None
    )
    with pytest.raises(ApiProblemError) as refused:
        await api.get("/v1/posts")
    assert refused.value.problem.status == 502
    assert refused.value.problem.code == "http_502"
    assert refused.value.problem.title


async def test_a_broken_json_body_of_a_success_is_told_as_unavailable(api: ApiClient, rooms: Rooms):
    rooms.told["/v1/posts"] = Response("{half", media_type="application/json")
    with pytest.raises(ApiProblemError) as refused:
        await api.get("/v1/posts")
    assert refused.value.problem.status == 503


@pytest.mark.parametrize("silence", [httpx.ConnectError("x"), httpx.ReadTimeout("x")])
async def test_silence_is_told_as_unavailable(silence: httpx.TransportError):
    def fail(_request: httpx.Request) -> httpx.Response:
        raise silence

    async with httpx.AsyncClient(transport=httpx.MockTransport(fail), base_url="http://r") as http:
        with pytest.raises(ApiProblemError) as refused:
            await ApiClient(http, "zh", "r").get("/v1/posts")
    assert (refused.value.problem.status, refused.value.problem.code) == (503, "unavailable")
