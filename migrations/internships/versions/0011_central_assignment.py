"""What a central assignment of a batch came to, beside the batch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column."""
    op.add_column("batches", sa.Column("assignment", JSONB, nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("batches", "assignment")
