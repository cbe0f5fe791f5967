"""Observations with their vintages, forecasts with their record; each behind its wall."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import run_all
from shared.db.tables import ORG, REACH, secure

revision = "0002"
down_revision = "0001"

OWN = f"org_id = {ORG}"
# What is not published is read by who wrote it and by authorities; nobody else writes it.
READ = f"public OR {OWN} OR {REACH} = 'authority'"

WALLS = [
    ("datasets", READ, OWN),
    ("series", READ, OWN),
    ("observation_batches", READ, OWN),
    ("observations", READ, OWN),
    ("series_breaks", READ, OWN),
    # A table from one classification to another is of use to everyone.
    ("crosswalks", "true", OWN),
    # Which enterprise advertised what: counted here, never shown.
    ("own_facts", "false", "false"),
    ("forecast_runs", READ, OWN),
    ("forecasts", READ, OWN),
    ("histories", READ, OWN),
    ("backtests", READ, OWN),
    ("forecast_submissions", READ, OWN),
    ("submitted_forecasts", READ, OWN),
]


def upgrade() -> None:
    """Create the tables and their walls."""
    op.create_table(
        "datasets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=True),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("frequency", sa.String(length=8), nullable=False),
        sa.Column("unit", sa.String(length=24), nullable=False),
        sa.Column("classification", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("absent", sa.String(length=8), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("current_run_id", sa.Uuid(), nullable=True),
        sa.Column("month_begun", sa.Integer(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datasets")),
        sa.UniqueConstraint(
            "org_id",
            "measure",
            "source",
            "frequency",
            name=op.f("uq_datasets_org_id_measure_source_frequency"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_datasets_measure", "datasets", ["measure"], unique=False)
    op.create_table(
        "series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dataset_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("region", sa.String(length=6), server_default="", nullable=False),
        sa.Column("industry", sa.String(length=8), server_default="", nullable=False),
        sa.Column("occupation", sa.String(length=16), server_default="", nullable=False),
        sa.Column("major", sa.String(length=16), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name=op.f("fk_series_dataset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint(
            "dataset_id",
            "region",
            "occupation",
            "industry",
            "major",
            name=op.f("uq_series_dataset_id_region_occupation_industry_major"),
        ),
    )
    op.create_table(
        "observation_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dataset_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_observation_batches_dataset_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation_batches")),
    )
    op.create_index(
        op.f("ix_observation_batches_dataset_id"),
        "observation_batches",
        ["dataset_id"],
        unique=False,
    )
    op.create_table(
        "observations",
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.CheckConstraint("value >= 0 AND value < 'Infinity'", name=op.f("ck_observations_count")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_observations_series_id")
        ),
        sa.PrimaryKeyConstraint(
            "series_id", "period", "as_of", "recorded_at", name=op.f("pk_observations")
        ),
    )
    op.create_table(
        "series_breaks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dataset_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("org_id", sa.Uuid(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("unit_before", sa.String(length=24), nullable=True),
        sa.Column("factor", sa.Float(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "factor IS NULL OR factor > 0", name=op.f("ck_series_breaks_factor_positive")
        ),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_series_breaks_dataset_id")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_series_breaks_series_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_breaks")),
        sa.UniqueConstraint(
            "dataset_id",
            "series_id",
            "period",
            "kind",
            name=op.f("uq_series_breaks_dataset_id_series_id_period_kind"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        op.f("ix_series_breaks_dataset_id"), "series_breaks", ["dataset_id"], unique=False
    )
    op.create_table(
        "crosswalks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=True),
        sa.Column("dimension", sa.String(length=12), nullable=False),
        sa.Column("from_version", sa.String(length=16), nullable=False),
        sa.Column("to_version", sa.String(length=16), nullable=False),
        sa.Column("from_code", sa.String(length=16), nullable=False),
        sa.Column("to_code", sa.String(length=16), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("ck_crosswalks_share_of_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crosswalks")),
        sa.UniqueConstraint(
            "org_id",
            "dimension",
            "from_version",
            "to_version",
            "from_code",
            "to_code",
            "recorded_at",
            name="uq_crosswalks_link",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "own_facts",
        sa.Column("subject_kind", sa.String(length=12), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=True),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("industry", sa.String(length=8), nullable=False),
        sa.Column("occupation", sa.String(length=16), nullable=False),
        sa.Column("major", sa.String(length=16), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", name=op.f("pk_own_facts")),
    )
    op.create_index("ix_own_facts_began", "own_facts", ["subject_kind", "began_on"], unique=False)
    op.create_index(
        "ix_own_facts_uncounted",
        "own_facts",
        ["subject_kind"],
        unique=False,
        postgresql_where="NOT counted",
    )
    op.create_table(
        "forecast_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dataset_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.Integer(), nullable=False),
        sa.Column("horizon", sa.Integer(), nullable=False),
        sa.Column("config", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("config_sha256", sa.String(length=64), nullable=False),
        sa.Column("code_version", sa.String(length=80), nullable=False),
        sa.Column("input_sha256", sa.String(length=64), nullable=False),
        sa.Column("output_sha256", sa.String(length=64), nullable=False),
        sa.Column("nodes", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Integer(), nullable=False),
        sa.Column("choice", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("files", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_forecast_runs_dataset_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecast_runs")),
    )
    op.create_index(
        "ix_forecast_runs_dataset", "forecast_runs", ["dataset_id", "finished_at"], unique=False
    )
    op.create_table(
        "forecasts",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("industry", sa.String(length=8), nullable=False),
        sa.Column("occupation", sa.String(length=16), nullable=False),
        sa.Column("major", sa.String(length=16), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("model", sa.String(length=24), nullable=False),
        sa.Column("reconciled", sa.Boolean(), nullable=False),
        sa.Column("size_class", sa.String(length=12), nullable=False),
        sa.Column("mean", postgresql.ARRAY(sa.Float()), nullable=False),
        sa.Column("p2_5", postgresql.ARRAY(sa.Float()), nullable=False),
        sa.Column("p10", postgresql.ARRAY(sa.Float()), nullable=False),
        sa.Column("p50", postgresql.ARRAY(sa.Float()), nullable=False),
        sa.Column("p90", postgresql.ARRAY(sa.Float()), nullable=False),
        sa.Column("p97_5", postgresql.ARRAY(sa.Float()), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["forecast_runs.id"], name=op.f("fk_forecasts_run_id")),
        sa.PrimaryKeyConstraint(
            "run_id", "region", "occupation", "industry", "major", name=op.f("pk_forecasts")
        ),
    )
    op.create_table(
        "histories",
        sa.Column("dataset_id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("industry", sa.String(length=8), nullable=False),
        sa.Column("occupation", sa.String(length=16), nullable=False),
        sa.Column("major", sa.String(length=16), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("values", postgresql.ARRAY(sa.Float()), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_histories_dataset_id")
        ),
        sa.PrimaryKeyConstraint(
            "dataset_id", "region", "occupation", "industry", "major", name=op.f("pk_histories")
        ),
    )
    op.create_table(
        "backtests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dataset_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.Integer(), nullable=False),
        sa.Column("origins", sa.Integer(), nullable=False),
        sa.Column("horizon", sa.Integer(), nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("code_version", sa.String(length=80), nullable=False),
        sa.Column("config_sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_backtests_dataset_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backtests")),
    )
    op.create_index(
        "ix_backtests_dataset", "backtests", ["dataset_id", "finished_at"], unique=False
    )
    op.create_table(
        "forecast_submissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dataset_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("org_name", sa.String(length=200), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("origin", sa.Integer(), nullable=False),
        sa.Column("cells", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_forecast_submissions_dataset_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecast_submissions")),
    )
    op.create_index(
        op.f("ix_forecast_submissions_dataset_id"),
        "forecast_submissions",
        ["dataset_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_forecast_submissions_org_id"), "forecast_submissions", ["org_id"], unique=False
    )
    op.create_table(
        "submitted_forecasts",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("industry", sa.String(length=8), nullable=False),
        sa.Column("occupation", sa.String(length=16), nullable=False),
        sa.Column("major", sa.String(length=16), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("p10", sa.Float(), nullable=True),
        sa.Column("p50", sa.Float(), nullable=False),
        sa.Column("p90", sa.Float(), nullable=True),
        sa.Column("last_known", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["forecast_submissions.id"],
            name=op.f("fk_submitted_forecasts_submission_id"),
        ),
        sa.PrimaryKeyConstraint(
            "submission_id",
            "region",
            "occupation",
            "industry",
            "major",
            "period",
            name=op.f("pk_submitted_forecasts"),
        ),
    )
    # ### end Alembic commands ###
    run_all(
        statement
        for table, see, change in WALLS
        for statement in secure(table, see=see, change=change)
    )


def downgrade() -> None:
    """Drop the tables; their walls go with them."""
    for table, _see, _change in reversed(WALLS):
        op.drop_table(table)
