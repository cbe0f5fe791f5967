"""Which version a room's program needs and its database has; read without Alembic."""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

FOLDER = Path(__file__).resolve().parents[2] / "migrations"
_NUMBERED = re.compile(r"^(\d{4})_[a-z0-9_]+\.py$")


def newest_version(room: str) -> str:
    """Return the number of the room's last migration, read from the file names alone."""
    names = [path.name for path in (FOLDER / room / "versions").iterdir()]
    return max(match[1] for name in names if (match := _NUMBERED.match(name)))


async def current_version(owner_url: str) -> str | None:
    """Return the version that the database is at, or None for an empty one."""
    engine = create_async_engine(owner_url, poolclass=sa.NullPool)
    try:
        async with engine.connect() as connection:
            known = await connection.scalar(sa.text("SELECT to_regclass('alembic_version')"))
            if known is None:
                return None
            return await connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    finally:
        await engine.dispose()
