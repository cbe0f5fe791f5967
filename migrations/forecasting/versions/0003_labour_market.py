"""Standards, reports on the labour market, gaps, warnings, shortage catalogues, advice; walls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import run_all
from shared.db.tables import ORG, REACH, secure

revision = "0003"
down_revision = "0002"

OWN = f"org_id = {ORG}"
AUTHORITY = f"{REACH} = 'authority'"
PUBLISHED = "state = 'published'"
# What a school or body reported: itself, and authorities, who make public figures of it.
REPORTED = f"{OWN} OR {AUTHORITY}"
# Who is concerned by advice reads its draft; the public does not before it is decided.
CONCERNED = f"{PUBLISHED} OR {OWN} OR school_id = {ORG}"


def _of(parent: str, key: str) -> str:
    return f"EXISTS (SELECT 1 FROM {parent} p WHERE p.id = {key} AND p.state = 'published')"


WALLS = [
    ("competency_standards", "true", OWN),
    ("standard_editions", f"state <> 'draft' OR {OWN}", OWN),
    ("standard_links", "true", OWN),
    ("quality_reports", f"{PUBLISHED} OR {OWN}", OWN),
    ("committees", "true", OWN),
    ("major_projects", "true", OWN),
    ("cohorts", REPORTED, OWN),
    ("destinations", REPORTED, OWN),
    ("major_flows", REPORTED, OWN),
    ("market_quarters", REPORTED, OWN),
    ("employment_years", REPORTED, OWN),
    ("industry_quarters", REPORTED, OWN),
    ("releases", "true", OWN),
    ("release_cells", "true", OWN),
    ("gap_runs", "true", OWN),
    ("supplies", "true", OWN),
    ("gaps", "true", OWN),
    ("alerts", "true", OWN),
    ("alert_trials", "true", OWN),
    ("shortage_catalogues", f"{PUBLISHED} OR {OWN}", OWN),
    ("shortage_entries", f"{OWN} OR {_of('shortage_catalogues', 'catalogue_id')}", OWN),
    ("major_advice", CONCERNED, f"{OWN} OR school_id = {ORG}"),
]


def upgrade() -> None:
    """Create the tables and their walls."""
    _create_standards()
    _create_school_data()
    _create_cohorts()
    _create_market()
    _create_releases()
    _create_gaps()
    _create_alerts()
    _create_shortages()
    _create_advice()
    run_all(
        statement
        for table, see, change in WALLS
        for statement in secure(table, see=see, change=change)
    )


def _create_standards() -> None:
    op.create_table(
        "competency_standards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("org_name", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("industry_code", sa.String(length=5), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competency_standards")),
    )
    op.create_index(
        op.f("ix_competency_standards_org_id"), "competency_standards", ["org_id"], unique=False
    )
    op.create_table(
        "standard_editions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("standard_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("occupation_codes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("units", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["standard_id"],
            ["competency_standards.id"],
            name=op.f("fk_standard_editions_standard_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_editions")),
        sa.UniqueConstraint(
            "standard_id", "edition", name=op.f("uq_standard_editions_standard_id_edition")
        ),
    )
    op.create_index(
        op.f("ix_standard_editions_org_id"), "standard_editions", ["org_id"], unique=False
    )
    op.create_table(
        "standard_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("org_name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("units", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["standard_editions.id"], name=op.f("fk_standard_links_edition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_links")),
        sa.UniqueConstraint(
            "edition_id",
            "org_id",
            "kind",
            "key",
            name=op.f("uq_standard_links_edition_id_org_id_kind_key"),
        ),
    )
    op.create_index(op.f("ix_standard_links_org_id"), "standard_links", ["org_id"], unique=False)


def _create_school_data() -> None:
    op.create_table(
        "quality_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("school_name", sa.String(length=200), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("indicators", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sections", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("computed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source_url", sa.String(length=500), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_reports")),
        sa.UniqueConstraint("org_id", "year", name=op.f("uq_quality_reports_org_id_year")),
    )
    op.create_index(op.f("ix_quality_reports_org_id"), "quality_reports", ["org_id"], unique=False)
    op.create_table(
        "committees",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("org_name", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("industry_codes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=False),
        sa.Column("term_ends_on", sa.Date(), nullable=True),
        sa.Column("members", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("outputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committees")),
        sa.UniqueConstraint("org_id", "name", name=op.f("uq_committees_org_id_name")),
    )
    op.create_index(op.f("ix_committees_org_id"), "committees", ["org_id"], unique=False)
    op.create_index(op.f("ix_committees_region_code"), "committees", ["region_code"], unique=False)
    op.create_table(
        "major_projects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("school_name", sa.String(length=200), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("major_code", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("partner", sa.String(length=200), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("evidence_url", sa.String(length=500), nullable=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_major_projects")),
        sa.UniqueConstraint(
            "org_id",
            "major_code",
            "kind",
            "title",
            name=op.f("uq_major_projects_org_id_major_code_kind_title"),
        ),
    )
    op.create_index(op.f("ix_major_projects_org_id"), "major_projects", ["org_id"], unique=False)
    op.create_index(
        op.f("ix_major_projects_region_code"), "major_projects", ["region_code"], unique=False
    )


def _create_cohorts() -> None:
    op.create_table(
        "cohorts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("school_name", sa.String(length=200), nullable=False),
        sa.Column("major_code", sa.String(length=10), nullable=False),
        sa.Column("entry_year", sa.Integer(), nullable=False),
        sa.Column("programme_years", sa.Integer(), nullable=False),
        sa.Column("enrolled", sa.Integer(), nullable=False),
        sa.CheckConstraint("enrolled >= 0", name=op.f("ck_cohorts_enrolled_not_negative")),
        sa.CheckConstraint(
            "programme_years BETWEEN 1 AND 8", name=op.f("ck_cohorts_programme_length")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohorts")),
    )
    op.create_index(
        "ix_cohorts_key", "cohorts", ["region_code", "major_code", "entry_year"], unique=False
    )
    op.create_index(op.f("ix_cohorts_org_id"), "cohorts", ["org_id"], unique=False)
    op.create_table(
        "destinations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("school_name", sa.String(length=200), nullable=False),
        sa.Column("major_code", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("graduates", sa.Integer(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("employed_local", sa.Integer(), nullable=True),
        sa.Column("employed_relevant", sa.Integer(), nullable=True),
        sa.Column("pay_fen_month", sa.Integer(), nullable=True),
        sa.CheckConstraint("graduates >= 0", name=op.f("ck_destinations_graduates_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destinations")),
    )
    op.create_index(
        "ix_destinations_key", "destinations", ["region_code", "major_code", "year"], unique=False
    )
    op.create_index(op.f("ix_destinations_org_id"), "destinations", ["org_id"], unique=False)
    op.create_table(
        "major_flows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("major_code", sa.String(length=10), nullable=False),
        sa.Column("occupation_code", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint("people >= 0", name=op.f("ck_major_flows_people_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_major_flows")),
    )
    op.create_index(
        "ix_major_flows_key", "major_flows", ["region_code", "major_code", "year"], unique=False
    )
    op.create_index(op.f("ix_major_flows_org_id"), "major_flows", ["org_id"], unique=False)


def _create_market() -> None:
    op.create_table(
        "market_quarters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("occupation_code", sa.String(length=12), nullable=False),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("seekers", sa.Integer(), nullable=False),
        sa.Column("pay_fen_month", sa.Integer(), nullable=True),
        sa.Column("unfilled", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "posts >= 0 AND seekers >= 0", name=op.f("ck_market_quarters_counts_not_negative")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_quarters")),
    )
    op.create_index(
        "ix_market_quarters_key",
        "market_quarters",
        ["region_code", "occupation_code", "quarter"],
        unique=False,
    )
    op.create_index(op.f("ix_market_quarters_org_id"), "market_quarters", ["org_id"], unique=False)
    op.create_table(
        "employment_years",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("occupation_code", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("employed", sa.Integer(), nullable=False),
        sa.Column("separated", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "employed >= 0 AND separated >= 0", name=op.f("ck_employment_years_counts_not_negative")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employment_years")),
    )
    op.create_index(
        "ix_employment_years_key",
        "employment_years",
        ["region_code", "occupation_code", "year"],
        unique=False,
    )
    op.create_index(
        op.f("ix_employment_years_org_id"), "employment_years", ["org_id"], unique=False
    )
    op.create_table(
        "industry_quarters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("industry_code", sa.String(length=5), nullable=False),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("enterprises", sa.Integer(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("hired", sa.Integer(), nullable=True),
        sa.Column("departed", sa.Integer(), nullable=True),
        sa.Column("vacancies", sa.Integer(), nullable=True),
        sa.Column("pay_fen_month", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "enterprises >= 0 AND headcount >= 0",
            name=op.f("ck_industry_quarters_counts_not_negative"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_industry_quarters")),
    )
    op.create_index(
        "ix_industry_quarters_key",
        "industry_quarters",
        ["region_code", "industry_code", "quarter"],
        unique=False,
    )
    op.create_index(
        op.f("ix_industry_quarters_org_id"), "industry_quarters", ["org_id"], unique=False
    )


def _create_releases() -> None:
    op.create_table(
        "releases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("org_name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("period", sa.String(length=6), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
    )
    op.create_index(
        "ix_releases_key",
        "releases",
        ["kind", "region_code", "period", "published_at"],
        unique=False,
    )
    op.create_index(op.f("ix_releases_org_id"), "releases", ["org_id"], unique=False)
    op.create_table(
        "release_cells",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("school_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_release_cells_release_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_cells")),
    )
    op.create_index(op.f("ix_release_cells_code"), "release_cells", ["code"], unique=False)
    op.create_index(
        op.f("ix_release_cells_release_id"), "release_cells", ["release_id"], unique=False
    )


def _create_gaps() -> None:
    op.create_table(
        "gap_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("org_name", sa.String(length=200), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("method", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_runs")),
    )
    op.create_index("ix_gap_runs_key", "gap_runs", ["region_code", "published_at"], unique=False)
    op.create_index(op.f("ix_gap_runs_org_id"), "gap_runs", ["org_id"], unique=False)
    op.create_table(
        "supplies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("major_code", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("graduates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("entrants", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["gap_runs.id"], name=op.f("fk_supplies_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplies")),
    )
    op.create_index(op.f("ix_supplies_major_code"), "supplies", ["major_code"], unique=False)
    op.create_index(op.f("ix_supplies_run_id"), "supplies", ["run_id"], unique=False)
    op.create_table(
        "gaps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("openings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("entrants", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ratio", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("p_short", sa.Float(), nullable=False),
        sa.Column("p_glut", sa.Float(), nullable=False),
        sa.Column("driver", sa.String(length=24), nullable=False),
        sa.Column("parts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["gap_runs.id"], name=op.f("fk_gaps_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gaps")),
    )
    op.create_index(op.f("ix_gaps_code"), "gaps", ["code"], unique=False)
    op.create_index(op.f("ix_gaps_run_id"), "gaps", ["run_id"], unique=False)


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("occupation_code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rule", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("runs_below", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["gap_runs.id"], name=op.f("fk_alerts_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(
        "ix_alerts_key", "alerts", ["region_code", "state", "occupation_code"], unique=False
    )
    op.create_index(op.f("ix_alerts_org_id"), "alerts", ["org_id"], unique=False)
    op.create_table(
        "alert_trials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("occupation_code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("before", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Boolean(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["gap_runs.id"], name=op.f("fk_alert_trials_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_trials")),
        sa.UniqueConstraint(
            "run_id",
            "occupation_code",
            "kind",
            "year",
            name=op.f("uq_alert_trials_run_id_occupation_code_kind_year"),
        ),
    )
    op.create_index(op.f("ix_alert_trials_org_id"), "alert_trials", ["org_id"], unique=False)


def _create_shortages() -> None:
    op.create_table(
        "shortage_catalogues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("org_name", sa.String(length=200), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("method", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("review_note", sa.Text(), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortage_catalogues")),
        sa.UniqueConstraint(
            "region_code", "edition", name=op.f("uq_shortage_catalogues_region_code_edition")
        ),
    )
    op.create_index(
        op.f("ix_shortage_catalogues_org_id"), "shortage_catalogues", ["org_id"], unique=False
    )
    op.create_table(
        "shortage_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("catalogue_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("occupation_code", sa.String(length=12), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("indicators", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["catalogue_id"],
            ["shortage_catalogues.id"],
            name=op.f("fk_shortage_entries_catalogue_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortage_entries")),
        sa.UniqueConstraint(
            "catalogue_id",
            "occupation_code",
            name=op.f("uq_shortage_entries_catalogue_id_occupation_code"),
        ),
    )
    op.create_index(
        op.f("ix_shortage_entries_occupation_code"),
        "shortage_entries",
        ["occupation_code"],
        unique=False,
    )


def _create_advice() -> None:
    op.create_table(
        "major_advice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("major_code", sa.String(length=10), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("school_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("signal", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("position", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("decision", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["gap_runs.id"], name=op.f("fk_major_advice_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_major_advice")),
    )
    op.create_index(
        op.f("ix_major_advice_major_code"), "major_advice", ["major_code"], unique=False
    )
    op.create_index(op.f("ix_major_advice_org_id"), "major_advice", ["org_id"], unique=False)
    op.create_index(op.f("ix_major_advice_school_id"), "major_advice", ["school_id"], unique=False)


def downgrade() -> None:
    """Drop the tables; their walls go with them."""
    for table, _see, _change in reversed(WALLS):
        op.drop_table(table)
