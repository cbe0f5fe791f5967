"""Migrations lead exactly to the tables that the program knows."""

from __future__ import annotations

import asyncio

import pytest
from alembic import command

from gateway.settings import ROOMS
from shared.db.cluster import RoomDatabase
from shared.db.migrations import config_for
from shared.db.released import current_version, newest_version


@pytest.mark.parametrize("room", ROOMS)
async def test_the_migrated_database_is_what_the_tables_say(
    room: str, databases: dict[str, RoomDatabase]
) -> None:
    url = databases[room].owner_dsn.sqlalchemy
    assert await current_version(url) == newest_version(room)
    await asyncio.to_thread(command.check, config_for(room, owner_url=url))
