"""The room's metadata, with the kernel's tables in it."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Uuid

from shared.db.tables import new_metadata

metadata = new_metadata()


def own_id() -> Column[object]:
    """Return the column of a row's own id (UUIDv7, made in Python)."""
    return Column("id", Uuid, primary_key=True)


def version() -> Column[object]:
    """Return the column that counts a row's changes: its ETag."""
    return Column("version", Integer, nullable=False, server_default="1")
