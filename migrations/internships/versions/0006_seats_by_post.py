"""Seats left are counted per post over every batch: find a post's batches without reading all."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Index the posts of batches."""
    op.create_index(op.f("ix_batch_posts_post_id"), "batch_posts", ["post_id"], unique=False)


def downgrade() -> None:
    """Drop the index."""
    op.drop_index(op.f("ix_batch_posts_post_id"), table_name="batch_posts")
