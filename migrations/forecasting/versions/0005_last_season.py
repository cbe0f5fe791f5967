"""A forecast says what its last season held: how demand is to change can be read from it alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; older forecasts do not know."""
    op.add_column("forecasts", sa.Column("last_season", sa.Float))


def downgrade() -> None:
    """Forget it again."""
    op.drop_column("forecasts", "last_season")
