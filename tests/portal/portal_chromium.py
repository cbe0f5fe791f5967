"""A real Chromium before a served portal: pages are opened, looked at, and checked with axe."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import uvicorn
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page, Playwright
from portal_rooms import Rooms
from starlette.types import ASGIApp

from gateway.portal.app import build
from gateway.portal.settings import PortalSettings

# Without the flags against background traffic every start looks up hosts of its maker.
ARGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE, DESK = 360, 1366
SCROLLS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def chromium_path() -> str:
    """Return where Chromium is, or skip the test and say why."""
    found = shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(found).exists():
        pytest.skip("no Chromium here: install Debian's package `chromium` to open pages for real")
    return found


@dataclass
class Site:
    """A served portal and the rooms behind it."""

    origin: str
    rooms: Rooms = field(default_factory=Rooms)


@contextmanager
def served(app: ASGIApp, listening: socket.socket) -> Iterator[None]:
    """Serve an application from a thread of its own until the block ends."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    limit = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < limit, "the server did not start"
        time.sleep(0.01)
    yield
    server.should_exit = True
    thread.join(10)


@contextmanager
def served_portal() -> Iterator[Site]:
    """Serve the portal on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        site = Site(f"http://127.0.0.1:{listening.getsockname()[1]}")
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(site.rooms.app()), base_url="http://rooms"
        )
        settings = PortalSettings(public_url=site.origin, development=True)
        with served(build(settings, http=http), listening):
            yield site


@asynccontextmanager
async def launched(playwright: Playwright) -> AsyncIterator[Browser]:
    """Start Chromium."""
    browser = await playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGS))
    yield browser
    await browser.close()


@dataclass
class Tab:
    """One tab and what went wrong in it."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self._note(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _note(self, kind: str, text: str) -> None:
        # Chromium logs the status of every refused page; that is not a fault of the page.
        if kind in {"error", "warning"} and "the server responded with a status" not in text:
            self.complaints.append(text)

    async def open(self, path: str) -> None:
        """Open a page of the portal."""
        await self.page.goto(self.origin + path)

    async def violations(self, *, colours: bool = True) -> list[str]:
        """Return what axe finds, by rule and element."""
        options = {
            "runOnly": list(RULES),
            "resultTypes": ["violations"],
            "rules": {"color-contrast": {"enabled": colours}},
        }
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE_SCRIPT)
        found = await self.page.evaluate(
            "options => axe.run(options).then(found => found.violations)", options
        )
        return [
            f"{one['id']}: {node['html'][:160]} ({node['failureSummary']})"
            for one in found
            for node in one["nodes"]
        ]

    async def faults(self, path: str, language: str) -> list[str]:
        """Open a page on a phone, widen it to a desk; return what is wrong with it in either.

        Most of an audit measures colours, and those hang on no language: at each width one of the
        two languages has them measured.
        """
        wrong: list[str] = []
        for width in (PHONE, DESK):
            await self.page.set_viewport_size({"width": width, "height": 800})
            if width == PHONE:
                await self.open(f"{path}{'&' if '?' in path else '?'}lang={language}")
                if await self.page.locator("main h1").count() != 1:
                    wrong.append(f"{path}: has not one heading")
            colours = (width == PHONE) == (language == "zh")
            found = await self.violations(colours=colours)
            if await self.page.evaluate(SCROLLS):
                found.append("scrolls sideways")
            wrong += [f"{path} at {width}: {one}" for one in found]
        return wrong

    async def sign_in(self) -> None:
        """Fill and send the sign-in form."""
        await self.open("/sign-in")
        await self.page.fill("#field-login", "wangmin")
        await self.page.fill("#field-password", "correct horse 电池")
        await self.page.click("main button")


@asynccontextmanager
async def opened(
    browser: Browser, site: Site, *, width: int = DESK, scripts: bool = True
) -> AsyncIterator[Tab]:
    """Open a fresh tab, without the cookies of others; fail if the page complained."""
    context = await browser.new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=scripts
    )
    tab = Tab(await context.new_page(), site.origin)
    yield tab
    await context.close()
    assert not tab.complaints
    assert all(url.startswith((site.origin, "data:")) for url in tab.requests)
