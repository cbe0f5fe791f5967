"""Interview scores and reasons behind row-level security; a host sees consented placements only."""

from __future__ import annotations

from alembic import op

from shared.db.migrations import run_all
from shared.db.tables import ORG, PLATFORM_REACH, secure

revision = "0005"
down_revision = "0004"

SCHOOL = f"school_id = {ORG}"
# PIPL 23: what a student holds reaches the enterprise when the student has said so.
HOSTED = (
    f"{SCHOOL} OR (enterprise_id = {ORG} AND share_consented_at IS NOT NULL"
    " AND state NOT IN ('proposed', 'declined', 'expired'))"
)
BEFORE = f"{SCHOOL} OR (enterprise_id = {ORG} AND state NOT IN ('proposed', 'declined', 'expired'))"


def upgrade() -> None:
    """Build the walls."""
    for table in ("interview_scores", "round_reasons"):
        run_all(secure(table, see=SCHOOL))
    _let_hosts_see(HOSTED)


def downgrade() -> None:
    """Take them down."""
    for table in ("interview_scores", "round_reasons"):
        for verb in ("see", "add", "change", "remove"):
            op.execute(f"DROP POLICY {table}_{verb} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    _let_hosts_see(BEFORE)


def _let_hosts_see(rows: str) -> None:
    for verb in ("see", "change"):
        policy = f"placements_{verb} ON placements"
        op.execute(f"ALTER POLICY {policy} USING ({rows} OR {PLATFORM_REACH})")
