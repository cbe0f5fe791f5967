"""Objections to public notices as stored."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text, UniqueConstraint, Uuid, text

from services.credits.store.metadata import metadata, own_id, version
from shared.db.tables import instant

credit_objections = Table(
    "credit_objections",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    # No key to the notice: it is removed when its term is over, the objection stays.
    Column("notice_id", Uuid, nullable=False),
    Column("application_id", Uuid, nullable=False),
    Column("objector", Uuid, nullable=False),
    Column("objector_name", String(80), nullable=False),
    Column("grounds", Text, nullable=False),
    Column("state", String(16), nullable=False, server_default="open"),
    Column("answer", Text, nullable=False, server_default=""),
    Column("decided_by", Uuid, nullable=True),
    instant("decided_at", nullable=True),
    instant("created_at", now=True),
    version(),
    UniqueConstraint("notice_id", "objector"),
    Index("ix_credit_objections_open", "application_id", postgresql_where=text("state = 'open'")),
)
