"""What a process of the platform does after it starts: wait for its database, serve, work."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence

import uvicorn

from gateway.assembly import Assembled, House, assemble, load_room
from gateway.settings import ROOMS, room_urls
from shared.db.cluster import RoomDatabase
from shared.http.observe import ASGIApp
from shared.jobs.worker import Cpu, RoomWorker
from shared.settings import PlatformSettings


def load_rooms(rooms: Sequence[str]) -> None:
    """Import the programs of `rooms`, so that assembling them later finds them in memory."""
    for room in rooms:
        load_room(room)


def build_house(
    settings: PlatformSettings, databases: Mapping[str, RoomDatabase], rooms: Sequence[str]
) -> House:
    """Assemble `rooms` in this process; their databases are ready."""
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
        handlers=assembled.room.load_jobs(),
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
