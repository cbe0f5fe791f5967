"""The credits room alone on its real database, for the tests of recognition."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from joserfc.jwk import ECKey, KeySet

from services.credits.app import build
from shared.db.cluster import RoomDatabase
from shared.db.session import Database
from shared.http.observe import Observed
from shared.http.peers import Peers
from shared.kernel.clock import utc_now
from shared.room import Parts
from shared.settings import PlatformSettings
from tests.credits.credit_room import AccountsRoom, CreditsRoom


@pytest.fixture(scope="session")
async def lone_credits(
    databases: dict[str, RoomDatabase], settings: PlatformSettings
) -> AsyncIterator[CreditsRoom]:
    """The credits room on its own database, for the whole run."""
    key = ECKey.generate_key("P-256", auto_kid=True)

    async def keys(_fetch: bool) -> KeySet:
        return KeySet([key])

    database = Database(databases["credits"].app_dsn.sqlalchemy, pool_size=10)
    accounts = AccountsRoom()
    peers = Peers(room="credits", secret=settings.secret, urls={})
    peers.apps["accounts"] = accounts
    held: list[CreditsRoom] = []
    parts = Parts(
        settings=settings,
        database=database,
        peers=peers,
        keys=keys,
        clock=lambda: held[0].now or utc_now(),
    )
    built = build(parts)
    app = Observed(built.app, room="credits", body_bytes_max=settings.body_bytes_max)
    room = CreditsRoom(app, built, database, databases["credits"], key, accounts, peers)
    held.append(room)
    accounts.token = lambda: room.token(kind="service", scope="service")
    yield room
    if room.cpu is not None:
        room.cpu.close()
    await peers.close()
    await database.close()


@pytest.fixture
async def room(lone_credits: CreditsRoom) -> AsyncIterator[CreditsRoom]:
    """The credits room; its clock goes right again after each test."""
    yield lone_credits
    lone_credits.now = None
    for client in lone_credits.clients:
        await client.aclose()
    lone_credits.clients.clear()


@pytest.fixture
async def working(room: CreditsRoom) -> AsyncIterator[CreditsRoom]:
    """The room with a worker beside it."""
    worker = room.worker()
    task = asyncio.create_task(worker.run())
    yield room
    worker.stop()
    await asyncio.wait_for(task, 30)
