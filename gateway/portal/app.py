"""Builds the portal: the only wiring of its parts."""

from __future__ import annotations

from typing import cast

import httpx
from starlette.applications import Starlette
from starlette.types import ASGIApp, ExceptionHandler

from gateway.portal.assets import Assets
from gateway.portal.cookies import CookieJar
from gateway.portal.drawing import Drawer
from gateway.portal.pages import PAGES, design
from gateway.portal.pages.problem import HANDLERS
from gateway.portal.protection import SecurityHeaders
from gateway.portal.rendering import Renderer
from gateway.portal.sessions import SessionBook
from gateway.portal.settings import PortalSettings
from gateway.portal.shortage_badges import ShortageBook
from gateway.portal.visits import Portal
from shared.kernel.clock import Clock, utc_now
from shared.settings import PlatformSettings


def build(settings: PortalSettings, *, http: httpx.AsyncClient, clock: Clock = utc_now) -> ASGIApp:
    """Return the portal; `http` reaches the public API and belongs to the caller.

    In one process that is a client on `httpx.ASGITransport`, otherwise one with a `base_url`.
    """
    assets = Assets()
    pages = [*PAGES, *(design.PAGES if settings.development else ())]
    app = Starlette(
        routes=[assets.route(), *(page.route() for page in pages)],
        exception_handlers={
            kind: cast("ExceptionHandler", handler) for kind, handler in HANDLERS.items()
        },
    )

    def address(name: str, **params: object) -> str:
        return str(app.url_path_for(name, **params))

    app.state.portal = Portal(
        settings=settings,
        http=http,
        book=SessionBook(clock),
        jar=CookieJar(secure=settings.secure),
        renderer=Renderer(assets, address),
        drawer=Drawer(),
        shortages=ShortageBook(clock),
    )
    # Outside of everything, so that the page of an unexpected error carries the headers too.
    return SecurityHeaders(app, secure=settings.secure)


def build_for(settings: PlatformSettings, http: httpx.AsyncClient) -> ASGIApp:
    """Return the portal of this platform, as the gateway asks for it."""
    own = PortalSettings(
        public_url=settings.public_url,
        development=settings.demo,
        body_bytes_max=settings.body_bytes_max,
    )
    return build(own, http=http)
