"""Alliances' standards, schools' rulebooks, courses and programmes as stored."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
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

DIGEST_CHARS = 71  # sha256: and 64 hexadecimal digits

alliance_members = Table(
    "alliance_members",
    metadata,
    own_id(),
    Column("alliance_id", Uuid, nullable=False),
    Column("member_id", Uuid, nullable=False, index=True),
    Column("member_name", String(200), nullable=False),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=True),
    instant("created_at", now=True),
    version(),
    UniqueConstraint("alliance_id", "member_id", "from_on"),
    CheckConstraint("until_on >= from_on", name="dates_in_order"),
)

credit_standards = Table(
    "credit_standards",
    metadata,
    own_id(),
    Column("alliance_id", Uuid, nullable=False, index=True),
    Column("alliance_name", String(200), nullable=False),
    Column("code", String(40), nullable=False),
    Column("number", Integer, nullable=False),
    Column("title_zh", String(200), nullable=False),
    Column("title_en", String(200), nullable=False),
    Column("content", JSONB, nullable=False),
    Column("digest", String(DIGEST_CHARS), nullable=False),
    Column("state", String(16), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=True),
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    UniqueConstraint("alliance_id", "code", "number"),
)

standard_signatures = Table(
    "standard_signatures",
    metadata,
    own_id(),
    Column("standard_id", Uuid, nullable=False),
    Column("member_id", Uuid, nullable=False),
    Column("member_name", String(200), nullable=False),
    Column("digest", String(DIGEST_CHARS), nullable=False),
    Column("signed_by", Uuid, nullable=False),
    Column("signed_by_name", String(80), nullable=False),
    Column("verification_method", String(500), nullable=False),
    Column("signature", String(200), nullable=False),
    instant("signed_at"),
    UniqueConstraint("standard_id", "member_id"),
)

rulebooks = Table(
    "rulebooks",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("standard_id", Uuid, nullable=True),
    Column("number", Integer, nullable=False),
    Column("title", String(200), nullable=False),
    Column("content", JSONB, nullable=False),
    Column("digest", String(DIGEST_CHARS), nullable=False),
    Column("state", String(16), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=True),
    Column("put_in_force_by", Uuid, nullable=True),
    instant("in_force_at", nullable=True),
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    UniqueConstraint("school_id", "number"),
    Index(
        "uq_rulebooks_one_in_force",
        "school_id",
        unique=True,
        postgresql_where=text("state = 'in_force'"),
    ),
)

courses = Table(
    "courses",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("code", String(40), nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("credits_hundredths", Integer, nullable=False),
    Column("hours", Integer, nullable=True),
    Column("weeks", Integer, nullable=True),
    Column("online", Boolean, nullable=False, server_default=text("false")),
    Column("description", Text, nullable=False, server_default=""),
    Column("competencies", ARRAY(String(200)), nullable=False, server_default="{}"),
    Column("digest", String(DIGEST_CHARS), nullable=False),
    Column("current", Boolean, nullable=False),
    instant("created_at", now=True),
    UniqueConstraint("school_id", "code", "number"),
    CheckConstraint("credits_hundredths > 0", name="credits_positive"),
    Index(
        "uq_courses_one_current",
        "school_id",
        "code",
        unique=True,
        postgresql_where=text("current"),
    ),
)

programmes = Table(
    "programmes",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("code", String(40), nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", String(200), nullable=False),
    Column("major_code", String(16), nullable=False),
    Column("stage", String(32), nullable=False),
    Column("credits_hundredths", Integer, nullable=False),
    Column("hours_total", Integer, nullable=True),
    Column("hours_practice", Integer, nullable=True),
    Column("weeks_practice", Integer, nullable=True),
    Column("weeks_enterprise", Integer, nullable=True),
    Column("course_codes", ARRAY(String(40)), nullable=False, server_default="{}"),
    Column("digest", String(DIGEST_CHARS), nullable=False),
    Column("current", Boolean, nullable=False),
    instant("created_at", now=True),
    UniqueConstraint("school_id", "code", "number"),
    CheckConstraint("credits_hundredths > 0", name="credits_positive"),
    Index(
        "uq_programmes_one_current",
        "school_id",
        "code",
        unique=True,
        postgresql_where=text("current"),
    ),
)

learners = Table(
    "learners",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("enrolment_no", String(40), nullable=False),
    Column("name", String(80), nullable=False),
    Column("class_name", String(80), nullable=False),
    Column("programme_code", String(40), nullable=False),
    Column("ref", String(64), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    UniqueConstraint("school_id", "enrolment_no"),
    Index("ix_learners_school_id_class_name", "school_id", "class_name"),
)

credit_settings = Table(
    "credit_settings",
    metadata,
    Column("school_id", Uuid, primary_key=True),
    Column("days", JSONB, nullable=False),
    instant("updated_at", now=True),
    version(),
)

equivalences = Table(
    "equivalences",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False),
    Column("outcome_kind", String(24), nullable=False),
    Column("outcome_title", String(300), nullable=False),
    Column("outcome_level", String(16), nullable=True),
    Column("outcomes", JSONB, nullable=False),
    Column("courses", JSONB, nullable=False),
    Column("course_title", String(200), nullable=False),
    Column("credits_hundredths", Integer, nullable=False),
    Column("source", String(16), nullable=False),
    Column("digest", String(DIGEST_CHARS), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=True),
    Column("times", Integer, nullable=False, server_default="1"),
    instant("created_at", now=True),
    UniqueConstraint("school_id", "digest"),
)
