"""The small world of `make run`: made once in a run of the tests, copied for whoever needs it."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pickle
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from gateway.app import build_gateway
from gateway.assembly import assemble
from gateway.demo.accounts_shown import demo_accounts
from gateway.demo.door import Door
from gateway.demo.founder import OPERATOR
from gateway.demo.progress import Figures, Progress
from gateway.demo.small import is_loaded, set_up
from gateway.serving import make_workers
from gateway.settings import ROOMS
from services.accounts.adapters.passwords import Passwords
from services.accounts.flows.found_platform import found_platform
from shared.db.cluster import RoomDatabase, clone_database, drop_database, ensure_rooms
from shared.db.session import PLATFORM
from shared.kernel.clock import utc_now
from shared.settings import PlatformSettings
from tests.conftest import RUN_FOLDER, SECRET, Platform

ORIGIN = "http://127.0.0.1:8000"
PASSWORD = "correct horse 电池"


@dataclass(frozen=True, slots=True)
class Told:
    """What the loading of the small world said, counted and gave to the shell."""

    loaded_before: bool | None
    said: list[str]
    figures: Figures
    values: dict[str, str]


@asynccontextmanager
async def small_world(
    admin_dsn: str, name: str, data: Path
) -> AsyncGenerator[tuple[Platform, Told]]:
    """Open a platform of its own, `name`, with the small world on it and its workers at work."""
    made = Path(os.environ[RUN_FOLDER]) / "small-world"
    (made / "data").mkdir(parents=True, exist_ok=True)
    with (made / "lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        if not (made / "told").exists():
            told = await _make(admin_dsn, made / "data")
            (made / "told").write_bytes(pickle.dumps(told))
    told = pickle.loads((made / "told").read_bytes())
    shutil.copytree(made / "data", data, dirs_exist_ok=True)
    async with _platform(admin_dsn, "small_world", f"{name}_{os.getpid()}", data) as platform:
        async with working(platform):
            yield platform, told
        await _drop(admin_dsn, platform.databases)


async def _make(admin_dsn: str, data: Path) -> Told:
    async with (
        _platform(admin_dsn, "template", "small_world", data) as platform,
        working(platform),
        at_the_door(platform) as http,
    ):

        async def found() -> None:
            database = platform.house.rooms["accounts"].parts.database
            hashed = await Passwords().hash(PASSWORD)
            async with database.begin(PLATFORM) as tx:
                await found_platform(
                    tx, login=OPERATOR, name="演示运营", password_hash=hashed, now=utc_now()
                )

        said: list[str] = []
        progress = Progress(said.append)
        before = await is_loaded(Door(http), demo_accounts(PASSWORD))
        values = await set_up(
            Door(http), found, password=PASSWORD, progress=progress, now=utc_now()
        )
        return Told(before, said, progress.figures, values)


@asynccontextmanager
async def _platform(admin_dsn: str, source: str, name: str, data: Path) -> AsyncGenerator[Platform]:
    """Assemble a platform on copies of the databases of `source`."""
    copies: dict[str, RoomDatabase] = {}
    for room, template in (await ensure_rooms(admin_dsn, "template", ROOMS, secret=SECRET)).items():
        copies[room] = template.in_database(f"{name}_{room}")
        await drop_database(admin_dsn, f"{name}_{room}")  # of somebody who was interrupted
        await clone_database(admin_dsn, f"{source}_{room}", f"{name}_{room}")
    settings = PlatformSettings(data=data, secret=SECRET, public_url=ORIGIN)
    house = assemble(settings, copies, rooms=ROOMS, urls={})
    yield Platform(house, build_gateway(house), copies)
    await house.close()


async def _drop(admin_dsn: str, databases: dict[str, RoomDatabase]) -> None:
    for database in databases.values():
        await drop_database(admin_dsn, database.owner_dsn.database)


@asynccontextmanager
async def working(platform: Platform) -> AsyncGenerator[None]:
    """Do the jobs of every room while the block runs."""
    workers = make_workers(platform.house, platform.databases)
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    yield
    for worker in workers:
        worker.stop()
    await asyncio.gather(*tasks)
    for worker in workers:
        worker.cpu.close()


def at_the_door(platform: Platform) -> httpx.AsyncClient:
    """Return a client at the public door, signed in as nobody."""
    transport = httpx.ASGITransport(app=platform.door, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, timeout=60)
