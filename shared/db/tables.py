"""Tables that every room has: outbox, inbox, jobs, answered keys; and its row-level security."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_metadata() -> MetaData:
    """Return the metadata of one room, with the kernel's tables in it."""
    metadata = MetaData(naming_convention=NAMING)
    _outbox(metadata)
    _inbox(metadata)
    _jobs(metadata)
    _answers(metadata)
    return metadata


def instant(name: str, *, nullable: bool = False, now: bool = False) -> Column[object]:
    """Return a column of a moment in UTC."""
    default = func.now() if now else None
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=default)


def _outbox(metadata: MetaData) -> Table:
    return Table(
        "outbox",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("kind", String(80), nullable=False),
        Column("subject_id", Uuid, nullable=False),
        Column("org_id", Uuid, nullable=True),
        Column("payload", JSONB, nullable=False),
        instant("created_at", now=True),
    )


def _inbox(metadata: MetaData) -> Table:
    return Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("kind", String(80), nullable=False),
        instant("taken_at", now=True),
    )


def _jobs(metadata: MetaData) -> Table:
    return Table(
        "jobs",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("kind", String(80), nullable=False),
        Column("org_id", Uuid, nullable=True, index=True),
        Column("caller", JSONB, nullable=False),
        Column("input", JSONB, nullable=False),
        Column("state", String(16), nullable=False),
        Column("progress", Float, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("step", JSONB, nullable=True),
        Column("result", JSONB, nullable=True),
        Column("error", JSONB, nullable=True),
        instant("created_at", now=True),
        instant("started_at", nullable=True),
        instant("finished_at", nullable=True),
    )


def _answers(metadata: MetaData) -> Table:
    return Table(
        "answers",
        metadata,
        Column("subject", Uuid, primary_key=True),
        Column("key", String(255), primary_key=True),
        Column("request_sha256", LargeBinary(32), nullable=False),
        Column("status", Integer, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("body", LargeBinary, nullable=False),
        instant("created_at", now=True),
    )


ORG = "NULLIF(current_setting('app.org', true), '')::uuid"
SUBJECT = "NULLIF(current_setting('app.subject', true), '')::uuid"
REACH = "current_setting('app.reach', true)"
PLATFORM_REACH = f"{REACH} = 'all'"


def secure(table: str, *, see: str, change: str | None = None) -> list[str]:
    """Return the SQL that puts `table` behind row-level security, even for its owner.

    Args:
        table: name of the table.
        see: SQL condition of the rows that a transaction may read.
        change: condition of the rows that it may write (default: the same).
    """
    allowed = f"{change or see} OR {PLATFORM_REACH}"
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {table}_see ON {table} FOR SELECT USING ({see} OR {PLATFORM_REACH})",
        f"CREATE POLICY {table}_add ON {table} FOR INSERT WITH CHECK ({allowed})",
        f"CREATE POLICY {table}_change ON {table} FOR UPDATE USING ({allowed})",
        f"CREATE POLICY {table}_remove ON {table} FOR DELETE USING ({allowed})",
    ]


def secure_kernel_tables() -> list[str]:
    """Return the row-level security of the tables that every room has."""
    # An event or a job without an organisation is the platform's own: written by anyone's
    # request, read by the platform only.
    return [
        *secure("outbox", see=f"org_id = {ORG}", change="true"),
        *secure("inbox", see="false"),
        *secure("jobs", see=f"org_id = {ORG}"),
        *secure("answers", see=f"subject = {SUBJECT}"),
    ]


def keep_outbox() -> list[str]:
    """Return the SQL after which anyone's request adds to the outbox and only the platform takes.

    A removal without a condition asks no policy for reading: it needs its own.
    """
    return [
        f"ALTER POLICY outbox_{verb} ON outbox USING ({PLATFORM_REACH})"
        for verb in ("change", "remove")
    ]
