"""A durable server with the credits room's database for a benchmark, and connections to it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from services.credits.domain.ledger import Holder, Limit, Posting, plan_posting
from services.credits.flows.keep_ledger import opening
from services.credits.store.ledger_writing import open_accounts
from shared.db.cluster import RoomDatabase, clone_database, drop_database, ensure_rooms
from shared.db.migrations import migrate
from shared.db.server import Server

SECRET = "a benchmark's secret"  # noqa: S105 - of a server that lives for minutes
PUBLIC_URL = "https://credits.example.edu.cn"
ROOM = "credits"


@dataclass(frozen=True, slots=True)
class Ground:
    """A running server and the room's database on it."""

    server: Server
    database: RoomDatabase


@contextmanager
def running_ground(kept: Path | None = None) -> Generator[Ground]:
    """Start a server with every safety on and migrate the room.

    All of it is thrown away at the end, unless it lies in a folder that is to be kept.
    """
    folder = kept or Path(tempfile.mkdtemp(prefix="cj-bench-"))
    server = Server.start(folder)
    try:
        yield Ground(server, asyncio.run(_migrated(server.admin_dsn)))
    finally:
        server.stop()
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


async def _migrated(admin: str) -> RoomDatabase:
    rooms = await ensure_rooms(admin, "bench", [ROOM])
    made = rooms[ROOM]
    readers = (made.app_dsn.user, made.relay_dsn.user)
    await migrate(ROOM, made.owner_dsn.sqlalchemy, readers=readers)
    return made


@contextmanager
def fresh(ground: Ground, name: str, *, keep: bool = False) -> Generator[RoomDatabase]:
    """Make a copy of the migrated database, in which nothing has happened yet.

    One that is to be kept is made once, and stays.
    """
    admin = ground.server.admin_dsn
    if not (keep and asyncio.run(_stands(admin, name))):
        asyncio.run(clone_database(admin, ground.database.app_dsn.database, name))
    try:
        yield ground.database.in_database(name)
    finally:
        if not keep:
            asyncio.run(drop_database(admin, name))


async def _stands(admin: str, name: str) -> bool:
    connection = await asyncpg.connect(admin)
    found = await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name)
    await connection.close()
    return bool(found)


async def connect(database: RoomDatabase) -> asyncpg.Connection:
    """Open one connection of the app role in the platform's name, as a job of many schools has."""
    connection = await asyncpg.connect(database.app_dsn.url, timeout=10)
    await connection.execute("SELECT set_config('app.reach', 'all', false)")
    return connection


@asynccontextmanager
async def connections(
    database: RoomDatabase, count: int
) -> AsyncGenerator[list[asyncpg.Connection]]:
    """Open `count` connections."""
    opened = [await connect(database) for _ in range(count)]
    try:
        yield opened
    finally:
        for each in opened:
            await each.close()


def make_holders(count: int, school: UUID | None = None) -> list[Holder]:
    """Return students of one school."""
    school = school or uuid4()
    return [Holder(school, f"2026{n:06d}") for n in range(count)]


async def open_for(
    connection: asyncpg.Connection, holders: list[Holder], limits: list[Limit]
) -> None:
    """Open the accounts that postings of these students need."""
    now = datetime.now(UTC)
    async with connection.transaction():
        for holder in holders:
            posting = Posting("", holder, scope_of(holder), "online", 100, limits=limits)
            accounts = plan_posting(posting).accounts
            await open_accounts(connection, opening(accounts, now), accounts)


def scope_of(holder: Holder) -> str:
    """Return what one live use is counted in: the enrolment and its level."""
    return f"{holder.number}:higher_vocational"
