"""The tables that every room has."""

from __future__ import annotations

from shared.db.migrations import create_kernel, refuse_downgrade

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the kernel's tables and the queue."""
    create_kernel()


def downgrade() -> None:
    """There is nothing before the ground: drop the database instead."""
    refuse_downgrade("nothing comes before the ground")
