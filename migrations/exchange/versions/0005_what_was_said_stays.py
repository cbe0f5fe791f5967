"""Nothing of the board is removed or rewritten, and a department writes in its own name only."""

from __future__ import annotations

from shared.db.migrations import refuse_downgrade, run_all
from shared.db.tables import ORG, PLATFORM_REACH, REACH

revision = "0005"
down_revision = "0004"

OWN = f"org_id = {ORG}"
# Which region a department holds is known to the room; who signs is known to the table.
SIGNED = f"({REACH} = 'authority' AND registrar_id = {ORG})"
KEPT = ("notices", "notice_steps", "connections", "connection_messages")
# A step and a message are written once.
WRITTEN_ONCE = ("notice_steps", "connection_messages")


def upgrade() -> None:
    """Let the platform alone remove rows, and a department change what it signs."""
    own_or_signed = f"{OWN} OR {SIGNED} OR {PLATFORM_REACH}"
    run_all(
        [
            *(f"ALTER POLICY {table}_remove ON {table} USING ({PLATFORM_REACH})" for table in KEPT),
            *(
                f"ALTER POLICY {table}_change ON {table} USING ({PLATFORM_REACH})"
                for table in WRITTEN_ONCE
            ),
            f"ALTER POLICY notices_add ON notices WITH CHECK ({OWN} OR {PLATFORM_REACH})",
            f"ALTER POLICY notices_change ON notices WITH CHECK ({own_or_signed})",
        ]
    )


def downgrade() -> None:
    """What two sides have said and agreed on would be open to a rewriting."""
    refuse_downgrade("what was said and registered could be rewritten")
