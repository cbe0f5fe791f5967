"""Course sequences from a lower stage into a programme, as stored."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, Index, Integer, String, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.credits.store.metadata import metadata, own_id, version
from shared.db.tables import instant

articulations = Table(
    "articulations",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("programme_code", String(40), nullable=False),
    Column("title", String(200), nullable=False),
    # Absent where the other school is not on this platform.
    Column("from_school_id", Uuid, nullable=True),
    Column("from_school_name", String(200), nullable=False),
    Column("from_programme", String(200), nullable=False),
    Column("from_stage", String(32), nullable=False),
    Column("overlap_min", Integer, nullable=False),
    Column("steps", JSONB, nullable=False),
    Column("digest", String(80), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=True),
    instant("created_at", now=True),
    version(),
    CheckConstraint("overlap_min BETWEEN 1 AND 100", name="overlap_is_a_percentage"),
    CheckConstraint("valid_to >= valid_from", name="ends_after_it_begins"),
    Index("ix_articulations_school_id_programme_code", "school_id", "programme_code"),
)
