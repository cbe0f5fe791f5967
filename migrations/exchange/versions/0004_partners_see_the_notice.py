"""Both sides of a connection see its notices, even while one is registered anew."""

from __future__ import annotations

from shared.db.migrations import refuse_downgrade, run_all
from shared.db.tables import ORG, PLATFORM_REACH, REACH

revision = "0004"
down_revision = "0003"

OWN = f"org_id = {ORG}"
TOLD = "state IN ('published', 'closed') AND published_at IS NOT NULL"
WAITING = f"({REACH} = 'authority' AND state IN ('submitted', 'registered', 'published'))"
RETURNED = f"registrar_id = {ORG}"
# One list, made once a statement: not a look for every notice.
MINE = f"c.asker_id = {ORG} OR c.answerer_id = {ORG}"
TALKED_OVER = (
    f"id IN (SELECT c.notice_id FROM connections c WHERE {MINE} UNION ALL"
    f" SELECT c.own_notice_id FROM connections c WHERE c.own_notice_id IS NOT NULL AND ({MINE}))"
)


def upgrade() -> None:
    """Let the organisations of a connection see its notices."""
    see = f"{OWN} OR {TOLD} OR {WAITING} OR {RETURNED} OR {TALKED_OVER} OR {PLATFORM_REACH}"
    run_all([f"ALTER POLICY notices_see ON notices USING ({see})"])


def downgrade() -> None:
    """A talk would lose what it is about."""
    refuse_downgrade("talks would lose the notice that they are about")
