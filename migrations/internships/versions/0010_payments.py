"""What a host has paid each student, month by month, behind its wall."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared.db.migrations import run_all
from shared.db.tables import ORG, secure

revision = "0010"
down_revision = "0009"

# The placement's own wall stands inside: without the student's consent the host sees nothing.
HOST = (
    f"(enterprise_id = {ORG} AND EXISTS (SELECT 1 FROM placements p WHERE p.id = placement_id"
    f" AND p.enterprise_id = {ORG} AND p.school_id = payments.school_id))"
)


def upgrade() -> None:
    """Make the table and its wall: the host writes, the student's school reads."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "payments",
        sa.Column("placement_id", sa.Uuid, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("school_id", sa.Uuid, nullable=False),
        sa.Column("enterprise_id", sa.Uuid, nullable=False),
        sa.Column("amount_fen", sa.Integer, nullable=False),
        sa.Column("paid_on", sa.Date, nullable=False),
        sa.Column("method", sa.String(8), nullable=False),
        sa.Column("payee", sa.String(12), nullable=False),
        sa.Column("corrections", pg.JSONB, nullable=False, server_default="[]"),
        sa.Column("created_at", instant, nullable=False, server_default=sa.func.now()),
        sa.Column("updated_at", instant, nullable=False, server_default=sa.func.now()),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("placement_id", "month", name=op.f("pk_payments")),
        sa.ForeignKeyConstraint(
            ["placement_id"],
            ["placements.id"],
            name=op.f("fk_payments_placement_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_payments_amount_not_negative")),
    )
    for column in ("school_id", "enterprise_id"):
        op.create_index(op.f(f"ix_payments_{column}"), "payments", [column])
    run_all(secure("payments", see=f"school_id = {ORG} OR {HOST}", change=HOST))


def downgrade() -> None:
    """Drop the table with its wall."""
    op.drop_table("payments")
