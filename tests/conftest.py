"""One PostgreSQL for the whole run; one migrated template per room; a database per worker."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from xdist.scheduler import LoadScopeScheduling

from gateway.app import build_gateway
from gateway.assembly import House, assemble
from gateway.settings import ROOMS
from services.accounts.adapters import passwords
from shared.db.cluster import RoomDatabase, clone_database, ensure_rooms
from shared.db.migrations import migrate
from shared.db.released import FOLDER
from shared.db.server import Server
from shared.http.observe import ASGIApp
from shared.logs import configure_logs
from shared.settings import PlatformSettings
from tests.one_child import CHILD, share_child

SECRET = "test secret: nothing of value hangs on it"
ADMIN = "CHANJIAO_TEST_ADMIN"
RUN_FOLDER = "CHANJIAO_TEST_FOLDER"  # of this run, for what all its workers share
SHARED = Path(__file__).parents[1].parent / "shared"

# Durability is what tests/db measures on servers of its own; everywhere else it is only slow.
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "800",  # every worker holds several platforms at once
}


# Folders whose tests share a world that takes long to make: one worker makes it and runs them all.
SHARED_WORLDS = frozenset(
    {
        "security",
        "forecasting",
        "forecasting_labour",
        "credits",
        "credits_ledger",
        "credits_credentials",
        "demo",
        "e2e",
        "forecasting_engine",
        "accounts",
        "kernel",
    }
)


# Parts with few tests that take long: handed out first, so that none is alone at the end.
LONG = ("test_pages_school_browser.py", "e2e", "security", "test_pages_accessibility.py", "demo")


class ByWorld(LoadScopeScheduling):
    """Hands out whole folders that share a world, and every other test by itself."""

    _begun = False

    def _assign_work_unit(self, node: Any) -> None:
        if not self._begun:
            self._begun = True
            for scope in [one for one in self.workqueue if one.startswith(LONG)]:
                self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)

    def _split_scope(self, nodeid: str) -> str:
        folder, file = nodeid.partition("::")[0].split("/")[1:3]
        if folder == "portal":
            # The small world is copied in a second, and a walk through a browser is long.
            return file + ("phone" if "-360-" in nodeid else "")
        return folder if folder in SHARED_WORLDS else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByWorld:
    """Return how tests are handed to the workers."""
    return ByWorld(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Start the run's server in the process that every worker descends from."""
    configure_logs(log_format="json", level="INFO")
    # Thousands of sign-ins: what a hash must cost is for whoever keeps it (tests/e2e has the real).
    passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    share_child()
    config.add_cleanup(CHILD.end)
    if ADMIN in os.environ:
        return
    folder = Path(tempfile.mkdtemp(prefix="cj-test-"))
    server = Server.start(folder, settings=QUICK)
    os.environ[ADMIN] = server.admin_dsn
    shared = folder.with_name(f"{folder.name}-shared")
    shared.mkdir()
    os.environ[RUN_FOLDER] = str(shared)
    config.add_cleanup(lambda: _stop(server, folder, shared))
    asyncio.run(_make_templates(server.admin_dsn))


def _stop(server: Server, *folders: Path) -> None:
    server.stop()
    os.environ.pop(ADMIN, None)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


async def _make_templates(admin: str) -> None:
    databases = await ensure_rooms(admin, "template", ROOMS, secret=SECRET)
    for room, database in databases.items():
        if not list((FOLDER / room / "versions").glob("0*.py")):
            continue
        await migrate(
            room,
            database.owner_dsn.sqlalchemy,
            readers=(database.app_dsn.user, database.relay_dsn.user),
        )


@pytest.fixture(scope="session")
def admin_dsn() -> str:
    """The superuser's address of the run's server."""
    return os.environ[ADMIN]


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder of policies, vectors and real data; a test that needs it skips without it."""
    if not SHARED.is_dir():
        pytest.skip("the folder with real data is not here")
    return SHARED


@pytest.fixture(scope="session")
async def databases(admin_dsn: str, worker_id: str) -> dict[str, RoomDatabase]:
    """This worker's own copy of every room's migrated database."""
    templates = await ensure_rooms(admin_dsn, "template", ROOMS, secret=SECRET)
    copies: dict[str, RoomDatabase] = {}
    for room, template in templates.items():
        copy = f"{worker_id}_{os.getpid()}_{room}"
        await clone_database(admin_dsn, template.owner_dsn.database, copy)
        copies[room] = template.in_database(copy)
    return copies  # they go with the run's server


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> PlatformSettings:
    """Settings of the platform under test."""
    return PlatformSettings(
        data=tmp_path_factory.mktemp("data"), secret=SECRET, public_url="http://127.0.0.1:8000"
    )


@dataclass(frozen=True, slots=True)
class Platform:
    """The whole platform in one process, as the public door shows it."""

    house: House
    door: ASGIApp
    databases: dict[str, RoomDatabase]


@pytest.fixture(scope="session")
async def platform(
    settings: PlatformSettings, databases: dict[str, RoomDatabase]
) -> AsyncIterator[Platform]:
    """Every room behind the gateway."""
    house = assemble(settings, databases, rooms=ROOMS, urls={})
    yield Platform(house, build_gateway(house), databases)
    await house.close()


@pytest.fixture
async def client(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """A client at the public door, signed in as nobody."""
    transport = httpx.ASGITransport(app=platform.door, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:8000", timeout=60
    ) as client:
        yield client
