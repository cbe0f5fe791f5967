"""Two schools and two enterprises with an object of every kind, and a person in every role."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text

from gateway.app import build_gateway
from gateway.assembly import assemble
from gateway.demo.door import Door
from gateway.serving import make_workers
from gateway.settings import ROOMS
from shared.db.cluster import RoomDatabase, clone_database, ensure_rooms
from shared.db.session import PLATFORM
from shared.settings import PlatformSettings
from tests.conftest import SECRET
from tests.security.filling import Filler
from tests.security.scene import URL, Scene, record_logs

PAID = text(
    "INSERT INTO payments (placement_id, month, school_id, enterprise_id, amount_fen, paid_on,"
    " method, payee) SELECT id, '2026-11', school_id, enterprise_id, 300000, '2026-11-20', 'money',"
    " 'student' FROM placements WHERE share_consented_at IS NOT NULL AND enterprise_id IS NOT NULL"
)


@pytest.fixture(scope="session")
async def own_databases(admin_dsn: str, worker_id: str) -> dict[str, RoomDatabase]:
    """Copies for these tests alone: other tests search and count."""
    templates = await ensure_rooms(admin_dsn, "template", ROOMS, secret=SECRET)
    copies: dict[str, RoomDatabase] = {}
    for room, template in templates.items():
        copy = f"security_{worker_id}_{os.getpid()}_{room}"
        await clone_database(admin_dsn, template.owner_dsn.database, copy)
        copies[room] = template.in_database(copy)
    return copies  # they go with the run's server


async def _resolve_nothing(_host: str, _port: int) -> list[str]:
    raise OSError  # no test asks a name server


@pytest.fixture(scope="session")
async def scene(
    own_databases: dict[str, RoomDatabase], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    """The platform with its workers, filled over its own API."""
    settings = PlatformSettings(
        data=tmp_path_factory.mktemp("security"), secret=SECRET, public_url=URL
    )
    house = assemble(settings, own_databases, rooms=ROOMS, urls={})
    house.rooms["credits"].room.app.state.resolve_host = _resolve_nothing
    workers = make_workers(house, own_databases)
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    app = build_gateway(house)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=URL, timeout=120) as http:
        filler = Filler(http, Door(http), transport)
        filled = await filler.fill(house, app, own_databases, record_logs())
        # No placement of the scene has begun: what a host pays is put there.
        async with house.rooms["internships"].parts.database.begin(PLATFORM) as tx:
            await tx.execute(PAID)
        yield filled
    for worker in workers:
        worker.stop()
    await asyncio.wait_for(asyncio.gather(*tasks), 30)
    for worker in workers:
        worker.cpu.close()
    await house.close()
