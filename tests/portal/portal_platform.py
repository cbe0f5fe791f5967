"""The real platform under the pages: organisations, people, and browsers signed in to them."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from playwright.async_api import Browser as Chromium
from portal_chromium import Site, Tab, opened
from portal_hands import Browser

from gateway.portal.api_client import ApiClient
from services.accounts.adapters.passwords import Passwords
from services.accounts.flows.found_platform import found_platform
from shared.db.session import PLATFORM
from shared.kernel.clock import utc_now
from tests.conftest import Platform

ORIGIN = "http://127.0.0.1:8000"
PASSWORD = "correct horse 电池"
_NUMBERS = itertools.count(1)
_ADMIN = {
    "enterprise": "enterprise_admin",
    "school": "school_admin",
    "authority": "authority_admin",
    "service_organisation": "organisation_admin",
}


def new_number() -> int:
    return next(_NUMBERS)


def door(platform: Platform) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=platform.door, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, timeout=60)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation and the account of its administrator."""

    id: str
    name: str
    login: str


@dataclass
class People:
    """Makes organisations and people the way an operator does: through the API."""

    platform: Platform
    http: httpx.AsyncClient
    operator_login: str = ""
    known: list[Organisation] = field(default_factory=list)

    async def found_operator(self) -> str:
        """Give the platform one operator; return their login."""
        if not self.operator_login:
            login = f"portal-operator-{new_number()}"
            database = self.platform.house.rooms["accounts"].parts.database
            hashed = await Passwords().hash(PASSWORD)
            async with database.begin(PLATFORM) as tx:
                await found_platform(
                    tx, login=login, name="平台运营", password_hash=hashed, now=utc_now()
                )
            self.operator_login = login
        return self.operator_login

    async def token(self, login: str, org_id: str | None = None) -> str:
        """Return an access token of a person."""
        opened = await self.http.post("/v1/sessions", json={"login": login, "password": PASSWORD})
        assert opened.status_code == 201, opened.text
        answer = await self.http.post(
            "/v1/sessions/token",
            headers={"authorization": f"Session {opened.json()['session']}"},
            json={"org_id": org_id} if org_id else None,
        )
        return answer.json()["access_token"]

    async def api(self, login: str, org_id: str | None = None) -> ApiClient:
        """Return the API as a person uses it."""
        token = await self.token(login, org_id)
        return ApiClient(self.http, "zh", "test", f"Bearer {token}")

    async def found(self, kind: str = "enterprise", **facts: Any) -> Organisation:
        """Register an organisation with an administrator."""
        operator = await self.api(await self.found_operator())
        number = new_number()
        told = {"kind": kind, "name": f"杭州第{number}单位", "region_code": "330100", **facts}
        org_id = (await operator.post("/v1/organisations", told)).body["id"]
        login = f"portal-admin-{number}"
        await self.join(org_id, login, _ADMIN[kind], name="陈静")
        return Organisation(org_id, told["name"], login)

    async def join(self, org_id: str, login: str, *roles: str, name: str = "王敏") -> str:
        """Give a new person an account and roles; return their id."""
        operator = await self.api(await self.found_operator())
        body = {"org_id": org_id, "login": login, "name": name, "roles": list(roles)}
        made = await operator.post("/v1/people", {**body, "password": PASSWORD})
        return made.body["id"]

    async def also(self, org_id: str, person_id: str, *roles: str) -> None:
        """Give a person roles in another organisation too."""
        operator = await self.api(await self.found_operator())
        path = f"/v1/people/{person_id}/membership?org_id={org_id}"
        await operator.put(path, {"roles": list(roles), "member_no": None})

    @asynccontextmanager
    async def browser(self, login: str | None = None) -> AsyncIterator[Browser]:
        """Open a reader's browser before the platform's door, signed in as `login`."""
        async with door(self.platform) as http:
            browser = Browser(http)
            if login is not None:
                sent = await browser.send("/sign-in", "/sign-in", login=login, password=PASSWORD)
                assert sent.status_code == 303, sent.text
            yield browser


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


@asynccontextmanager
async def served_platform(platform: Platform) -> AsyncIterator[Site]:
    """Serve the platform on a free port, on the loop that its connections belong to."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(platform.door, log_level="warning", lifespan="off")
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        await server.listens.wait()
        yield Site(f"http://127.0.0.1:{listening.getsockname()[1]}")
        server.should_exit = True
        await serving


@asynccontextmanager
async def signed_in(
    chromium: Chromium, site: Site, login: str | None, **how: Any
) -> AsyncIterator[Tab]:
    """Open a tab of Chromium, signed in."""
    async with opened(chromium, site, **how) as tab:
        if login is not None:
            await tab.open("/sign-in")
            await tab.page.fill("#field-login", login)
            await tab.page.fill("#field-password", PASSWORD)
            await tab.page.click("main button")
            await tab.page.wait_for_url(site.origin + "/")
        yield tab
