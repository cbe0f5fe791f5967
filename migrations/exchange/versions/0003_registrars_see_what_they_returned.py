"""A department sees the draft that it returned: what it cannot read, it could not write back."""

from __future__ import annotations

from shared.db.migrations import refuse_downgrade, run_all
from shared.db.tables import ORG, PLATFORM_REACH, REACH

revision = "0003"
down_revision = "0002"

OWN = f"org_id = {ORG}"
TOLD = "state IN ('published', 'closed') AND published_at IS NOT NULL"
WAITING = f"({REACH} = 'authority' AND state IN ('submitted', 'registered', 'published'))"
RETURNED = f"registrar_id = {ORG}"


def upgrade() -> None:
    """Let a department see the notice that it decided on last."""
    see = f"{OWN} OR {TOLD} OR {WAITING} OR {RETURNED} OR {PLATFORM_REACH}"
    run_all([f"ALTER POLICY notices_see ON notices USING ({see})"])


def downgrade() -> None:
    """What was returned would be locked for the department in the middle of its decision."""
    refuse_downgrade("a department could return no notice any more")
