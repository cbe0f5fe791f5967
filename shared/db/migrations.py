"""Brings a room's database to the newest version; the kernel's part of every first version."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, NoReturn

import asyncpg
import sqlalchemy as sa
from alembic import command, op
from alembic.config import Config
from alembic.util import CommandError
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment

from shared.db.released import FOLDER
from shared.db.tables import new_metadata, secure_kernel_tables


def config_for(room: str, **attributes: Any) -> Config:
    """Return Alembic's configuration of one room."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("version_locations", str(FOLDER / room / "versions"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(room=room, **attributes)
    return config


async def migrate(room: str, owner_url: str, *, readers: tuple[str, ...]) -> None:
    """Upgrade `room` as its owner; `readers` are the roles that may use what it creates."""
    await asyncio.to_thread(_upgrade, room, owner_url, readers)


def _upgrade(room: str, owner_url: str, readers: tuple[str, ...]) -> None:
    command.upgrade(config_for(room, owner_url=owner_url, readers=readers), "head")


def create_kernel() -> None:
    """Create the tables that every room has, with their row-level security and the queue."""
    new_metadata().create_all(op.get_bind())
    run_all([*secure_kernel_tables(), QueryBuilderEnvironment().build_install_query()])


def run_all(statements: Iterable[str]) -> None:
    """Run many statements of this migration in one round trip; each by itself takes three.

    They travel as one text, which only the simple protocol takes, in the migration's transaction.
    """
    bind = op.get_bind()
    bind.execute(sa.text("SELECT 1"))  # the driver begins the transaction with a first statement
    raw: Any = bind.connection.dbapi_connection
    script = ";\n".join(statements)

    async def run(connection: asyncpg.Connection) -> None:
        await connection.execute(script)

    raw.run_async(run)


def refuse_downgrade(why: str) -> NoReturn:
    """Say that a version is not taken back, and what to do instead."""
    raise CommandError(f"{why}; restore a copy of the database from before this version instead")


def is_queue_table(name: str) -> bool:
    """Whether `name` belongs to pgqueuer, whose schema `alembic check` leaves alone."""
    return name.startswith("pgqueuer")
