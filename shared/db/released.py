"""Which version a room's program needs and its database has; read without Alembic."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

FOLDER = Path(__file__).resolve().parents[2] / "migrations"
_POLL_S = 0.05
_NUMBERED = re.compile(r"^(\d{4})_[a-z0-9_]+\.py$")


def newest_version(room: str) -> str:
    """Return the number of the room's last migration, read from the file names alone."""
    names = [path.name for path in (FOLDER / room / "versions").iterdir()]
    return max(match[1] for name in names if (match := _NUMBERED.match(name)))


async def current_version(owner_url: str) -> str | None:
    """Return the version that the database is at, or None for an empty one."""
    async with _reading(owner_url) as connection:
        return await _version(connection)


async def wait_for_version(owner_url: str, needed: str, *, seconds: float) -> str | None:
    """Wait until the database is at `needed`; return what it is at when the time is over."""
    until = time.monotonic() + seconds
    async with _reading(owner_url) as connection:
        while True:
            found = await _version(connection)
            if found == needed or time.monotonic() > until:
                return found
            await asyncio.sleep(_POLL_S)


@asynccontextmanager
async def _reading(owner_url: str) -> AsyncGenerator[AsyncConnection]:
    engine = create_async_engine(owner_url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _version(connection: AsyncConnection) -> str | None:
    known = await connection.scalar(sa.text("SELECT to_regclass('alembic_version')"))
    if known is None:
        return None
    return await connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
