"""The credits room alone on its real database; keys and credentials made for the tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, KeySet

from services.credits.app import build
from services.credits.flows.issue_credentials import Issuing
from shared.db.cluster import RoomDatabase
from shared.db.session import Database
from shared.http.observe import Observed
from shared.http.peers import Peers
from shared.room import Parts
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
    key = ECKey.generate_key("P-256", auto_kid=True)

    async def keys(_fetch: bool) -> KeySet:
        return KeySet([key])

    database = Database(databases["credits"].app_dsn.sqlalchemy, pool_size=5)
    peers = Peers(room="credits", secret=settings.secret, urls={})
    held: list[CredentialsRoom] = []
    parts = Parts(
        settings=settings,
        database=database,
        peers=peers,
        keys=keys,
        clock=lambda: held[0].moment(),  # noqa: PLW0108 - held is filled below
    )
    built = build(parts)
    app = Observed(built.app, room="credits", body_bytes_max=settings.body_bytes_max)
    issuing = Issuing(settings.secret, settings.public_url)
    held.append(CredentialsRoom(app, database, key, issuing, built.routines))
    yield held[0]
    await peers.close()
    await database.close()


@pytest.fixture
async def credentials_room(lone_credentials: CredentialsRoom) -> AsyncIterator[CredentialsRoom]:
    """The credits room; its clock goes right again after each test."""
    yield lone_credentials
    lone_credentials.now = None
    for client in lone_credentials.clients:
        await client.aclose()
    lone_credentials.clients.clear()
