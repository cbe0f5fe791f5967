"""Public notices as stored; what is past its term is not read any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from services.credits.store.rows import Row, page_rows
from services.credits.store.tables_applications import credit_notices
from shared.db.session import Tx

_TABLE = credit_notices.c


async def list_open_notices(
    tx: Tx, school_id: UUID, *, now: datetime, after: tuple[Any, ...] | None, limit: int
) -> list[Row]:
    """Return a school's notices whose term runs, the newest first."""
    return await page_rows(
        tx,
        credit_notices,
        _TABLE.school_id == school_id,
        _TABLE.withdrawn_at.is_(None),
        _TABLE.ends_at > now,
        after=after,
        limit=limit,
    )


async def remove_ended(tx: Tx, now: datetime) -> None:
    """Remove the notices whose term is over: what was public is forgotten."""
    await tx.execute(delete(credit_notices).where(_TABLE.ends_at <= now))
