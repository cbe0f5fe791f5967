"""Alembic's environment, the same for every room: connect as owner, wait briefly for locks."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

import sqlalchemy as sa
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

from shared.db.migrations import is_queue_table

attributes = context.config.attributes
room = attributes["room"]
metadata = import_module(f"services.{room}.store.tables").metadata


def _include(_item: Any, name: str | None, kind: str, *_rest: Any) -> bool:
    return not (kind == "table" and is_queue_table(name or ""))


def _run(connection: sa.Connection) -> None:
    # A migration that cannot get its lock gives up instead of stopping every request behind it.
    connection.execute(sa.text("SET lock_timeout = '5s'"))
    for role in attributes.get("readers", ()):
        _let_read(connection, role)
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=_include,
        compare_server_default=False,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _let_read(connection: sa.Connection, role: str) -> None:
    quoted = sa.quoted_name(role, quote=True)
    connection.execute(sa.text(f'GRANT USAGE ON SCHEMA public TO "{quoted}"'))
    for rights, things in (
        ("SELECT, INSERT, UPDATE, DELETE", "TABLES"),
        ("USAGE, SELECT, UPDATE", "SEQUENCES"),
    ):
        connection.execute(
            sa.text(
                f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {things}"
                f' TO "{quoted}"'
            )
        )


async def _online() -> None:
    engine = create_async_engine(attributes["owner_url"], poolclass=sa.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_online())
