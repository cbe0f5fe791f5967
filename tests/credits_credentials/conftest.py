"""The credits room alone on its real database; keys and credentials made for the tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.credits.app import build
from services.credits.flows.issue_credentials import Issuing
from shared.db.cluster import RoomDatabase
from shared.settings import PlatformSettings
from tests.credits_credentials.credentials_room import CredentialsRoom


@pytest.fixture(scope="session")
def vectors(shared_folder: Path) -> Path:
    """The folder of the standards' own vectors."""
    folder = shared_folder / "vectors"
    if not folder.is_dir():
        pytest.skip("the vectors of the standards are not here")
    return folder


@pytest.fixture(scope="session")
async def lone_credentials(
    databases: dict[str, RoomDatabase], settings: PlatformSettings
) -> AsyncIterator[CredentialsRoom]:
    """The credits room on its own database, for the whole run."""
    async with CredentialsRoom.open(build, databases, settings) as room:
        room.issuing = Issuing(settings.secret, settings.public_url)
        yield room


@pytest.fixture
async def credentials_room(lone_credentials: CredentialsRoom) -> AsyncIterator[CredentialsRoom]:
    """The credits room; its clock goes right again after each test."""
    yield lone_credentials
    await lone_credentials.rest()
