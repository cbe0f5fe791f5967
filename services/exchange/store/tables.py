"""Every table of the room: Alembic and the tests read the whole from here."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.exchange.store.metadata import metadata, own_id, version
from shared.db.tables import instant

notices = Table(
    "notices",
    metadata,
    own_id(),
    version(),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("org_kind", String(32), nullable=False),
    Column("org_name", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("side", String(8), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("title", String(120), nullable=False),
    Column("summary", Text, nullable=False),
    Column("region_code", String(6), nullable=False),
    Column("industry_code", String(5), nullable=True),
    Column("occupation_code", String(16), nullable=True),
    Column("major_codes", ARRAY(String(16)), nullable=False),
    Column("skills", ARRAY(String(80)), nullable=False),
    Column("places", Integer, nullable=True),
    Column("price_fen", BigInteger, nullable=True),
    Column("price_per", String(8), nullable=True),
    Column("start_on", Date, nullable=True),
    Column("end_on", Date, nullable=True),
    Column("closes_on", Date, nullable=True),
    Column("partner_name", String(200), nullable=True),
    Column("partner_waiver", Text, nullable=True),
    # The words that find it (shared/search_terms.py), and the clause that asks for registration.
    Column("search_terms", ARRAY(Text), nullable=False),
    Column("rule", JSONB, nullable=False),
    Column("registrar_id", Uuid, nullable=True),
    Column("registrar_name", String(200), nullable=True),
    Column("registrar_level", String(8), nullable=True),
    Column("returned_reason", Text, nullable=True),
    instant("created_at", now=True),
    instant("submitted_at", nullable=True),
    instant("registered_at", nullable=True),
    instant("published_at", nullable=True),
    instant("closed_at", nullable=True),
    CheckConstraint("end_on >= start_on", name="dates_in_order"),
    CheckConstraint("(price_fen IS NULL) = (price_per IS NULL)", name="price_whole"),
    Index("ix_notices_search_terms", "search_terms", postgresql_using="gin"),
    Index("ix_notices_published", "side", "kind", "published_at"),
    # The newest first: what everyone's list begins with.
    Index("ix_notices_newest", "published_at", "id", postgresql_where="state = 'published'"),
    Index("ix_notices_submitted", "state", "region_code", "submitted_at"),
)

notice_steps = Table(
    "notice_steps",
    metadata,
    Column("notice_id", Uuid, ForeignKey(notices.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("step", String(16), nullable=False),
    Column("org_id", Uuid, nullable=False),
    Column("org_kind", String(32), nullable=False),
    Column("org_name", String(200), nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("reason", Text, nullable=True),
    Column("terms", JSONB, nullable=False),
    instant("at", now=True),
)

connections = Table(
    "connections",
    metadata,
    own_id(),
    version(),
    Column("notice_id", Uuid, ForeignKey(notices.c.id), nullable=False),
    Column("own_notice_id", Uuid, ForeignKey(notices.c.id), nullable=True),
    Column("asker_id", Uuid, nullable=False, index=True),
    Column("asker_kind", String(32), nullable=False),
    Column("asker_name", String(200), nullable=False),
    Column("answerer_id", Uuid, nullable=False, index=True),
    Column("answerer_kind", String(32), nullable=False),
    Column("answerer_name", String(200), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=True),
    Column("agreement", JSONB, nullable=True),
    instant("created_at", now=True),
    instant("changed_at", now=True),
    CheckConstraint("asker_id <> answerer_id", name="two_sides"),
    # One open connection of an organisation about a notice.
    Index(
        "uq_connections_open",
        "notice_id",
        "asker_id",
        unique=True,
        postgresql_where="state IN ('asked', 'talking')",
    ),
)

connection_messages = Table(
    "connection_messages",
    metadata,
    Column("connection_id", Uuid, ForeignKey(connections.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("org_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("text", Text, nullable=False),
    instant("at", now=True),
)
