"""Tables of the enterprise's side: posts, their private wages, head counts, releases, hosts."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.internships.store.metadata import metadata, own_id, version
from shared.db.tables import instant

posts = Table(
    "posts",
    metadata,
    own_id(),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("enterprise_name", String(200), nullable=False),
    Column("site_id", Uuid),
    Column("region_code", String(6), nullable=False),
    Column("address", String(300)),
    Column("title", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("kind", String(16), nullable=False),  # orientation | on_post
    Column("post_class", String(80)),  # 同类岗位: what staff_same_post is counted over
    Column("occupation_code", String(16)),
    Column("industry_code", String(8)),
    Column("major_codes", ARRAY(String(16)), nullable=False),
    Column("skills", ARRAY(String(80)), nullable=False),
    Column("typical_tasks", ARRAY(String(200)), nullable=False),
    Column("seats", Integer, nullable=False),
    Column("pay_fen_day", Integer),
    Column("pay_fen_month", Integer),
    Column("pay_cycle_days", Integer),
    Column("pay_method", String(16)),
    Column("payee", String(16)),
    Column("hours_day", Numeric(4, 2)),
    Column("days_week", Numeric(3, 1)),
    Column("shift_start", Time),
    Column("shift_end", Time),
    Column("works_night", Boolean),
    Column("works_rest_days", Boolean),
    Column("works_overtime", Boolean),
    Column("hazards", ARRAY(String(40))),  # null: not declared; empty: declared to have none
    Column("intensity", String(4)),
    Column("venue", String(40)),
    Column("organiser_kind", String(24), nullable=False),
    Column("mentor_ratio", Numeric(5, 2)),  # interns per mentor
    Column("lodging", Boolean),
    Column("meals", Boolean),
    Column("special_filing_no", String(80)),
    Column("suits_minors", Boolean),  # null: not declared
    Column("start_on", Date, nullable=False),
    Column("end_on", Date, nullable=False),
    Column("apply_until", Date),
    Column("state", String(16), nullable=False),  # draft | published | closed
    Column("source", String(16), nullable=False),  # api | import | clone
    Column("cloned_from", Uuid),
    Column("search_terms", ARRAY(String(80)), nullable=False),
    Column("title_pinyin", String(200), nullable=False),
    Column("report", JSONB),
    Column("report_level", String(16)),
    Column("pack_id", String(40)),
    Column("pack_version", String(40)),
    Column("created_by", Uuid, nullable=False),
    instant("created_at", now=True),
    instant("updated_at", now=True),
    instant("published_at", nullable=True),
    instant("closed_at", nullable=True),
    version(),
    CheckConstraint("seats >= 0", name="seats_not_negative"),
    CheckConstraint("end_on >= start_on", name="dates_in_order"),
    Index("ix_posts_search_terms", "search_terms", postgresql_using="gin"),
    Index("ix_posts_major_codes", "major_codes", postgresql_using="gin"),
    Index("ix_posts_state_published", "state", "published_at", "id"),
)

post_wages = Table(
    "post_wages",
    metadata,
    Column("post_id", Uuid, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("org_id", Uuid, nullable=False),
    Column("reference_fen_month", Integer),
    Column("lowest_grade_fen_month", Integer),
)

releases = Table(
    "releases",
    metadata,
    own_id(),
    Column("subject_kind", String(16), nullable=False),  # post | placement
    Column("subject_id", Uuid, nullable=False, index=True),
    Column("org_id", Uuid, nullable=False),
    Column("rule", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("released_by", Uuid, nullable=False),
    Column("released_by_name", String(80), nullable=False),
    instant("released_at", now=True),
    UniqueConstraint("subject_id", "rule"),
)

head_counts = Table(
    "head_counts",
    metadata,
    own_id(),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("measure", String(24), nullable=False),  # staff_total|staff_on_duty|staff_same_post
    Column("post_class", String(80), nullable=False, server_default=""),
    Column("staff", Integer, nullable=False),
    Column("counted_on", Date, nullable=False),
    Column("evidence", String(300)),
    Column("recorded_by", Uuid, nullable=False),
    instant("recorded_at", now=True),
    UniqueConstraint("org_id", "measure", "post_class", "counted_on"),
    CheckConstraint("staff >= 0", name="staff_not_negative"),
)

interns_elsewhere = Table(
    "interns_elsewhere",
    metadata,
    own_id(),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("post_class", String(80), nullable=False, server_default=""),
    Column("interns", Integer, nullable=False),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date, nullable=False),
    Column("recorded_by", Uuid, nullable=False),
    instant("recorded_at", now=True),
    CheckConstraint("interns >= 0", name="interns_not_negative"),
    CheckConstraint("to_on >= from_on", name="dates_in_order"),
)

enterprise_sizes = Table(
    "enterprise_sizes",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("above_designated_size", Boolean),
    Column("declared_by", Uuid, nullable=False),
    instant("declared_at", now=True),
)

hosts = Table(
    "hosts",
    metadata,
    own_id(),
    Column("school_id", Uuid, nullable=False, index=True),
    Column("enterprise_id", Uuid, nullable=False, index=True),
    Column("enterprise_name", String(200), nullable=False),
    Column("enterprise_uscc", String(18)),
    Column("state", String(16), nullable=False),  # proposed | inspected | approved | removed
    Column("inspection", JSONB),  # the eight items of article 7, each with a finding
    Column("inspected_on", Date),
    Column("inspectors", String(200)),
    Column("report_sha256", String(64)),
    Column("decided_on", Date),
    Column("decision_note", Text),
    Column("public_url", String(500)),
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    UniqueConstraint("school_id", "enterprise_id"),
)
