"""Indexes by which sessions and sign-in windows that are over are found and removed."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the indexes."""
    op.create_index("ix_attempts_window_until", "attempts", ["window_until"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])


def downgrade() -> None:
    """Drop the indexes."""
    op.drop_index("ix_sessions_expires_at", "sessions")
    op.drop_index("ix_attempts_window_until", "attempts")
