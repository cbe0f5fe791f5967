"""Every table of the room: Alembic and the tests read the whole from here."""

from __future__ import annotations

from services.credits.store import (
    tables_applications,
    tables_articulations,
    tables_credentials,
    tables_ledger,
    tables_objections,
    tables_outcomes,
    tables_pilots,
    tables_rules,
)
from services.credits.store.metadata import metadata

__all__ = [
    "metadata",
    "tables_applications",
    "tables_articulations",
    "tables_credentials",
    "tables_ledger",
    "tables_objections",
    "tables_outcomes",
    "tables_pilots",
    "tables_rules",
]
