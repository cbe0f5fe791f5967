"""What a process of the platform does after it starts: wait for its database, serve, work."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence

import uvicorn

from gateway.assembly import Assembled, House, assemble, load_room
from gateway.settings import ROOMS, room_database_urls, room_urls
from shared.db.cluster import RoomDatabase, ensure_rooms
from shared.db.released import newest_version, wait_for_version
from shared.db.server import Server
from shared.http.observe import ASGIApp
from shared.jobs.worker import Cpu, RoomWorker
from shared.kernel.errors import DomainError, Text
from shared.settings import PlatformSettings

_MIGRATED_S = 60.0


class NotMigratedError(DomainError):
    """The database is not at this program's version."""

    code = "not_migrated"
    status = 503
    title_zh = "数据库版本与程序不符"
    mend = Text(
        "请先运行 chanjiao migrate（{room}：需要 {needed}，现为 {found}）。",
        "Run chanjiao migrate first ({room}: needs {needed}, has {found}).",
    )


def admin_url(settings: PlatformSettings) -> str:
    """Return the database server's address: DATABASE_URL, or the data folder's own server."""
    if settings.database_url:
        return settings.database_url
    return Server.attach_or_start(settings.data).admin_dsn


async def find_databases(
    settings: PlatformSettings, admin: str, rooms: Sequence[str]
) -> dict[str, RoomDatabase]:
    """Return (and make, where missing) the databases of `rooms`."""
    return await ensure_rooms(
        admin,
        settings.name,
        rooms,
        secret=settings.secret if settings.database_url else None,
        overrides=room_database_urls(os.environ),
    )


def load_rooms(rooms: Sequence[str]) -> None:
    """Import the programs of `rooms`, so that assembling them later finds them in memory."""
    for room in rooms:
        load_room(room)


async def migrate_rooms(databases: Mapping[str, RoomDatabase]) -> None:
    """Bring every room's database to this program's version."""
    from shared.db.migrations import migrate  # Alembic costs a third of a second to import

    for room, database in databases.items():
        await migrate(
            room,
            database.owner_dsn.sqlalchemy,
            readers=(database.app_dsn.user, database.relay_dsn.user),
        )


async def wait_until_migrated(databases: Mapping[str, RoomDatabase]) -> None:
    """Wait for whoever migrates; raises NotMigratedError after a minute."""
    for room, database in databases.items():
        needed = newest_version(room)
        url = database.owner_dsn.sqlalchemy
        found = await wait_for_version(url, needed, seconds=_MIGRATED_S)
        if found != needed:
            raise NotMigratedError(room=room, needed=needed, found=found)


async def build_house(settings: PlatformSettings, admin: str, rooms: Sequence[str]) -> House:
    """Assemble `rooms` in this process as soon as their databases are ready."""
    databases = await find_databases(settings, admin, rooms)
    await wait_until_migrated(databases)
    urls = {room: url for room, url in room_urls(os.environ).items() if room not in rooms}
    return assemble(settings, databases, rooms=rooms, urls=urls)


def local_rooms(environment: Mapping[str, str], room: str | None) -> tuple[str, ...]:
    """Return the rooms that this process holds: the one named, or all without a URL."""
    if room is not None:
        return (room,)
    remote = room_urls(environment)
    return tuple(name for name in ROOMS if name not in remote)


async def serve_app(app: ASGIApp, *, host: str, port: int, settings: PlatformSettings) -> None:
    """Serve `app` over HTTP until SIGTERM or SIGINT; requests in hand are answered first."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,  # type: ignore[arg-type] - our ASGI callable is narrower than uvicorn's union
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=10,
            limit_concurrency=settings.connections_max,
        )
    )
    await server.serve()


def make_workers(house: House, databases: Mapping[str, RoomDatabase]) -> list[RoomWorker]:
    """Return one worker for each room of `house` that lies in this process."""
    return [_worker(each, databases[name]) for name, each in house.rooms.items()]


def _worker(assembled: Assembled, database: RoomDatabase) -> RoomWorker:
    return RoomWorker(
        room=assembled.name,
        database=assembled.parts.database,
        queue_url=database.relay_dsn.url,
        peers=assembled.parts.peers,
        handlers=assembled.room.jobs,
        cpu=Cpu(assembled.room.warm),
        routines=assembled.room.routines,
    )


async def work(workers: Sequence[RoomWorker]) -> None:
    """Run `workers` until SIGTERM or SIGINT; jobs in hand are finished first."""
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, _stop_all(workers))
    for worker in workers:
        if worker.handlers:  # a room without jobs only delivers events: no child for it
            worker.cpu.start()
    await asyncio.gather(*(worker.run() for worker in workers))
    for worker in workers:
        worker.cpu.close()


def _stop_all(workers: Sequence[RoomWorker]) -> Callable[[], None]:
    def stop() -> None:
        for worker in workers:
            worker.stop()

    return stop
