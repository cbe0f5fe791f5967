"""Rows as plain dictionaries by column name, and the few statements that every table needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, Table, func, insert, select, update

from shared.db.session import Tx

Row: TypeAlias = dict[str, Any]


async def fetch_all(tx: Tx, query: Executable, told: Mapping[str, Any] | None = None) -> list[Row]:
    """Return every row of a query."""
    return [dict(row) for row in (await tx.execute(query, told)).mappings()]


async def fetch_one(tx: Tx, query: Executable, told: Mapping[str, Any] | None = None) -> Row | None:
    """Return the one row of a query, or None."""
    row = (await tx.execute(query, told)).mappings().one_or_none()
    return None if row is None else dict(row)


async def add_row(tx: Tx, table: Table, values: Mapping[str, Any]) -> Row:
    """Write one row and return it with its defaults."""
    query = insert(table).values(**values).returning(table)
    return dict((await tx.execute(query)).mappings().one())


async def add_rows(tx: Tx, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write many rows of the same columns."""
    if rows:
        await tx.execute(insert(table), [dict(row) for row in rows])


async def find_row(
    tx: Tx, table: Table, *where: ColumnElement[bool], lock: bool = False
) -> Row | None:
    """Return the one row that meets every condition, held until the end where asked."""
    query = select(table).where(*where)
    return await fetch_one(tx, query.with_for_update() if lock else query)


async def list_rows(
    tx: Tx, table: Table, *where: ColumnElement[bool], order: Sequence[ColumnElement[Any]] = ()
) -> list[Row]:
    """Return every row that meets the conditions."""
    return await fetch_all(tx, select(table).where(*where).order_by(*order))


async def page_rows(
    tx: Tx,
    table: Table,
    *where: ColumnElement[bool],
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[Row]:
    """Return rows by id, the newest first, one more than `limit`."""
    query = select(table).where(*where)
    if after is not None:
        query = query.where(table.c.id < UUID(after[0]))
    return await fetch_all(tx, query.order_by(table.c.id.desc()).limit(limit + 1))


async def change_row(tx: Tx, table: Table, row_id: UUID, changes: Mapping[str, Any]) -> Row:
    """Write changes of a row that the transaction holds; its version grows."""
    values: dict[str, Any] = {**changes, "version": table.c.version + 1}
    if "updated_at" in table.c:
        values["updated_at"] = func.now()
    query = update(table).where(table.c.id == row_id).values(**values).returning(table)
    return dict((await tx.execute(query)).mappings().one())


async def fetch_it(tx: Tx, query: Executable, told: Mapping[str, Any] | None = None) -> Row:
    """Return the row that a query always has."""
    return dict((await tx.execute(query, told)).mappings().one())
