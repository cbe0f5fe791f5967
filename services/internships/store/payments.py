"""Monthly payments as stored: one row for a placement and a month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from services.internships.store.rows import Row, fetch_all, fetch_it, fetch_one
from services.internships.store.tables_payments import payments
from shared.db.session import Tx


async def list_payments(tx: Tx, placement_id: UUID) -> list[Row]:
    """Return what was paid for a placement, by month."""
    query = select(payments).where(payments.c.placement_id == placement_id)
    return await fetch_all(tx, query.order_by(payments.c.month))


async def find_payment(tx: Tx, placement_id: UUID, month: str) -> Row | None:
    """Return what was paid for one month."""
    query = select(payments).where(payments.c.placement_id == placement_id)
    return await fetch_one(tx, query.where(payments.c.month == month))


async def add_payment(tx: Tx, values: Mapping[str, Any]) -> Row:
    """Write the first record of a month."""
    return await fetch_it(tx, insert(payments).values(**values).returning(payments))


async def correct_payment(tx: Tx, payment: Row, changes: Mapping[str, Any]) -> Row:
    """Write a corrected record over one that the transaction holds by its placement."""
    query = (
        update(payments)
        .where(
            payments.c.placement_id == payment["placement_id"],
            payments.c.month == payment["month"],
        )
        .values(**changes, version=payments.c.version + 1, updated_at=func.now())
        .returning(payments)
    )
    return await fetch_it(tx, query)
