"""Migrations lead exactly to the tables that the program knows."""

from __future__ import annotations

import asyncio

import pytest
from alembic import command
from alembic.util import CommandError

from gateway.settings import ROOMS
from shared.db.cluster import RoomDatabase, clone_database, drop_database
from shared.db.migrations import config_for
from shared.db.released import current_version, newest_version


@pytest.mark.parametrize("room", ROOMS)
async def test_who_takes_a_version_back_is_told_to_restore_a_copy_instead(
    room: str, admin_dsn: str, databases: dict[str, RoomDatabase]
) -> None:
    copy = f"{databases[room].owner_dsn.database}_back"
    await clone_database(admin_dsn, "template_" + room, copy)
    url = databases[room].in_database(copy).owner_dsn.sqlalchemy
    try:
        with pytest.raises(CommandError, match="restore a copy of the database"):
            await asyncio.to_thread(command.downgrade, config_for(room, owner_url=url), "base")
    finally:
        await drop_database(admin_dsn, copy)


@pytest.mark.parametrize("room", ROOMS)
async def test_the_migrated_database_is_what_the_tables_say(
    room: str, admin_dsn: str, databases: dict[str, RoomDatabase]
) -> None:
    # A copy of its own: other tests keep tables of theirs in the worker's.
    copy = f"{databases[room].owner_dsn.database}_check"
    await clone_database(admin_dsn, "template_" + room, copy)
    url = databases[room].in_database(copy).owner_dsn.sqlalchemy
    try:
        assert await current_version(url) == newest_version(room)
        await asyncio.to_thread(command.check, config_for(room, owner_url=url))
    finally:
        await drop_database(admin_dsn, copy)
