"""The register of 1+X pilot institutions as stored."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Integer,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from services.credits.store.metadata import metadata, own_id, version
from shared.db.tables import instant

certificate_pilots = Table(
    "certificate_pilots",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("school_name", String(200), nullable=False),
    Column("certificate", String(200), nullable=False),
    # Empty where the school pilots every level of the certificate.
    Column("level", String(16), nullable=False, server_default=""),
    Column("evaluator_name", String(200), nullable=False),
    Column("enterprise_name", String(200), nullable=False, server_default=""),
    Column("national", Boolean, nullable=False, server_default=text("false")),
    Column("document", String(200), nullable=False, server_default=""),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=True),
    Column("passed", Integer, nullable=True),
    Column("passed_on", Date, nullable=True),
    instant("created_at", now=True),
    version(),
    UniqueConstraint("school_id", "certificate", "level", "from_on"),
    CheckConstraint("passed >= 0", name="passed_not_negative"),
    CheckConstraint("until_on >= from_on", name="ends_after_it_begins"),
)
