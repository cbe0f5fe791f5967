"""The gateway: the edge in front of the rooms, the gateway's own addresses, the portal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import orjson
from fastapi import FastAPI
from starlette.responses import Response

from gateway.api import catalogues, problems, reference, search
from gateway.assembly import House
from gateway.edge.addresses import OWN, read_addresses
from gateway.edge.dispatch import Dispatch
from gateway.edge.limits import Limiter, Quota
from gateway.openapi import merge
from gateway.portal.app import build as build_portal
from gateway.portal.settings import PortalSettings
from gateway.settings import ROOMS
from shared.http.caller import Verifier
from shared.http.observe import ASGIApp, ASGIScope, Observed, Receive, Send
from shared.http.peers import RemoteKeys
from shared.http.problems import PROBLEM_RESPONSES, install_problem_handlers
from shared.http.service import add_routes
from shared.kernel.errors import UnavailableError
from shared.kernel.secrets import derive

TITLE = "产教通 Chanjiao"
VERSION = "1"
# Generous by default; a deployment sets its own at the edge in front of it as well.
QUOTA = Quota(burst=2_000, per_minute=60_000)


class _Door:
    """Stands for the door while the pages behind it are built: they call through it."""

    app: ASGIApp

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


class _AddressesOfTheDoor:
    """Decides between the gateway's own addresses and the portal's pages."""

    def __init__(self, own: FastAPI, portal: ASGIApp) -> None:
        self._own = own
        self._portal = portal

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        own = scope["path"].startswith(("/v1/", "/health/", "/openapi.json", "/metrics"))
        await (self._own if own else self._portal)(scope, receive, send)


def build_gateway(house: House) -> ASGIApp:
    """Return the platform's one public application over the rooms of `house`."""
    rooms: dict[str, ASGIApp] = {name: each.room.app for name, each in house.rooms.items()}
    rooms |= _remote(house.urls)
    own = _own(house, rooms)
    door = _Door()
    transport = httpx.ASGITransport(app=door, raise_app_exceptions=False)  # type: ignore[arg-type]
    pages = build_portal(
        PortalSettings(
            public_url=house.settings.public_url,
            development=house.settings.demo,
            body_bytes_max=house.settings.body_bytes_max,
        ),
        http=httpx.AsyncClient(transport=transport, base_url=house.settings.public_url, timeout=60),
    )
    dispatch = Dispatch(
        addresses=read_addresses(),
        rooms={**rooms, OWN: own},
        pages=_AddressesOfTheDoor(own, pages),
        verifier=Verifier(
            RemoteKeys(house.door.anonymous_later("accounts")), issuer=house.settings.public_url
        ),
        limiter=Limiter(QUOTA),
    )
    door.app = Observed(dispatch, room="gateway", body_bytes_max=house.settings.body_bytes_max)
    return door.app


def _remote(urls: Mapping[str, str]) -> dict[str, ASGIApp]:
    if not urls:
        return {}
    from gateway.edge.proxy import Proxy  # aiohttp is not read where no room is remote

    return {name: Proxy(room=name, url=url) for name, url in urls.items()}


def _own(house: House, rooms: Mapping[str, ASGIApp]) -> FastAPI:
    app = FastAPI(
        title=TITLE,
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        responses=PROBLEM_RESPONSES,
    )
    install_problem_handlers(app)
    app.state.peers = house.door
    app.state.cursor_secret = derive(house.settings.secret, "cursor gateway")
    for router in (reference.router, catalogues.router, problems.router, search.router):
        add_routes(app, router)
    merged: list[bytes] = []

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        """Return one OpenAPI document over every room."""
        if not merged:
            merged.append(orjson.dumps(await merged_openapi(house, app)))
        return Response(merged[0], media_type="application/json")

    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        """Say that the process runs."""
        return {"status": "ok"}

    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> dict[str, Any]:
        """Say whether every room answers."""
        states = await asyncio.gather(*(_ready(house, room) for room in ROOMS))
        missing = [room for room, up in zip(ROOMS, states, strict=True) if not up]
        if missing:
            raise UnavailableError(part=", ".join(missing), retry_after_s=1)
        return {"status": "ready", "rooms": list(rooms)}

    return app


async def _ready(house: House, room: str) -> bool:
    try:
        answer = await house.door.anonymous(room).get("/health/ready")
    except httpx.HTTPError:
        return False
    return answer.status_code == 200


async def merged_openapi(house: House, own: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI of the gateway and of every room, wherever it runs."""
    documents: dict[str, dict[str, Any]] = {"gateway": own.openapi()}
    for room in ROOMS:
        answer = await house.door.anonymous(room).get("/openapi.json")
        answer.raise_for_status()
        documents[room] = answer.json()
    return merge(TITLE, VERSION, documents)
