"""What a host has paid each student, month by month."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Integer, String, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.internships.store.metadata import metadata, version
from shared.db.tables import instant

payments = Table(
    "payments",
    metadata,
    Column("placement_id", Uuid, ForeignKey("placements.id", ondelete="CASCADE"), primary_key=True),
    Column("month", String(7), primary_key=True),  # 2027-03
    Column("school_id", Uuid, nullable=False, index=True),
    Column("enterprise_id", Uuid, nullable=False, index=True),
    Column("amount_fen", Integer, nullable=False),
    Column("paid_on", Date, nullable=False),
    Column("method", String(8), nullable=False),  # money | goods | voucher
    Column("payee", String(12), nullable=False),  # student | school | third_party
    # What stood there before, oldest first, each with the reason and moment of its correction.
    Column("corrections", JSONB, nullable=False, server_default="[]"),
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
)
