"""A room's database for a command that runs with no service beside it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from shared.settings import PlatformSettings

if TYPE_CHECKING:
    from shared.room import Parts

T = TypeVar("T")


def in_room(room: str, work: Callable[[Parts], Awaitable[T]]) -> T:
    """Do `work` on the room's database, at this program's version, and let go of it again."""
    from shared.db.server import Server

    settings = offline_settings()
    server = None if settings.database_url else Server.attach_or_start(settings.data)
    try:
        admin = settings.database_url or (server.admin_dsn if server else "")
        return asyncio.run(_on_database(room, settings, admin, work))
    finally:
        if server is not None:
            server.stop()


def offline_settings() -> PlatformSettings:
    """Return the settings with the secret that the data folder keeps, where it keeps one."""
    settings = PlatformSettings()
    if settings.secret:
        return settings
    kept = settings.data / "secret"
    # Only signing and passwords over a network need it, and both come after a first start.
    secret = kept.read_text(encoding="utf-8") if kept.exists() else ""
    return settings.model_copy(update={"secret": secret})


async def _on_database(
    room: str, settings: PlatformSettings, admin: str, work: Callable[[Parts], Awaitable[T]]
) -> T:
    from shared.db.cluster import ensure_rooms
    from shared.db.migrations import migrate
    from shared.db.session import Database
    from shared.http.peers import Peers, RemoteKeys
    from shared.room import Parts

    override = os.environ.get(f"{room.upper()}_DATABASE_URL", "")
    rooms = await ensure_rooms(
        admin,
        settings.name,
        [room],
        secret=settings.secret if settings.database_url else None,
        overrides={room: override} if override else {},
    )
    reached = rooms[room]
    readers = (reached.app_dsn.user, reached.relay_dsn.user)
    await migrate(room, reached.owner_dsn.sqlalchemy, readers=readers)
    peers = Peers(room=room, secret=settings.secret, urls={})
    database = Database(reached.app_dsn.sqlalchemy, pool_size=2)
    keys = RemoteKeys(peers.anonymous_later(room))
    parts = Parts(settings=settings, database=database, peers=peers, keys=keys)
    try:
        return await work(parts)
    finally:
        await database.close()
