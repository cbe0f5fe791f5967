from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from portal_hands import ORIGIN, Browser, Hands
from portal_platform import People, door
from portal_rooms import Rooms
from portal_school import World, own_world
from starlette.types import ASGIApp

from gateway.portal.app import build
from gateway.portal.sessions import Caller, Membership
from gateway.portal.settings import PortalSettings
from tests.conftest import Platform


@pytest.fixture
def rooms() -> Rooms:
    return Rooms()


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
async def portal(rooms: Rooms, clock: Hands) -> AsyncIterator[ASGIApp]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(rooms.app()), base_url="http://rooms"
    ) as http:
        yield build(PortalSettings(public_url=ORIGIN, development=True), http=http, clock=clock)


@pytest.fixture
async def browser(portal: ASGIApp) -> AsyncIterator[Browser]:
    transport = httpx.ASGITransport(portal, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
        yield Browser(http)


@pytest.fixture
def school_caller(clock: Hands) -> Caller:
    school = Membership("school-1", "绍兴职业技术学院", "school", frozenset({"internship_office"}))
    firm = Membership("firm-1", "云桥软件", "enterprise", frozenset({"hr"}))
    return Caller("person-1", "王敏", (school, firm), "csrf", "token", clock(), "school-1")


@pytest.fixture(scope="session")
async def people(platform: Platform) -> AsyncIterator[People]:
    """Organisations and people of the real platform."""
    async with door(platform) as http:
        yield People(platform, http)


@pytest.fixture(scope="session")
async def world(
    admin_dsn: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """Schools, students and enterprises of the demonstration, on a platform of their own."""
    data = tmp_path_factory.mktemp("school")
    async with own_world(admin_dsn, worker_id, data) as world:
        yield world
