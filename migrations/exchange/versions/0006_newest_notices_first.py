"""The newest published notices are read from an index, and not sorted out of all of them."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Order what is published by its moment."""
    op.create_index(
        "ix_notices_newest",
        "notices",
        ["published_at", "id"],
        postgresql_where="state = 'published'",
    )


def downgrade() -> None:
    """Sort again."""
    op.drop_index("ix_notices_newest", table_name="notices")
