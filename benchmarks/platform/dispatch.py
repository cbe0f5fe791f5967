"""In-process dispatch beside the bare room: the same request, taken in turns in one run."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from gateway.app import build_gateway
from gateway.assembly import House, assemble
from gateway.databases import find_databases, make_and_migrate
from gateway.settings import ROOMS, keep_secret
from shared.db.server import Server
from shared.http.observe import ASGIApp
from shared.http.peers import service_client_id, service_client_secret
from shared.logs import configure_logs
from shared.settings import PlatformSettings

GOAL = 0.9
_AT_ONCE = 16


def figure(data: Path, *, quick: bool) -> Figure:
    with Server.start(data) as server:
        return asyncio.run(_measure(data, server.admin_dsn, quick=quick))


async def _measure(data: Path, admin: str, *, quick: bool) -> Figure:
    configure_logs(level="ERROR")
    os.environ.pop("DATABASE_URL", None)
    settings = PlatformSettings(data=data, secret=keep_secret(data), database_url=None)
    await make_and_migrate(settings, admin)
    databases = await find_databases(settings, admin, ROOMS)
    house = assemble(settings, databases, rooms=ROOMS, urls={})
    try:
        return await _compare(house, quick=quick)
    finally:
        await house.close()


async def _compare(house: House, *, quick: bool) -> Figure:
    token = await _service_token(house)
    bare = house.rooms["internships"].served
    door = build_gateway(house)
    turns, batch = (6, 150) if quick else (30, 600)
    for app in (bare, door):
        await _rate(app, token, batch)
    pairs = [
        (await _rate(bare, token, batch), await _rate(door, token, batch)) for _ in range(turns)
    ]
    ratio = statistics.median(through / alone for alone, through in pairs)
    return Figure(
        "platform.3",
        statistics.median(through for _, through in pairs),
        "GET/s with authentication through the gateway, in process",
        f"the bare room: {statistics.median(alone for alone, _ in pairs):,.0f}/s",
        ratio,
        f">= {GOAL}x",
        ratio >= GOAL,
        f"the list of batches; {turns} turns of {batch}, {_AT_ONCE} at once",
    )


async def _service_token(house: House) -> str:
    answer = await house.door.anonymous("accounts").post(
        "/oauth/token",
        data={
            "grant_type": "client_credentials",
            "client_id": service_client_id("internships"),
            "client_secret": service_client_secret(house.settings.secret, "internships"),
        },
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])


async def _rate(app: ASGIApp, token: str, requests: int) -> float:
    left = iter(range(requests))

    async def visitor() -> None:
        for _ in left:
            await _get(app, token)

    begin = time.perf_counter()
    await asyncio.gather(*(visitor() for _ in range(_AT_ONCE)))
    return requests / (time.perf_counter() - begin)


async def _get(app: ASGIApp, token: str) -> None:
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]

    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/v1/batches",
        "raw_path": b"/v1/batches",
        "query_string": b"limit=1",
        "headers": [(b"host", b"bench"), (b"authorization", b"Bearer " + token.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "root_path": "",
    }
    await app(scope, receive, send)
    if status != 200:
        raise RuntimeError(f"answered {status}")
