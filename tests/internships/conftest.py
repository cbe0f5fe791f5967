"""The internships room alone on its real database; small apps take its events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse

from services.internships.app import build
from shared.db.cluster import RoomDatabase
from shared.db.session import PLATFORM
from shared.settings import PlatformSettings
from tests.lone_room import LoneRoom

OFFICE = "hosts:write rosters:write batches:write wishes:import placements:read appeals:decide"
STUDENT = "consents:write wishes:write placements:decide appeals:write"
HR = "posts:write enterprise:manage placements:host"


@dataclass(slots=True)
class Listener:
    """Another room as far as this one knows it: it takes events."""

    events: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        events = orjson.loads(await request.body())["events"]
        self.events += events
        await JSONResponse({"taken": len(events)})(scope, receive, send)

    def about(self, subject_id: str) -> dict[str, dict[str, Any]]:
        """Return what was told of one subject: kind to payload."""
        return {e["kind"]: e["payload"] for e in self.events if e["subject_id"] == subject_id}


@dataclass(slots=True)
class InternshipsRoom(LoneRoom):
    """The room, who listens to it, and people in their roles."""

    name = "internships"

    listeners: dict[str, Listener] = field(default_factory=dict)

    def office(self, school_id: UUID) -> httpx.AsyncClient:
        return self.client(
            org_id=str(school_id), org_kind="school", roles=["internship_office"], scope=OFFICE
        )

    def student(self, school_id: UUID, number: str) -> httpx.AsyncClient:
        return self.client(
            org_id=str(school_id),
            org_kind="school",
            roles=["student"],
            scope=STUDENT,
            member_no=number,
        )

    def hr(self, enterprise_id: UUID) -> httpx.AsyncClient:
        return self.client(org_id=str(enterprise_id), org_kind="enterprise", roles=["hr"], scope=HR)


@pytest.fixture(scope="session")
async def lone_room(
    databases: dict[str, RoomDatabase], settings: PlatformSettings
) -> AsyncIterator[InternshipsRoom]:
    """The internships room on its own database, for the whole run."""
    listeners = {name: Listener() for name in ("forecasting", "credits")}
    async with InternshipsRoom.open(build, databases, settings, **listeners) as room:
        room.listeners = listeners
        yield room


@pytest.fixture
async def room(lone_room: InternshipsRoom) -> AsyncIterator[InternshipsRoom]:
    """The internships room; its clock goes right again after each test."""
    yield lone_room
    await lone_room.rest()


@pytest.fixture
async def working(room: InternshipsRoom) -> AsyncIterator[InternshipsRoom]:
    """The room with a worker beside it."""
    async with room.working():
        yield room


async def add_published_posts(
    room: InternshipsRoom, enterprise_id: UUID, posts: list[dict[str, Any]]
) -> list[UUID]:
    """Put published posts into the table: how an enterprise gets there is tested elsewhere."""
    ids = [uuid4() for _ in posts]
    now = datetime.now(UTC)
    rows = [
        {
            "id": str(post_id),
            "org_id": str(enterprise_id),
            "enterprise_name": "杭州精工",
            "region_code": "330106",
            "title": f"岗位 {number}",
            "description": "",
            "kind": "on_post",
            "major_codes": ["660103"],
            "skills": [],
            "typical_tasks": ["零件加工"],
            "seats": 2,
            "hazards": [],
            "organiser_kind": "school",
            "start_on": "2027-03-01",
            "end_on": "2027-08-28",
            "state": "published",
            "source": "api",
            "search_terms": [],
            "title_pinyin": "",
            "created_by": str(uuid4()),
            "created_at": now,
            "updated_at": now,
            "published_at": now,
            "version": 1,
            **post,
        }
        for number, (post_id, post) in enumerate(zip(ids, posts, strict=True))
    ]
    async with room.database.begin(PLATFORM) as tx:
        await tx.execute(
            text("INSERT INTO posts SELECT * FROM jsonb_populate_recordset(NULL::posts, :rows)"),
            {"rows": orjson.dumps(rows, default=str).decode()},
        )
    return ids


async def approve_host(room: InternshipsRoom, school_id: UUID, enterprise_id: UUID) -> None:
    """Put an enterprise on a school's register of hosts."""
    async with room.database.begin(PLATFORM) as tx:
        await tx.execute(
            text(
                "INSERT INTO hosts (id, school_id, enterprise_id, enterprise_name, state,"
                " inspected_on, decided_on) VALUES (:id, :school, :enterprise, '杭州精工',"
                " 'approved', '2026-05-01', '2026-06-01')"
            ),
            {"id": uuid4(), "school": school_id, "enterprise": enterprise_id},
        )
