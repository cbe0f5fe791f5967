"""Only the platform changes or removes what is in the outbox."""

from __future__ import annotations

from alembic import op

from shared.db.migrations import run_all
from shared.db.tables import keep_outbox

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Narrow the walls."""
    run_all(keep_outbox())


def downgrade() -> None:
    """Widen them again."""
    for verb in ("change", "remove"):
        op.execute(f"ALTER POLICY outbox_{verb} ON outbox USING (true)")
