"""Course sequences into a programme, seen by the two schools that they join."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.db.migrations import run_all
from shared.db.tables import ORG, secure

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the table behind its wall."""
    op.create_table(
        "articulations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("programme_code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("from_school_id", sa.Uuid(), nullable=True),
        sa.Column("from_school_name", sa.String(length=200), nullable=False),
        sa.Column("from_programme", sa.String(length=200), nullable=False),
        sa.Column("from_stage", sa.String(length=32), nullable=False),
        sa.Column("overlap_min", sa.Integer(), nullable=False),
        sa.Column("steps", JSONB(), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "overlap_min BETWEEN 1 AND 100",
            name=op.f("ck_articulations_overlap_is_a_percentage"),
        ),
        sa.CheckConstraint(
            "valid_to >= valid_from", name=op.f("ck_articulations_ends_after_it_begins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articulations")),
    )
    op.create_index(
        "ix_articulations_school_id_programme_code",
        "articulations",
        ["school_id", "programme_code"],
    )
    see = f"school_id = {ORG} OR from_school_id = {ORG}"
    run_all(secure("articulations", see=see, change=f"school_id = {ORG}"))


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("articulations")
