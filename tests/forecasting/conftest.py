"""The forecasting room alone on its real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.accounts.domain.roles import ROLES
from services.forecasting.app import build
from shared.db.cluster import RoomDatabase
from shared.settings import PlatformSettings
from tests.lone_room import LoneRoom


@dataclass(slots=True)
class ForecastingRoom(LoneRoom):
    """The room, and people in their roles."""

    name = "forecasting"
    region = "330000"

    def member(self, org_id: UUID, role: str) -> httpx.AsyncClient:
        """Return a client of somebody with a role in an organisation that accounts knows."""
        told = self.accounts.organisations[str(org_id)]
        return self.client(
            org_id=str(org_id),
            org_kind=told["kind"],
            roles=[role],
            scope=" ".join(ROLES[role].scopes),
        )

    def authority(self, name: str = "某省人社厅", **facts: Any) -> httpx.AsyncClient:
        """Return a client of an analyst of a new authority."""
        return self.member(self.organisation("authority", name, **facts), "analyst")


@pytest.fixture(scope="session")
async def lone_forecasting(
    databases: dict[str, RoomDatabase], settings: PlatformSettings
) -> AsyncIterator[ForecastingRoom]:
    """The forecasting room on its own database, for the whole run."""
    async with ForecastingRoom.open(build, databases, settings) as room:
        yield room


@pytest.fixture
async def room(lone_forecasting: ForecastingRoom) -> AsyncIterator[ForecastingRoom]:
    """The forecasting room; its clock goes right again after each test."""
    yield lone_forecasting
    await lone_forecasting.rest()


@pytest.fixture
async def working(room: ForecastingRoom) -> AsyncIterator[ForecastingRoom]:
    """The room with a worker beside it."""
    async with room.working():
        yield room
