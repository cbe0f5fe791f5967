"""Every table of the room, in one metadata."""

from __future__ import annotations

from services.internships.store import tables_batches, tables_payments, tables_posts
from services.internships.store.metadata import metadata

__all__ = ["metadata", "tables_batches", "tables_payments", "tables_posts"]
