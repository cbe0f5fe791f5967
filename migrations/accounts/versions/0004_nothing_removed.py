"""Only the platform changes or removes what is in the outbox, and removes an organisation."""

from __future__ import annotations

from alembic import op

from shared.db.migrations import run_all
from shared.db.tables import ORG, PLATFORM_REACH, REACH, keep_outbox

revision = "0004"
down_revision = "0003"

_MARKS = (
    f"id = {ORG} OR ({REACH} = 'authority' AND EXISTS (SELECT 1 FROM verifications v"
    " WHERE v.org_id = organisations.id))"
)


def upgrade() -> None:
    """Narrow the walls."""
    run_all(keep_outbox())
    op.execute(f"ALTER POLICY organisations_remove ON organisations USING ({PLATFORM_REACH})")


def downgrade() -> None:
    """Widen them again."""
    for verb in ("change", "remove"):
        op.execute(f"ALTER POLICY outbox_{verb} ON outbox USING (true)")
    op.execute(
        f"ALTER POLICY organisations_remove ON organisations USING ({_MARKS} OR {PLATFORM_REACH})"
    )
