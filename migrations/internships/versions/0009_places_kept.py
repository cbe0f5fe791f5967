"""What each student kept from the round before, beside the result that it led to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("round_results", sa.Column("kept_post_id", sa.Uuid, nullable=True))
    op.add_column("round_results", sa.Column("kept_choice", sa.SmallInteger, nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("round_results", "kept_choice")
    op.drop_column("round_results", "kept_post_id")
