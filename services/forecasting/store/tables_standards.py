"""Tables of competency standards, quality reports, committees and projects of majors."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.forecasting.store.metadata import metadata, own_id, version
from shared.db.tables import instant

competency_standards = Table(
    "competency_standards",
    metadata,
    own_id(),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("org_name", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("industry_code", String(5)),
    instant("created_at", now=True),
)

standard_editions = Table(
    "standard_editions",
    metadata,
    own_id(),
    Column("standard_id", Uuid, ForeignKey("competency_standards.id"), nullable=False),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("edition", String(12), nullable=False),  # what @ names: 1.0, 1.1, 2.0
    Column("state", String(16), nullable=False),  # draft | published | withdrawn
    Column("occupation_codes", JSONB, nullable=False),
    Column("units", JSONB, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    instant("published_at", nullable=True),
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    UniqueConstraint("standard_id", "edition"),
)

standard_links = Table(
    "standard_links",
    metadata,
    own_id(),
    Column("edition_id", Uuid, ForeignKey("standard_editions.id"), nullable=False),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("org_name", String(200), nullable=False),
    Column("kind", String(8), nullable=False),  # post | course
    Column("key", String(64), nullable=False),  # the post's id or the course's code
    Column("name", String(200), nullable=False),
    Column("units", JSONB, nullable=False),  # [{unit, level, hours}]
    instant("recorded_at", now=True),
    UniqueConstraint("edition_id", "org_id", "kind", "key"),
)

quality_reports = Table(
    "quality_reports",
    metadata,
    own_id(),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("school_name", String(200), nullable=False),
    Column("region_code", String(6), nullable=False),
    Column("year", Integer, nullable=False),
    Column("state", String(16), nullable=False),  # draft | published
    Column("title", String(200), nullable=False),
    Column("indicators", JSONB, nullable=False),
    Column("sections", JSONB, nullable=False),
    Column("computed", JSONB, nullable=False),
    Column("source_url", String(500)),
    instant("published_at", nullable=True),
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    UniqueConstraint("org_id", "year"),
)

committees = Table(
    "committees",
    metadata,
    own_id(),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("org_name", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("region_code", String(6), nullable=False, index=True),
    Column("industry_codes", JSONB, nullable=False),
    Column("founded_on", Date, nullable=False),
    Column("term_ends_on", Date),
    Column("members", JSONB, nullable=False),
    Column("outputs", JSONB, nullable=False),
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    UniqueConstraint("org_id", "name"),
)

major_projects = Table(
    "major_projects",
    metadata,
    own_id(),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("school_name", String(200), nullable=False),
    Column("region_code", String(6), nullable=False, index=True),
    Column("major_code", String(10), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("title", String(200), nullable=False),
    Column("partner", String(200), nullable=False),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date),
    Column("evidence_url", String(500)),
    instant("recorded_at", now=True),
    UniqueConstraint("org_id", "major_code", "kind", "title"),
)
