"""Outcomes, their evidence, and graded courses as stored."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
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

outcomes = Table(
    "outcomes",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("learner_id", Uuid, nullable=False, index=True),
    Column("kind", String(24), nullable=False),
    Column("title", String(300), nullable=False),
    Column("issuer_name", String(200), nullable=False),
    Column("issuer_id", Uuid, nullable=True),
    Column("certificate_no", String(500), nullable=True),
    Column("unique_key", String(64), nullable=False),
    Column("level", String(16), nullable=True),
    Column("award", String(16), nullable=True),
    Column("form", String(16), nullable=True),
    Column("stage", String(32), nullable=True),
    Column("hours", Integer, nullable=True),
    Column("weeks", Integer, nullable=True),
    Column("credits_hundredths", Integer, nullable=True),
    Column("score", SmallInteger, nullable=True),
    Column("grade", String(8), nullable=True),
    Column("completed_on", Date, nullable=False),
    Column("competencies", ARRAY(String(200)), nullable=False, server_default="{}"),
    Column("online", Boolean, nullable=False, server_default=text("false")),
    Column("description", Text, nullable=False, server_default=""),
    Column("content_key", String(64), nullable=False),
    Column("supervisors", ARRAY(String(80)), nullable=False, server_default="{}"),
    Column("verified", Boolean, nullable=False, server_default=text("false")),
    Column("credential", JSONB, nullable=True),
    Column("source", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("recorded_by", Uuid, nullable=False),
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    UniqueConstraint("school_id", "unique_key"),
    CheckConstraint("hours > 0", name="hours_positive"),
    CheckConstraint("weeks > 0", name="weeks_positive"),
)

evidence_files = Table(
    "evidence_files",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("outcome_id", Uuid, nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("media_type", String(80), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("uploaded_by", Uuid, nullable=False),
    instant("created_at", now=True),
    UniqueConstraint("outcome_id", "sha256"),
)

graded_courses = Table(
    "graded_courses",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("learner_id", Uuid, nullable=False, index=True),
    Column("course_code", String(40), nullable=False),
    Column("title", String(200), nullable=False),
    Column("grade", String(8), nullable=False),
    Column("credits_hundredths", Integer, nullable=False),
    Column("hours", Integer, nullable=True),
    Column("weeks", Integer, nullable=True),
    Column("term", String(20), nullable=False),
    Column("completed_on", Date, nullable=False),
    Column("competencies", ARRAY(String(200)), nullable=False, server_default="{}"),
    Column("placement_id", Uuid, nullable=True, unique=True),
    Column("placement_version", Integer, nullable=True),
    Column("source", String(16), nullable=False),
    Column("transaction_id", Uuid, nullable=True),
    instant("recorded_at", now=True),
    version(),
    UniqueConstraint("school_id", "learner_id", "course_code", "term"),
    CheckConstraint("credits_hundredths >= 0", name="credits_not_negative"),
)

# Placements whose student was not on the roster when they were assessed: nothing is lost.
placements_waiting = Table(
    "placements_waiting",
    metadata,
    Column("placement_id", Uuid, primary_key=True),
    Column("school_id", Uuid, nullable=False),
    Column("student_ref", String(64), nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("reason", String(40), nullable=False),
    instant("created_at", now=True),
    Index("ix_placements_waiting_school_id_student_ref", "school_id", "student_ref"),
)
