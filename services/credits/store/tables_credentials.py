"""Tables of what is issued: keys, status lists, credentials, whom an alliance trusts."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.credits.store.metadata import metadata, own_id, version
from shared.db.tables import instant

issuer_keys = Table(
    "issuer_keys",
    metadata,
    Column("multikey", String(80), primary_key=True),
    Column("issuer_id", Uuid, nullable=False, index=True),
    Column("state", String(8), nullable=False),  # next | current | retired | lost
    instant("created_at"),
    instant("activated_at", nullable=True),
    instant("retired_at", nullable=True),
    # Two processes that start together must not both make the key that signs.
    Index(
        "uq_issuer_keys_current",
        "issuer_id",
        unique=True,
        postgresql_where=text("state = 'current'"),
    ),
)

issuer_secrets = Table(
    "issuer_secrets",
    metadata,
    Column("multikey", String(80), ForeignKey("issuer_keys.multikey"), primary_key=True),
    Column("issuer_id", Uuid, nullable=False),
    Column("private_sealed", LargeBinary, nullable=False),
)

# One row is two published lists, of revocations and of suspensions, with the same places.
status_lists = Table(
    "status_lists",
    metadata,
    own_id(),
    Column("issuer_id", Uuid, nullable=False, index=True),
    Column("issuer_name", String(200), nullable=False),
    Column("taken", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    instant("created_at", now=True),
    version(),
)

credentials = Table(
    "credentials",
    metadata,
    own_id(),
    Column("kind", String(8), nullable=False),  # badge | clr
    Column("issuer_id", Uuid, nullable=False),
    Column("holder_id", Uuid, nullable=False),
    Column("holder_name", String(100), nullable=False),
    Column("holder_number", String(80), nullable=False),
    Column("decision_id", Uuid),
    Column("transaction_id", Uuid),
    Column("title", String(300), nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("document", Text, nullable=False),
    Column("status_list_id", Uuid, ForeignKey("status_lists.id"), nullable=False),
    Column("status_index", Integer, nullable=False),
    Column("state", String(12), nullable=False),  # live | suspended | revoked
    Column("reason", String(300)),
    instant("issued_at"),
    instant("state_at", nullable=True),
    version(),
    CheckConstraint("(kind = 'badge') = (decision_id IS NOT NULL)", name="badge_of_decision"),
    Index("uq_credentials_place", "status_list_id", "status_index", unique=True),
    # One live badge per decision, whoever asks for it how often.
    Index(
        "uq_credentials_live",
        "decision_id",
        unique=True,
        postgresql_where=text("state <> 'revoked' AND decision_id IS NOT NULL"),
    ),
    Index(None, "issuer_id", "holder_number"),
)

trust_lists = Table(
    "trust_lists",
    metadata,
    own_id(),
    Column("owner_id", Uuid, nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("document", JSONB, nullable=False),
    Column("created_by", Uuid, nullable=False),
    instant("created_at", now=True),
)

trust_signatures = Table(
    "trust_signatures",
    metadata,
    Column("list_id", Uuid, ForeignKey("trust_lists.id"), primary_key=True),
    Column("org_id", Uuid, primary_key=True),
    Column("proof", JSONB, nullable=False),
    instant("signed_at"),
)
