"""The front door: what the platform does and where each role begins."""

from __future__ import annotations

from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.routing import Page
from gateway.portal.visits import Visit


async def show_home(visit: Visit) -> Response:
    return visit.render("home/home.html", {}, title=visit.texts.gettext("Home"))


PAGES = (Page("/", show_home, "home", PUBLIC),)
