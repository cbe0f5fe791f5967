"""The credits room alone on its real database, for the tests of recognition."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.credits.app import build
from shared.db.cluster import RoomDatabase
from shared.settings import PlatformSettings
from tests.credits.credit_room import CreditsRoom


@pytest.fixture(scope="session")
async def lone_credits(
    databases: dict[str, RoomDatabase], settings: PlatformSettings
) -> AsyncIterator[CreditsRoom]:
    """The credits room on its own database, for the whole run."""
    async with CreditsRoom.open(build, databases, settings) as room:
        yield room


@pytest.fixture
async def room(lone_credits: CreditsRoom) -> AsyncIterator[CreditsRoom]:
    """The credits room; its clock goes right again after each test."""
    yield lone_credits
    await lone_credits.rest()


@pytest.fixture
async def working(room: CreditsRoom) -> AsyncIterator[CreditsRoom]:
    """The room with a worker beside it."""
    async with room.working():
        yield room
