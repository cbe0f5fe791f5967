"""Every table of the room: Alembic and the tests read the whole from here."""

from __future__ import annotations

from services.forecasting.store import (
    tables_forecasts,
    tables_gaps,
    tables_labour,
    tables_observations,
    tables_standards,
)
from services.forecasting.store.metadata import metadata

__all__ = [
    "metadata",
    "tables_forecasts",
    "tables_gaps",
    "tables_labour",
    "tables_observations",
    "tables_standards",
]
