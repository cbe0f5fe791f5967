"""Objections to public notices, seen inside the school that published them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import run_all
from shared.db.tables import ORG, secure

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the table behind its wall."""
    op.create_table(
        "credit_objections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("objector", sa.Uuid(), nullable=False),
        sa.Column("objector_name", sa.String(length=80), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_objections")),
        sa.UniqueConstraint(
            "notice_id", "objector", name=op.f("uq_credit_objections_notice_id_objector")
        ),
    )
    op.create_index(
        "ix_credit_objections_open",
        "credit_objections",
        ["application_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    run_all(secure("credit_objections", see=f"school_id = {ORG}"))


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("credit_objections")
