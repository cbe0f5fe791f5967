"""A platform of its own with its workers: the demonstration fills it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from gateway.app import build_gateway
from gateway.assembly import House, assemble
from gateway.demo.door import Door
from gateway.serving import make_workers
from gateway.settings import ROOMS
from services.accounts.adapters.passwords import Passwords
from services.accounts.flows.found_platform import found_platform
from shared.db.cluster import RoomDatabase, clone_database, drop_database, ensure_rooms
from shared.db.session import PLATFORM
from shared.kernel.clock import utc_now
from shared.settings import PlatformSettings
from tests.conftest import SECRET

PASSWORD = "demo-in-process"


@dataclass(frozen=True, slots=True)
class OwnPlatform:
    """An empty platform in this process, its door and its first operator."""

    house: House
    http: httpx.AsyncClient

    @property
    def door(self) -> Door:
        return Door(self.http)

    async def found(self) -> None:
        """Make the first operator as `chanjiao admin create` does."""
        from gateway.demo.founder import OPERATOR

        database = self.house.rooms["accounts"].parts.database
        hashed = await Passwords().hash(PASSWORD)
        async with database.begin(PLATFORM) as tx:
            await found_platform(
                tx, login=OPERATOR, name="演示运营", password_hash=hashed, now=utc_now()
            )


@pytest.fixture(scope="module")
async def own_databases(admin_dsn: str, worker_id: str) -> AsyncIterator[dict[str, RoomDatabase]]:
    """Copies for this module alone: other tests search and count posts."""
    templates = await ensure_rooms(admin_dsn, "template", ROOMS, secret=SECRET)
    copies: dict[str, RoomDatabase] = {}
    for room, template in templates.items():
        copy = f"demo_{worker_id}_{os.getpid()}_{room}"
        await clone_database(admin_dsn, template.owner_dsn.database, copy)
        copies[room] = template.in_database(copy)
    yield copies
    for database in copies.values():
        await drop_database(admin_dsn, database.owner_dsn.database)


@pytest.fixture(scope="module")
async def own_platform(
    own_databases: dict[str, RoomDatabase], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[OwnPlatform]:
    """The whole platform with its workers, empty."""
    data: Path = tmp_path_factory.mktemp("demo")
    settings = PlatformSettings(data=data, secret=SECRET, public_url="http://127.0.0.1:8000")
    house = assemble(settings, own_databases, rooms=ROOMS, urls={})
    workers = make_workers(house, own_databases)
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    transport = httpx.ASGITransport(app=build_gateway(house), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:8000", timeout=60
    ) as http:
        yield OwnPlatform(house, http)
    for worker in workers:
        worker.stop()
    await asyncio.wait_for(asyncio.gather(*tasks), 30)
    for worker in workers:
        worker.cpu.close()
    await house.close()
