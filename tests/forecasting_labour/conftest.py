"""The forecasting room alone on its real database, for the tests of the labour market."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from services.forecasting.app import build
from shared.db.cluster import RoomDatabase
from shared.db.session import PLATFORM
from shared.settings import PlatformSettings
from tests.lone_room import AccountsRoom, LoneRoom

SCHOOL = "labour:write majors:decide standards:write"
AUTHORITY = "labour:write majors:decide shortages:write authority:read"
BODY = "labour:write standards:write"
ENTERPRISE = "standards:write posts:write"


@dataclass(slots=True)
class LabourRoom(LoneRoom):
    """The room, and people of each kind of organisation."""

    name = "forecasting"
    region = "330600"
    level = "higher_vocational"

    def person(self, kind: str, org_id: UUID, scope: str) -> httpx.AsyncClient:
        return self.client(org_id=str(org_id), org_kind=kind, roles=["analyst"], scope=scope)

    def school(self, name: str = "绍兴某学院", **facts: Any) -> httpx.AsyncClient:
        return self.person("school", self.organisation("school", name, **facts), SCHOOL)

    def authority(self, region: str = "330600", **facts: Any) -> httpx.AsyncClient:
        org_id = self.organisation("authority", "某市人社局", region_code=region, **facts)
        return self.person("authority", org_id, AUTHORITY)

    def body(self, name: str = "某行业协会", **facts: Any) -> httpx.AsyncClient:
        return self.person("industry_body", self.organisation("industry_body", name, **facts), BODY)

    def enterprise(self, name: str = "某精工", **facts: Any) -> httpx.AsyncClient:
        org_id = self.organisation("enterprise", name, **facts)
        return self.person("enterprise", org_id, ENTERPRISE)


@pytest.fixture(scope="session")
async def lone_labour(
    databases: dict[str, RoomDatabase], settings: PlatformSettings
) -> AsyncIterator[LabourRoom]:
    """The forecasting room on its own database, for the whole run."""
    async with LabourRoom.open(build, databases, settings, internships=AccountsRoom()) as room:
        yield room


@pytest.fixture
async def labour(lone_labour: LabourRoom) -> AsyncIterator[LabourRoom]:
    """The room; what a test wrote is gone before the next, and the clock goes right again."""
    yield lone_labour
    await lone_labour.rest()
    async with lone_labour.database.begin(PLATFORM) as tx:
        await tx.execute(text("DELETE FROM alert_trials"))
        for table in (
            "alerts",
            "major_advice",
            "shortage_entries",
            "shortage_catalogues",
            "gaps",
            "supplies",
            "gap_runs",
            "release_cells",
            "releases",
            "standard_links",
            "standard_editions",
            "competency_standards",
            "quality_reports",
            "committees",
            "major_projects",
            "cohorts",
            "destinations",
            "major_flows",
            "market_quarters",
            "employment_years",
            "industry_quarters",
        ):
            await tx.execute(text(f"DELETE FROM {table}"))


@pytest.fixture
async def labouring(labour: LabourRoom) -> AsyncIterator[LabourRoom]:
    """The room with a worker beside it."""
    async with labour.working():
        yield labour
