"""Every table of the room: Alembic and the tests read the whole from here."""

from __future__ import annotations

from services.forecasting.store.metadata import metadata

__all__ = ["metadata"]
