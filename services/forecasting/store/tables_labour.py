"""Tables of what is reported about the labour market: append-only, each row with its day."""

from __future__ import annotations

from sqlalchemy import (
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
from sqlalchemy.dialects.postgresql import JSONB

from services.forecasting.store.metadata import metadata, own_id
from shared.db.tables import instant


def _reported() -> list[Column[object]]:
    """Return the columns of every reported row: by whom, for where, from what, counted when."""
    return [
        own_id(),
        Column("org_id", Uuid, nullable=False, index=True),
        Column("region_code", String(6), nullable=False),
        Column("source", String(200), nullable=False),
        Column("counted_on", Date, nullable=False),
        instant("recorded_at", now=True),
    ]


cohorts = Table(
    "cohorts",
    metadata,
    *_reported(),
    Column("school_id", Uuid),  # known where the school itself reports
    Column("school_name", String(200), nullable=False),
    Column("major_code", String(10), nullable=False),
    Column("entry_year", Integer, nullable=False),
    Column("programme_years", Integer, nullable=False),
    Column("enrolled", Integer, nullable=False),
    CheckConstraint("enrolled >= 0", name="enrolled_not_negative"),
    CheckConstraint("programme_years BETWEEN 1 AND 8", name="programme_length"),
    Index("ix_cohorts_key", "region_code", "major_code", "entry_year"),
)

destinations = Table(
    "destinations",
    metadata,
    *_reported(),
    Column("school_id", Uuid),  # known where the school itself reports
    Column("school_name", String(200), nullable=False),
    Column("major_code", String(10), nullable=False),
    Column("year", Integer, nullable=False),
    Column("definition", Text, nullable=False),
    Column("graduates", Integer, nullable=False),
    Column("counts", JSONB, nullable=False),  # by destination; they add up to `graduates`
    Column("employed_local", Integer),
    Column("employed_relevant", Integer),
    Column("pay_fen_month", Integer),
    CheckConstraint("graduates >= 0", name="graduates_not_negative"),
    Index("ix_destinations_key", "region_code", "major_code", "year"),
)

major_flows = Table(
    "major_flows",
    metadata,
    *_reported(),
    Column("major_code", String(10), nullable=False),
    Column("occupation_code", String(12), nullable=False),
    Column("year", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    CheckConstraint("people >= 0", name="people_not_negative"),
    Index("ix_major_flows_key", "region_code", "major_code", "year"),
)

market_quarters = Table(
    "market_quarters",
    metadata,
    *_reported(),
    Column("occupation_code", String(12), nullable=False),
    Column("quarter", String(6), nullable=False),  # 2026Q1
    Column("posts", Integer, nullable=False),
    Column("seekers", Integer, nullable=False),
    Column("pay_fen_month", Integer),
    Column("unfilled", Integer),
    CheckConstraint("posts >= 0 AND seekers >= 0", name="counts_not_negative"),
    Index("ix_market_quarters_key", "region_code", "occupation_code", "quarter"),
)

employment_years = Table(
    "employment_years",
    metadata,
    *_reported(),
    Column("occupation_code", String(12), nullable=False),
    Column("year", Integer, nullable=False),
    Column("employed", Integer, nullable=False),
    Column("separated", Integer, nullable=False),
    CheckConstraint("employed >= 0 AND separated >= 0", name="counts_not_negative"),
    Index("ix_employment_years_key", "region_code", "occupation_code", "year"),
)

industry_quarters = Table(
    "industry_quarters",
    metadata,
    *_reported(),
    Column("industry_code", String(5), nullable=False),
    Column("quarter", String(6), nullable=False),
    Column("enterprises", Integer, nullable=False),
    Column("headcount", Integer, nullable=False),
    Column("hired", Integer),
    Column("departed", Integer),
    Column("vacancies", Integer),
    Column("pay_fen_month", Integer),
    CheckConstraint("enterprises >= 0 AND headcount >= 0", name="counts_not_negative"),
    Index("ix_industry_quarters_key", "region_code", "industry_code", "quarter"),
)

releases = Table(
    "releases",
    metadata,
    own_id(),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("org_name", String(200), nullable=False),
    Column("kind", String(16), nullable=False),  # outcomes | industry_status
    Column("region_code", String(6), nullable=False),
    Column("period", String(6), nullable=False),  # 2026 or 2026Q1
    Column("facts", JSONB, nullable=False),  # definition, days, sources, the suppression's rule
    instant("published_at"),
    Index("ix_releases_key", "kind", "region_code", "period", "published_at"),
)

release_cells = Table(
    "release_cells",
    metadata,
    own_id(),
    Column("release_id", Uuid, ForeignKey("releases.id"), nullable=False, index=True),
    Column("org_id", Uuid, nullable=False),
    Column("code", String(12), nullable=False, index=True),  # a major or an industry
    Column("school_name", String(200), nullable=False, server_default=""),
    Column("body", JSONB, nullable=False),
)
