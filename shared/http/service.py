"""Builds a room's web application: the same walls around every room."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from prometheus_client import generate_latest
from starlette.responses import Response

from shared.db.session import Database
from shared.http.caller import KeySource, Verifier
from shared.http.problems import PROBLEM_RESPONSES, install_problem_handlers
from shared.http.route import Route
from shared.kernel.clock import Clock, utc_now
from shared.kernel.errors import UnavailableError
from shared.kernel.secrets import derive
from shared.logs import get_logger
from shared.settings import PlatformSettings


class Closable(Protocol):
    """Something that a room gives back when it stops."""

    async def close(self) -> None:
        """Give it back."""
        ...


@dataclass(slots=True)
class Room:
    """What a room's application is made of."""

    name: str
    title: str
    settings: PlatformSettings
    database: Database
    routers: Sequence[APIRouter]
    keys: KeySource
    peers: Mapping[str, httpx.AsyncClient]
    clock: Clock = utc_now
    extras: Mapping[str, Any] = field(default_factory=dict[str, Any])


def build_service(room: Room) -> FastAPI:
    """Return the ASGI application of `room`, with its state set and its problems rendered."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        yield
        await room.database.close()

    app = FastAPI(
        title=room.title,
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.room = room.name
    app.state.settings = room.settings
    app.state.database = room.database
    app.state.verifier = Verifier(room.keys, issuer=room.settings.public_url)
    app.state.peers = room.peers
    app.state.clock = room.clock
    app.state.cursor_secret = derive(room.settings.secret, f"cursor {room.name}")
    for name, extra in room.extras.items():
        setattr(app.state, name, extra)
    install_problem_handlers(app)
    for router in (*room.routers, _health_router(room)):
        add_routes(app, router)
    return app


def new_router(tag: str, *, prefix: str = "/v1", route_class: type[APIRoute] = Route) -> APIRouter:
    """Return a router whose routes keep the laws of the house."""
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        route_class=route_class,
        responses=PROBLEM_RESPONSES,
        generate_unique_id_function=_operation_id,
    )


def add_routes(app: FastAPI, router: APIRouter) -> None:
    """Give `app` the routes of `router` as they stand.

    `include_router` would build each of them a second time, at the first request: a third of the
    platform's start. It would add what stands on `app`; ours says everything on the router.
    """
    app.router.routes.extend(router.routes)


def _operation_id(route: APIRoute) -> str:
    return route.name


def _health_router(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    log = get_logger(room.name)

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        """Say that the process runs."""
        return {"status": "ok"}

    @router.get("/health/ready")
    async def ready() -> dict[str, str]:
        """Say whether requests can be served: the database answers."""
        try:
            await room.database.ping()
        except Exception as error:
            log.warning("health.not_ready", reason=type(error).__name__)
            raise UnavailableError(part=room.name, retry_after_s=1) from error
        return {"status": "ready", "room": room.name}

    @router.get("/metrics")
    async def metrics() -> Response:
        """Return this process's metrics for Prometheus."""
        return Response(generate_latest(), media_type="text/plain; version=0.0.4")

    return router
