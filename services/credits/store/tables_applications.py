"""Applications for recognition with their decisions, steps, appeals and public notices."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.credits.store.metadata import metadata, own_id, version
from shared.db.tables import instant

credit_applications = Table(
    "credit_applications",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("learner_id", Uuid, nullable=False, index=True),
    Column("outcome_id", Uuid, nullable=False, index=True),
    Column("programme_id", Uuid, nullable=False),
    Column("rulebook_id", Uuid, nullable=True),
    Column("purpose", String(16), nullable=False),
    Column("items", JSONB, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("state", String(16), nullable=False),
    Column("verdict", String(16), nullable=True),
    Column("round", SmallInteger, nullable=False, server_default="1"),
    Column("scope", String(200), nullable=True),
    Column("facts", JSONB, nullable=True),
    Column("earlier", JSONB, nullable=True),
    Column("content_sha256", String(71), nullable=True),
    Column("snapshot", JSONB, nullable=True),
    Column("missing", ARRAY(String(200)), nullable=False, server_default="{}"),
    Column("reservation_id", Uuid, nullable=True),
    Column("transaction_id", Uuid, nullable=True),
    Column("reason_code", String(32), nullable=True),
    Column("reason", Text, nullable=True),
    Column("source", String(16), nullable=False),
    Column("created_by", Uuid, nullable=False),
    instant("due_at", nullable=True),
    instant("submitted_at", nullable=True),
    instant("decided_at", nullable=True),
    instant("posted_at", nullable=True),
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    Index("ix_credit_applications_school_id_state", "school_id", "state"),
    Index(
        "uq_credit_applications_one_live",
        "outcome_id",
        unique=True,
        postgresql_where=text(
            "state IN ('draft', 'submitted', 'evidence_check', 'needs_more', 'review',"
            " 'approved', 'partial', 'public_notice', 'posted')"
        ),
    ),
)

credit_decisions = Table(
    "credit_decisions",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("application_id", Uuid, nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("reviewer", Uuid, nullable=False),
    Column("reviewer_name", String(80), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("items", JSONB, nullable=False),
    Column("reason_code", String(32), nullable=True),
    Column("reason", Text, nullable=False),
    Column("rule_ids", ARRAY(String(40)), nullable=False),
    Column("explanation", JSONB, nullable=False),
    Column("rulebook_digest", String(71), nullable=False),
    Column("content_sha256", String(71), nullable=False),
    instant("decided_at"),
    UniqueConstraint("application_id", "round", "reviewer"),
)

credit_steps = Table(
    "credit_steps",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("application_id", Uuid, nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("actor", Uuid, nullable=True),
    Column("note", Text, nullable=False, server_default=""),
    instant("at"),
)

reviewer_conflicts = Table(
    "reviewer_conflicts",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("application_id", Uuid, nullable=False),
    Column("reviewer", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
    instant("created_at", now=True),
    UniqueConstraint("application_id", "reviewer"),
)

credit_appeals = Table(
    "credit_appeals",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("application_id", Uuid, nullable=False, unique=True),
    Column("learner_id", Uuid, nullable=False),
    Column("grounds", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("verdict_before", String(16), nullable=False),
    instant("decided_at", nullable=True),
    instant("created_at", now=True),
    version(),
)

credit_notices = Table(
    "credit_notices",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("application_id", Uuid, nullable=False, index=True),
    Column("name_masked", String(80), nullable=False),
    Column("class_name", String(80), nullable=False),
    Column("outcome_kind", String(24), nullable=False),
    Column("outcome_title", String(300), nullable=False),
    Column("courses", JSONB, nullable=False),
    Column("credits_hundredths", Integer, nullable=False),
    Column("completed_on", Date, nullable=False),
    instant("starts_at"),
    instant("ends_at"),
    instant("withdrawn_at", nullable=True),
    Index("ix_credit_notices_school_id_ends_at", "school_id", "ends_at"),
)
