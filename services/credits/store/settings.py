"""A school's own settings of recognition as stored."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from services.credits.store.tables_rules import credit_settings
from shared.db.session import Tx


async def save_days(tx: Tx, school_id: UUID, days: Mapping[str, int]) -> None:
    """Write the school's own days of each step."""
    query = insert(credit_settings).values(school_id=school_id, days=dict(days))
    changed = {"days": dict(days), "version": credit_settings.c.version + 1}
    kept = query.on_conflict_do_update(index_elements=["school_id"], set_=changed)
    await tx.execute(kept)
