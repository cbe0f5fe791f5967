"""Tables of forecasts: runs, their results, histories, scores, and what other bodies submitted."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.forecasting.store.metadata import metadata, own_id
from shared.db.tables import instant


def _node() -> list[Column[str]]:
    """Return the columns of a cell of the tree; empty: all of them."""
    sizes = {"region": 6, "industry": 8, "occupation": 16, "major": 16}
    return [Column(name, String(size), nullable=False) for name, size in sizes.items()]


def _numbers(name: str) -> Column[list[float]]:
    return Column(name, ARRAY(Float), nullable=False)


runs = Table(
    "forecast_runs",
    metadata,
    own_id(),
    Column("dataset_id", Uuid, ForeignKey("datasets.id"), nullable=False),
    Column("org_id", Uuid),
    Column("public", Boolean, nullable=False),
    Column("job_id", Uuid, nullable=False),
    Column("kind", String(8), nullable=False),  # current | replay
    # Together they name the vintage: what its source had said by then, and we had been told.
    instant("as_of"),
    instant("recorded_until"),
    Column("origin", Integer, nullable=False),  # ordinal of the last period that was known
    Column("horizon", Integer, nullable=False),
    Column("config", JSONB, nullable=False),
    Column("config_sha256", String(64), nullable=False),
    Column("code_version", String(80), nullable=False),
    Column("input_sha256", String(64), nullable=False),
    Column("output_sha256", String(64), nullable=False),
    Column("nodes", Integer, nullable=False),
    Column("stale", Integer, nullable=False),
    Column("choice", JSONB, nullable=False),
    Column("files", JSONB, nullable=False),  # csv, parquet: sha256 and size
    instant("finished_at"),
    Index("ix_forecast_runs_dataset", "dataset_id", "finished_at"),
)

forecasts = Table(
    "forecasts",
    metadata,
    Column("run_id", Uuid, ForeignKey("forecast_runs.id"), nullable=False),
    *_node(),
    Column("org_id", Uuid),
    Column("public", Boolean, nullable=False),
    Column("model", String(24), nullable=False),
    Column("reconciled", Boolean, nullable=False),
    Column("size_class", String(12), nullable=False),
    _numbers("mean"),
    _numbers("p2_5"),
    _numbers("p10"),
    _numbers("p50"),
    _numbers("p90"),
    _numbers("p97_5"),
    Column("last_season", Float),  # the sum of the season before; older runs do not know
    PrimaryKeyConstraint("run_id", "region", "occupation", "industry", "major"),
)

# The newest history of every cell, as the newest run saw it.
histories = Table(
    "histories",
    metadata,
    Column("dataset_id", Uuid, ForeignKey("datasets.id"), nullable=False),
    *_node(),
    Column("org_id", Uuid),
    Column("public", Boolean, nullable=False),
    Column("run_id", Uuid, nullable=False),
    Column("first", Integer, nullable=False),
    _numbers("values"),
    PrimaryKeyConstraint("dataset_id", "region", "occupation", "industry", "major"),
)

backtests = Table(
    "backtests",
    metadata,
    own_id(),
    Column("dataset_id", Uuid, ForeignKey("datasets.id"), nullable=False),
    Column("org_id", Uuid),
    Column("public", Boolean, nullable=False),
    instant("as_of"),
    Column("origin", Integer, nullable=False),
    Column("origins", Integer, nullable=False),
    Column("horizon", Integer, nullable=False),
    Column("series", Integer, nullable=False),
    Column("code_version", String(80), nullable=False),
    Column("config_sha256", String(64), nullable=False),
    Column("rows", JSONB, nullable=False),  # one object per method, horizon and size class
    instant("finished_at"),
    Index("ix_backtests_dataset", "dataset_id", "finished_at"),
)

submissions = Table(
    "forecast_submissions",
    metadata,
    own_id(),
    Column("dataset_id", Uuid, ForeignKey("datasets.id"), nullable=False, index=True),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("org_name", String(200), nullable=False),
    Column("public", Boolean, nullable=False),
    Column("method", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("run_id", Uuid),  # ours that stood beside it when it came
    Column("origin", Integer, nullable=False),
    Column("cells", Integer, nullable=False),
    instant("made_at"),
    instant("submitted_at"),
)

submitted = Table(
    "submitted_forecasts",
    metadata,
    Column("submission_id", Uuid, ForeignKey("forecast_submissions.id"), nullable=False),
    *_node(),
    Column("period", Integer, nullable=False),
    Column("org_id", Uuid, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("p10", Float),
    Column("p50", Float, nullable=False),
    Column("p90", Float),
    Column("last_known", Float, nullable=False),  # what naive would have said
    PrimaryKeyConstraint("submission_id", "region", "occupation", "industry", "major", "period"),
)
