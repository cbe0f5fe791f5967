"""The rooms' databases: found, made, brought to this program's version; quick to import."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from gateway.settings import ROOMS, room_database_urls
from shared.db.cluster import RoomDatabase, ensure_rooms
from shared.db.released import current_version, newest_version, wait_for_version
from shared.db.server import Server
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


async def make_and_migrate(settings: PlatformSettings, admin: str) -> None:
    """Make the databases that are missing and bring every room's to this program's version."""
    for room, database in (await find_databases(settings, admin, ROOMS)).items():
        if await current_version(database.owner_dsn.sqlalchemy) == newest_version(room):
            continue
        from shared.db.migrations import migrate  # Alembic: not where there is nothing to do

        await migrate(
            room,
            database.owner_dsn.sqlalchemy,
            readers=(database.app_dsn.user, database.relay_dsn.user),
        )


async def wait_until_migrated(
    databases: Mapping[str, RoomDatabase], *, seconds: float = _MIGRATED_S
) -> None:
    """Wait for whoever migrates; raises NotMigratedError when a room took longer."""
    for room, database in databases.items():
        needed = newest_version(room)
        url = database.owner_dsn.sqlalchemy
        found = await wait_for_version(url, needed, seconds=seconds)
        if found != needed:
            raise NotMigratedError(room=room, needed=needed, found=found)
