"""Tables of observations: datasets, their series and vintages, breaks, crosswalks, own facts."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.forecasting.store.metadata import metadata, own_id, version
from shared.db.tables import instant

# One measure from one source: what SDMX calls a dataflow. No organisation: the platform's own.
datasets = Table(
    "datasets",
    metadata,
    own_id(),
    Column("org_id", Uuid),
    Column("measure", String(40), nullable=False),
    Column("name", String(120), nullable=False),
    Column("source", String(120), nullable=False),
    Column("definition", Text, nullable=False),
    Column("frequency", String(8), nullable=False),  # month | quarter | year
    Column("unit", String(24), nullable=False),
    Column("classification", JSONB, nullable=False),  # region, industry, occupation, major: version
    Column("absent", String(8), nullable=False),  # zero | unknown: what a missing cell means
    Column("public", Boolean, nullable=False),
    Column("current_run_id", Uuid),
    Column("month_begun", Integer),  # the newest month whose update was started
    instant("created_at", now=True),
    version(),
    UniqueConstraint(
        "org_id", "measure", "source", "frequency", postgresql_nulls_not_distinct=True
    ),
    Index("ix_datasets_measure", "measure"),
)

series = Table(
    "series",
    metadata,
    own_id(),
    Column("dataset_id", Uuid, ForeignKey("datasets.id"), nullable=False),
    Column("org_id", Uuid),
    Column("public", Boolean, nullable=False),
    # Empty: all of them. A code stands at its own level of its tree.
    Column("region", String(6), nullable=False, server_default=""),
    Column("industry", String(8), nullable=False, server_default=""),
    Column("occupation", String(16), nullable=False, server_default=""),
    Column("major", String(16), nullable=False, server_default=""),
    UniqueConstraint("dataset_id", "region", "occupation", "industry", "major"),
)

batches = Table(
    "observation_batches",
    metadata,
    own_id(),
    Column("dataset_id", Uuid, ForeignKey("datasets.id"), nullable=False, index=True),
    Column("org_id", Uuid),
    Column("public", Boolean, nullable=False),
    Column("kind", String(16), nullable=False),  # import | own
    Column("sha256", String(64)),
    Column("rows", Integer, nullable=False),
    Column("written", Integer, nullable=False),
    instant("recorded_at"),
)

# Append-only. `as_of`: from when the source says so; `recorded_at`: when the platform learnt it.
observations = Table(
    "observations",
    metadata,
    Column("series_id", Uuid, ForeignKey("series.id"), nullable=False),
    Column("period", Integer, nullable=False),  # ordinal in the dataset's frequency
    instant("as_of"),
    instant("recorded_at"),
    Column("value", Float, nullable=False),
    Column("batch_id", Uuid, nullable=False),
    Column("org_id", Uuid),
    Column("public", Boolean, nullable=False),
    PrimaryKeyConstraint("series_id", "period", "as_of", "recorded_at"),
    # NaN is greater than every number in PostgreSQL.
    CheckConstraint("value >= 0 AND value < 'Infinity'", name="count"),
)

# From `period` on the dataset (or one series of it) is counted in another way.
breaks = Table(
    "series_breaks",
    metadata,
    own_id(),
    Column("dataset_id", Uuid, ForeignKey("datasets.id"), nullable=False, index=True),
    Column("series_id", Uuid, ForeignKey("series.id")),
    Column("org_id", Uuid),
    Column("public", Boolean, nullable=False),
    Column("period", Integer, nullable=False),
    Column("kind", String(16), nullable=False),  # unit | definition | classification | source
    Column("unit_before", String(24)),
    Column("factor", Float),  # times an older value is a newer one; null: not comparable
    Column("note", Text, nullable=False),
    Column("recorded_by", Uuid, nullable=False),
    instant("recorded_at"),
    UniqueConstraint(
        "dataset_id", "series_id", "period", "kind", postgresql_nulls_not_distinct=True
    ),
    CheckConstraint("factor IS NULL OR factor > 0", name="factor_positive"),
)

crosswalks = Table(
    "crosswalks",
    metadata,
    own_id(),
    Column("org_id", Uuid),
    Column("dimension", String(12), nullable=False),
    Column("from_version", String(16), nullable=False),
    Column("to_version", String(16), nullable=False),
    Column("from_code", String(16), nullable=False),
    Column("to_code", String(16), nullable=False),
    Column("share", Float, nullable=False),
    Column("source", String(200), nullable=False),
    instant("recorded_at"),
    UniqueConstraint(
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
    CheckConstraint("share > 0 AND share <= 1", name="share_of_one"),
)

# What the platform saw happen itself, each thing in its newest state, without a person in it.
facts = Table(
    "own_facts",
    metadata,
    Column("subject_kind", String(12), nullable=False),  # post | placement
    Column("subject_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("org_id", Uuid),
    Column("fingerprint", LargeBinary(16)),
    Column("region", String(6), nullable=False),
    Column("industry", String(8), nullable=False),
    Column("occupation", String(16), nullable=False),
    Column("major", String(16), nullable=False),
    Column("persons", Integer, nullable=False),
    instant("began_at"),  # published, accepted
    Column("began_on", Date, nullable=False),  # its day in China
    Column("started_on", Date),
    Column("ended_on", Date),
    Column("counted", Boolean, nullable=False),
    PrimaryKeyConstraint("subject_kind", "subject_id"),
    Index("ix_own_facts_began", "subject_kind", "began_on"),
    Index("ix_own_facts_uncounted", "subject_kind", postgresql_where="NOT counted"),
)
