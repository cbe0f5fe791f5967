"""The tables of the accounts room."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.db.tables import instant, new_metadata

metadata = new_metadata()

organisations = Table(
    "organisations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("name", String(200), nullable=False),
    Column("sort_key", String(800), nullable=False),
    Column("uscc", String(18), nullable=True, unique=True),
    Column("region_code", String(6), nullable=True),
    Column("industry_code", String(8), nullable=True),
    Column("moe_code", String(16), nullable=True, unique=True),
    Column("level", String(32), nullable=True),
    Column("status", String(16), nullable=False),
    instant("verified_at", nullable=True),
    Column("version", Integer, nullable=False),
    instant("created_at", now=True),
    Index(None, "sort_key", "id"),
    Index(None, "kind", "sort_key", "id"),
)

sites = Table(
    "sites",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("org_id", Uuid, ForeignKey("organisations.id"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("address", String(400), nullable=False),
    Column("region_code", String(6), nullable=True),
    Column("version", Integer, nullable=False),
    instant("created_at", now=True),
)

verifications = Table(
    "verifications",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("org_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("uscc", String(18), nullable=False),
    Column("evidence", Text, nullable=False),
    Column("evidence_sha256", String(64), nullable=True),
    Column("web_domain", String(253), nullable=True),
    Column("staff_total", Integer, nullable=True),
    Column("staff_total_on", Date, nullable=True),
    Column("region_code", String(6), nullable=True),
    Column("status", String(16), nullable=False),
    Column("submitted_by", Uuid, nullable=False),
    instant("submitted_at"),
    Column("reviewer_id", Uuid, nullable=True),
    Column("reviewer_org_id", Uuid, nullable=True),
    Column("reason", Text, nullable=True),
    instant("decided_at", nullable=True),
    Column("version", Integer, nullable=False),
    Index(None, "status", "id"),
    # One open request at a time, whoever asks at once.
    Index(
        "uq_verifications_open",
        "org_id",
        unique=True,
        postgresql_where=text("status = 'submitted'"),
    ),
)

people = Table(
    "people",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("login", String(120), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("phone", String(20), nullable=True),
    Column("email", String(254), nullable=True),
    Column("home_org_id", Uuid, ForeignKey("organisations.id"), nullable=False, index=True),
    Column("status", String(16), nullable=False),
    Column("password_hash", String(200), nullable=True),
    Column("activation_sha256", LargeBinary(32), nullable=True),
    instant("activation_until", nullable=True),
    Column("version", Integer, nullable=False),
    instant("created_at", now=True),
)

memberships = Table(
    "memberships",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False),
    Column("org_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("roles", ARRAY(String(32)), nullable=False),
    Column("member_no", String(40), nullable=True),
    Column("status", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    instant("created_at", now=True),
    UniqueConstraint("person_id", "org_id"),
    UniqueConstraint("org_id", "member_no"),
    Index(None, "org_id", "id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token_sha256", LargeBinary(32), nullable=False, unique=True),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False, index=True),
    instant("created_at"),
    instant("expires_at"),
    instant("ended_at", nullable=True),
    Column("via", String(16), nullable=False),
    Index(None, "expires_at"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("key_sha256", LargeBinary(32), primary_key=True),
    Column("count", Integer, nullable=False),
    instant("window_until"),
    Index(None, "window_until"),
)

clients = Table(
    "clients",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("org_id", Uuid, ForeignKey("organisations.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("name", String(100), nullable=False),
    Column("scopes", ARRAY(String(40)), nullable=False),
    Column("redirect_uris", ARRAY(String(500)), nullable=False),
    Column("secret_sha256", LargeBinary(32), nullable=True),
    Column("last_four", String(4), nullable=True),
    Column("created_by", Uuid, nullable=False),
    instant("created_at"),
    instant("revoked_at", nullable=True),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("public_jwk", JSONB, nullable=False),
    Column("private_sealed", LargeBinary, nullable=False),
    instant("created_at"),
    instant("activated_at", nullable=True),
    instant("retired_at", nullable=True),
    Index(
        "uq_signing_keys_state",
        "state",
        unique=True,
        postgresql_where=text("state IN ('current', 'next')"),
    ),
)

grants = Table(
    "grants",
    metadata,
    Column("code_sha256", LargeBinary(32), primary_key=True),
    Column("client_id", Uuid, ForeignKey("clients.id"), nullable=False),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False),
    Column("org_id", Uuid, ForeignKey("organisations.id"), nullable=False),
    Column("redirect_uri", String(500), nullable=False),
    Column("scopes", ARRAY(String(40)), nullable=False),
    Column("code_challenge", String(43), nullable=False),
    instant("expires_at"),
    instant("used_at", nullable=True),
)

identities = Table(
    "identities",
    metadata,
    Column("issuer", String(300), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False, index=True),
    instant("created_at"),
)

provider_visits = Table(
    "provider_visits",
    metadata,
    Column("state_sha256", LargeBinary(32), primary_key=True),
    instant("expires_at"),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("to_org_id", Uuid, ForeignKey("organisations.id"), nullable=True, index=True),
    Column("home_org_id", Uuid, ForeignKey("organisations.id"), nullable=False, index=True),
    Column("text_version", String(40), nullable=False),
    instant("given_at"),
    instant("withdrawn_at", nullable=True),
    Index(
        "uq_consents_standing",
        "person_id",
        "purpose",
        "to_org_id",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("withdrawn_at IS NULL"),
    ),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False, unique=True),
    instant("at"),
    Column("actor_id", Uuid, nullable=True),
    Column("actor_kind", String(16), nullable=False),
    Column("org_id", Uuid, nullable=True),
    Column("action", String(80), nullable=False),
    Column("object_kind", String(40), nullable=False),
    Column("object_id", Uuid, nullable=False),
    Column("object_org_id", Uuid, nullable=True),
    Column("facts", JSONB, nullable=False),
    Column("prev_hash", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Index(None, "org_id", "seq"),
    Index(None, "object_org_id", "seq"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("one", Boolean, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)
