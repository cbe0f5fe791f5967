"""The history of notices: each step with who did it, for whom, why, and the terms as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from services.exchange.store.tables import notice_steps
from shared.db.session import Tx

_S = notice_steps.c
_TOLD = (
    *("number", "step", "org_id", "org_kind", "org_name"),
    *("person_id", "reason", "terms", "at"),
)


async def add(tx: Tx, notice_id: UUID, values: Mapping[str, Any]) -> None:
    """Add the next step of a notice, whose row the caller holds."""
    newest = select(func.coalesce(func.max(_S.number), 0)).where(_S.notice_id == notice_id)
    number = (await tx.execute(newest)).scalar_one() + 1
    await tx.execute(insert(notice_steps).values(notice_id=notice_id, number=number, **values))


async def list_of(tx: Tx, notice_id: UUID) -> list[dict[str, Any]]:
    """Return a notice's steps, the first one first."""
    query = select(notice_steps).where(_S.notice_id == notice_id).order_by(_S.number)
    rows = (await tx.execute(query)).mappings()
    return [{name: row[name] for name in _TOLD} for row in rows]
