"""The edge: the longest address wins, quotas are told, a remote room is streamed."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import StreamingResponse

from gateway.edge.addresses import Addresses
from gateway.edge.limits import Limiter, Quota, TooManyRequestsError
from gateway.edge.proxy import Proxy
from gateway.openapi import merge

ADDRESSES = Addresses(
    {"/v1/posts": "internships", "/v1/jobs/accounts": "accounts"}, frozenset(), depth_max=3
)


@pytest.mark.parametrize(
    ("path", "room"),
    [
        ("/v1/posts", "internships"),
        ("/v1/posts/1/report", "internships"),
        ("/v1/jobs/accounts/7", "accounts"),
        ("/v1/jobs/nobody/7", None),
        ("/v1/postsalike", None),
        ("/", None),
        ("/posts", None),
    ],
)
def test_an_address_belongs_to_one_room(path: str, room: str | None) -> None:
    assert ADDRESSES.room_of(path) == room


def test_a_quota_is_spent_and_refilled() -> None:
    limiter = Limiter(Quota(burst=3, per_minute=60))
    for left in (2, 1, 0):
        headers = dict(limiter.take("a", now=100.0))
        assert f"r={left}".encode() in headers[b"ratelimit"]
    with pytest.raises(TooManyRequestsError) as refused:
        limiter.take("a", now=100.2)
    assert refused.value.facts["retry_after_s"] == 1
    assert limiter.take("b", now=100.2)
    assert limiter.take("a", now=101.3)


def test_two_rooms_cannot_answer_under_one_path() -> None:
    document: dict[str, Any] = {"paths": {"/v1/x": {"get": {"tags": ["x"]}}}, "components": {}}
    assert merge("t", "1", {"a": document})["paths"]["/v1/x"]
    with pytest.raises(AssertionError, match="two rooms"):
        merge("t", "1", {"a": document, "b": document})


def _remote() -> FastAPI:
    app = FastAPI()

    @app.post("/v1/echo")
    async def echo(request: Request) -> dict[str, Any]:
        body = await request.body()
        return {
            "bytes": len(body),
            "query": request.url.query,
            "caller": request.headers.get("authorization"),
            "request_id": request.headers.get("x-request-id"),
            "walked": request.headers.get("x-forwarded-for"),
        }

    @app.get("/v1/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            for number in range(50):
                yield b"%d;" % number * 1000

        return StreamingResponse(parts(), media_type="text/plain")

    return app


@pytest.fixture(scope="module")
def remote_url() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(_remote(), host="127.0.0.1", port=port, log_config=None, lifespan="off")
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        pass
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
async def proxied(remote_url: str) -> AsyncIterator[httpx.AsyncClient]:
    proxy = Proxy(room="far", url=remote_url)
    transport = httpx.ASGITransport(app=proxy)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        yield client
    await proxy.close()


async def test_a_remote_room_gets_the_request_as_it_came(proxied: httpx.AsyncClient) -> None:
    answer = await proxied.post(
        "/v1/echo?q=%E5%AE%9E%E4%B9%A0&a=1",
        content=b"x" * 300_000,
        headers={"authorization": "Bearer t", "x-forwarded-for": "203.0.113.9"},
    )
    assert answer.json() == {
        "bytes": 300_000,
        "query": "q=%E5%AE%9E%E4%B9%A0&a=1",
        "caller": "Bearer t",
        "request_id": None,
        "walked": "203.0.113.9, 127.0.0.1",
    }


async def test_a_remote_rooms_answer_is_streamed_whole(proxied: httpx.AsyncClient) -> None:
    answer = await proxied.get("/v1/stream")
    assert answer.text == "".join(f"{n};" * 1000 for n in range(50))


async def test_a_remote_room_that_is_away_is_a_503_problem() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    proxy = Proxy(room="far", url=f"http://127.0.0.1:{port}")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=proxy), base_url="http://door"
    ) as client:
        answer = await client.get("/v1/anything")
    await proxy.close()
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["facts"]["part"] == "far"
