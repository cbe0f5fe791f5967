"""A small world on a platform of its own: one batch published, one that takes wishes."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from portal_enterprise import working
from portal_hands import Browser
from portal_market import market_paths
from portal_platform import ORIGIN, door

from gateway.app import build_gateway
from gateway.assembly import assemble
from gateway.demo.door import Actor, Door
from gateway.demo.founder import OPERATOR
from gateway.demo.progress import Progress
from gateway.demo.small import set_up
from gateway.settings import ROOMS
from services.accounts.adapters.passwords import Passwords
from services.accounts.flows.found_platform import found_platform
from shared.db.cluster import clone_database, drop_database, ensure_rooms
from shared.db.session import PLATFORM
from shared.kernel.clock import utc_now
from shared.settings import PlatformSettings
from tests.conftest import SECRET, Platform

PASSWORD = "correct horse 电池"  # the one of every person of these tests
OFFICE, OFFICE_2, TEACHER = "demo-office", "demo-office-2", "demo-teacher"
STUDENT, STUDENT_2, WISHER = "demo-student-1", "demo-student-2", "demo-student-3"


@dataclass(frozen=True, slots=True)
class World:
    """The platform with its small world, and one way to act in it for each role."""

    platform: Platform
    http: httpx.AsyncClient

    async def actor(self, login: str) -> Actor:
        """Return somebody of the small world at the API."""
        return await Door(self.http).person(login, PASSWORD)

    async def first(self, login: str, path: str, **asked: str) -> dict[str, Any]:
        """Return the first thing of a list, as somebody sees it."""
        return (await (await self.actor(login)).get(path, params=asked))["items"][0]

    async def cleared(self) -> dict[str, Any]:
        """Return the batch whose result is published."""
        return await self.first(OFFICE, "/v1/batches", state="published")

    async def wishing(self) -> dict[str, Any]:
        """Return the batch that takes wishes now."""
        listed = await (await self.actor(WISHER)).get("/v1/batches", params={"state": "open"})
        return next(one for one in listed["items"] if one["mode"] == "cleared")

    @asynccontextmanager
    async def browser(self, login: str) -> AsyncGenerator[Browser]:
        """Open the browser of somebody who has signed in."""
        async with door(self.platform) as http:
            browser = Browser(http)
            sent = await browser.send("/sign-in", "/sign-in", login=login, password=PASSWORD)
            assert sent.status_code == 303, sent.text
            yield browser

    async def paths(self) -> dict[str, list[str]]:
        """Return every page of the office, of a teacher and of students that can be opened."""
        batch = await self.cleared()
        round_id = (await (await self.actor(OFFICE)).get(f"/v1/batches/{batch['id']}/round"))["id"]
        placed = await self.first(OFFICE, "/v1/placements", state="accepted")
        host = await self.first(OFFICE, "/v1/hosts")
        waiting = await self.wishing()
        own = await self.first(STUDENT, "/v1/placements/me")
        one = f"/school/batches/{batch['id']}"
        place = f"/school/placements/{placed['id']}"
        other = f"/student/batches/{waiting['id']}"
        market = await market_paths(self)
        papers = ("people", "consent", "agreement", "insurance", "safety", "filing")
        return {
            **market,
            OFFICE: [
                "/school",
                "/school/students",
                "/school/students?class_name=1&state=enrolled",
                f"/school/students/{placed['student_id']}",
                "/school/plans",
                "/school/imports/roster",
                "/school/hosts",
                "/school/hosts?state=approved",
                "/school/hosts/new?q=公司",
                f"/school/hosts/{host['id']}",
                f"/school/hosts/{host['id']}/inspection",
                f"/school/hosts/{host['id']}/decision",
                "/school/batches",
                "/school/batches/new",
                one,
                f"{one}/students",
                f"{one}/posts",
                f"{one}/round",
                f"{one}/round/what-if",
                f"{one}/clearing",
                f"{one}/results",
                f"{one}/results?placed=false",
                f"{one}/results/{placed['student_id']}",
                f"{one}/acceptances",
                "/school/placements",
                "/school/placements?state=accepted&lacks=consent",
                place,
                *(f"{place}/papers/{paper}" for paper in papers),
                "/school/appeals",
                "/school/self-arranged",
                f"/hosts?school={batch['school_id']}",
            ],
            OFFICE_2: [
                f"/school/batches/{waiting['id']}",
                f"/school/batches/{waiting['id']}/imports/grades",
            ],
            TEACHER: ["/school/placements", place],
            STUDENT: [
                *market[STUDENT],
                "/student",
                f"/student/batches/{batch['id']}",
                f"/student/batches/{batch['id']}/result",
                f"/student/batches/{batch['id']}/what-if",
                "/public-rounds",
                f"/public-rounds/{round_id}",
                f"/student/placements/{own['id']}",
                f"/student/appeals/new?round={round_id}",
            ],
            WISHER: [
                "/student",
                other,
                f"{other}/posts",
                f"{other}/posts?near=city",
                f"{other}/wishes",
            ],
        }


async def made_world(platform: Platform, http: httpx.AsyncClient) -> World:
    """Fill the platform with the small world, over the public API."""

    async def found() -> None:
        database = platform.house.rooms["accounts"].parts.database
        hashed = await Passwords().hash(PASSWORD)
        async with database.begin(PLATFORM) as tx:
            await found_platform(
                tx, login=OPERATOR, name="演示运营", password_hash=hashed, now=utc_now()
            )

    said = Progress(lambda _line: None)
    await set_up(Door(http), found, password=PASSWORD, progress=said, now=utc_now())
    return World(platform, http)


@asynccontextmanager
async def own_platform(admin_dsn: str, name: str, data: Path) -> AsyncGenerator[Platform]:
    """Assemble an empty platform: other tests search and count posts."""
    templates = await ensure_rooms(admin_dsn, "template", ROOMS, secret=SECRET)
    copies = {
        room: template.in_database(f"pages_{name}_{os.getpid()}_{room}")
        for room, template in templates.items()
    }
    for room, template in templates.items():
        to = copies[room].owner_dsn.database
        await clone_database(admin_dsn, template.owner_dsn.database, to)
    settings = PlatformSettings(data=data, secret=SECRET, public_url=ORIGIN)
    house = assemble(settings, copies, rooms=ROOMS, urls={})
    yield Platform(house, build_gateway(house), copies)
    await house.close()
    for copy in copies.values():
        await drop_database(admin_dsn, copy.owner_dsn.database)


@asynccontextmanager
async def own_world(admin_dsn: str, name: str, data: Path) -> AsyncGenerator[World]:
    """Assemble a platform with its workers and the small world on it."""
    async with (
        own_platform(admin_dsn, name, data) as platform,
        working(platform),
        door(platform) as http,
    ):
        yield await made_world(platform, http)
