"""Rows as plain dictionaries by column name: what stores give and flows take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

import orjson
from sqlalchemy import Executable

from shared.db.session import Tx

Row: TypeAlias = dict[str, Any]


async def fetch_all(tx: Tx, query: Executable, told: Mapping[str, Any] | None = None) -> list[Row]:
    """Return every row of a query."""
    return [dict(row) for row in (await tx.execute(query, told)).mappings()]


async def fetch_one(tx: Tx, query: Executable, told: Mapping[str, Any] | None = None) -> Row | None:
    """Return the one row of a query, or None."""
    row = (await tx.execute(query, told)).mappings().one_or_none()
    return None if row is None else dict(row)


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as one JSON text, for a statement that takes many at once."""
    return orjson.dumps(rows, default=_plain).decode()


def _plain(value: Any) -> Any:
    # The driver's UUIDs are a class of their own, which orjson does not know.
    return float(value) if isinstance(value, Decimal) else str(value)
