"""Tables of supply, gaps, warnings, shortage catalogues and advice on majors."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
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

gap_runs = Table(
    "gap_runs",
    metadata,
    own_id(),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("org_name", String(200), nullable=False),
    Column("region_code", String(6), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("method", JSONB, nullable=False),  # code, settings, seed, what was skipped and why
    instant("published_at"),
    Index("ix_gap_runs_key", "region_code", "published_at"),
)

supplies = Table(
    "supplies",
    metadata,
    own_id(),
    Column("run_id", Uuid, ForeignKey("gap_runs.id"), nullable=False, index=True),
    Column("org_id", Uuid, nullable=False),
    Column("region_code", String(6), nullable=False),
    Column("major_code", String(10), nullable=False, index=True),
    Column("year", Integer, nullable=False),
    Column("graduates", JSONB, nullable=False),  # p10, p50, p90, mean
    Column("entrants", JSONB, nullable=False),
    Column("rates", JSONB, nullable=False),
)

gaps = Table(
    "gaps",
    metadata,
    own_id(),
    Column("run_id", Uuid, ForeignKey("gap_runs.id"), nullable=False, index=True),
    Column("org_id", Uuid, nullable=False),
    Column("region_code", String(6), nullable=False),
    Column("kind", String(12), nullable=False),  # occupation | major
    Column("code", String(12), nullable=False, index=True),
    Column("year", Integer, nullable=False),
    Column("openings", JSONB, nullable=False),
    Column("entrants", JSONB, nullable=False),
    Column("ratio", JSONB, nullable=False),
    Column("p_short", Float, nullable=False),
    Column("p_glut", Float, nullable=False),
    Column("driver", String(24), nullable=False),
    Column("parts", JSONB, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    own_id(),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("run_id", Uuid, ForeignKey("gap_runs.id"), nullable=False),
    Column("region_code", String(6), nullable=False),
    Column("occupation_code", String(12), nullable=False),
    Column("kind", String(8), nullable=False),  # shortage | surplus
    Column("level", String(8), nullable=False),  # blue | yellow | orange | red
    Column("state", String(8), nullable=False),  # active | ended
    Column("year", Integer, nullable=False),
    Column("probability", Float, nullable=False),
    Column("evidence", JSONB, nullable=False),
    Column("rule", JSONB, nullable=False),
    Column("runs_below", Integer, nullable=False, server_default="0"),
    Column("expires_on", Date, nullable=False),
    instant("raised_at"),
    instant("confirmed_at"),
    instant("ended_at", nullable=True),
    Column("end_reason", String(16)),
    Index("ix_alerts_key", "region_code", "state", "occupation_code"),
)

alert_trials = Table(
    "alert_trials",
    metadata,
    own_id(),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("run_id", Uuid, ForeignKey("gap_runs.id"), nullable=False),
    Column("region_code", String(6), nullable=False),
    Column("occupation_code", String(12), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("year", Integer, nullable=False),
    Column("probability", Float, nullable=False),
    Column("before", Boolean, nullable=False),  # whether it held in the last year that was known
    Column("outcome", Boolean),  # null until the year is counted
    Column("settled_by", Uuid),
    UniqueConstraint("run_id", "occupation_code", "kind", "year"),
)

shortage_catalogues = Table(
    "shortage_catalogues",
    metadata,
    own_id(),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("org_name", String(200), nullable=False),
    Column("region_code", String(6), nullable=False),
    Column("name", String(200), nullable=False),
    Column("state", String(16), nullable=False),  # draft | reviewed | published
    Column("edition", Integer),  # counted per region when it is published
    Column("as_of", Date, nullable=False),
    Column("in_force_from", Date),
    Column("method", JSONB, nullable=False),
    Column("review_note", Text),
    Column("reviewed_by", Uuid),
    instant("published_at", nullable=True),
    instant("created_at", now=True),
    instant("updated_at", now=True),
    version(),
    UniqueConstraint("region_code", "edition"),
)

shortage_entries = Table(
    "shortage_entries",
    metadata,
    own_id(),
    Column("catalogue_id", Uuid, ForeignKey("shortage_catalogues.id"), nullable=False),
    Column("org_id", Uuid, nullable=False),
    Column("occupation_code", String(12), nullable=False, index=True),
    Column("listed", Boolean, nullable=False),
    Column("origin", String(12), nullable=False),  # computed | kept | added | removed
    Column("indicators", JSONB, nullable=False),
    Column("met", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    Column("reason", Text),
    Column("changed_by", Uuid),
    UniqueConstraint("catalogue_id", "occupation_code"),
)

major_advice = Table(
    "major_advice",
    metadata,
    own_id(),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("run_id", Uuid, ForeignKey("gap_runs.id"), nullable=False),
    Column("region_code", String(6), nullable=False),
    Column("major_code", String(10), nullable=False, index=True),
    Column("school_id", Uuid, index=True),  # null: the region's own signal
    Column("school_name", String(200), nullable=False, server_default=""),
    Column("signal", String(16), nullable=False),  # grow | hold | shrink | retire | insufficient
    Column("state", String(12), nullable=False),  # draft | published | rejected | superseded
    Column("reasons", JSONB, nullable=False),
    Column("numbers", JSONB, nullable=False),
    Column("due", JSONB, nullable=False),
    Column("position", JSONB),
    Column("decision", JSONB),
    instant("computed_at"),
    instant("published_at", nullable=True),
    version(),
)
