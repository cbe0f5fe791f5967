"""A small world on a platform of its own: one batch published, one that takes wishes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from portal_exchange import exchange_paths
from portal_hands import Browser
from portal_market import market_paths
from portal_platform import door
from sqlalchemy import text

from gateway.demo.door import Actor, Door
from shared.db.session import PLATFORM
from tests.conftest import Platform
from tests.small_world import PASSWORD, small_world

OFFICE, OFFICE_2, TEACHER = "demo-office", "demo-office-2", "demo-teacher"
STUDENT, STUDENT_2, WISHER = "demo-student-1", "demo-student-2", "demo-student-3"
HR = "demo-hr"


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

    async def free_seat(self) -> str:
        """Return a post of the second school's hosts, with a seat that no batch holds yet."""
        office = await self.actor(OFFICE_2)
        batch = await self.first(OFFICE_2, "/v1/batches", state="open", mode="cleared")
        post: str = (await office.get(f"/v1/batches/{batch['id']}/posts"))["items"][0]["post_id"]
        grown = text("UPDATE posts SET seats = seats + 1 WHERE id = :id")
        async with self.platform.house.rooms["internships"].parts.database.begin(PLATFORM) as tx:
            await tx.execute(grown, {"id": post})
        return post

    @asynccontextmanager
    async def browser(self, login: str) -> AsyncGenerator[Browser]:
        """Open the browser of somebody who has signed in."""
        async with door(self.platform) as http:
            browser = Browser(http)
            sent = await browser.send("/sign-in", "/sign-in", login=login, password=PASSWORD)
            assert sent.status_code == 303, sent.text
            yield browser

    async def paths(self) -> Mapping[str, Sequence[str]]:
        """Return every page of the office, a teacher, a host and students that can be opened."""
        batch = await self.cleared()
        round_id = (await (await self.actor(OFFICE)).get(f"/v1/batches/{batch['id']}/round"))["id"]
        placed = await self.first(OFFICE, "/v1/placements", state="accepted")
        host = await self.first(OFFICE, "/v1/hosts")
        waiting = await self.wishing()
        own = await self.first(STUDENT, "/v1/placements/me")
        hosted = await self.first(HR, "/v1/placements/hosted")
        place = f"/school/placements/{placed['id']}"
        other = f"/student/batches/{waiting['id']}"
        market, exchange = await market_paths(self), await exchange_paths(self)
        return {
            **market,
            **exchange,
            OFFICE: _office_pages(batch, placed=placed, host=host),
            OFFICE_2: [
                f"/school/batches/{waiting['id']}",
                f"/school/batches/{waiting['id']}/imports/grades",
            ],
            TEACHER: ["/school/placements", place],
            HR: [
                *exchange[HR],
                "/enterprise/placements",
                f"/enterprise/placements/{hosted['id']}",
            ],
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


def _office_pages(
    batch: Mapping[str, Any], *, placed: Mapping[str, Any], host: Mapping[str, Any]
) -> list[str]:
    one, place = f"/school/batches/{batch['id']}", f"/school/placements/{placed['id']}"
    papers = ("people", "consent", "agreement", "insurance", "safety", "filing")
    return [
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
        f"{one}/assignment",
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
    ]


@asynccontextmanager
async def own_world(admin_dsn: str, name: str, data: Path) -> AsyncGenerator[World]:
    """Open a platform with its workers and the small world on it."""
    async with (
        small_world(admin_dsn, f"pages_{name}", data) as (platform, _),
        door(platform) as http,
    ):
        yield World(platform, http)
