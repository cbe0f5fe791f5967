"""Row-level security: who sees and who changes which rows."""

from __future__ import annotations

from alembic import op

from shared.db.migrations import run_all
from shared.db.tables import ORG, REACH, secure

revision = "0003"
down_revision = "0002"

OWN = f"org_id = {ORG}"
SCHOOL = f"school_id = {ORG}"
HOST = f"enterprise_id = {ORG}"

# What a student holds reaches the enterprise when it is accepted, not before.
ACCEPTED = "state NOT IN ('proposed', 'declined', 'expired')"

# A host sees the batches that its posts are offered in.
IN_BATCH = (
    "EXISTS (SELECT 1 FROM batch_posts bp"
    f" WHERE bp.batch_id = batches.id AND bp.enterprise_id = {ORG})"
)

WALLS = [
    # A draft is the enterprise's own; what was published stays readable after it closes.
    ("posts", f"{OWN} OR state <> 'draft'", OWN),
    ("post_wages", OWN, OWN),
    ("releases", OWN, OWN),
    ("head_counts", f"{OWN} OR {REACH} = 'authority'", OWN),
    ("interns_elsewhere", f"{OWN} OR {REACH} = 'authority'", OWN),
    # The register of hosts is public once decided (article 7).
    ("hosts", f"{SCHOOL} OR {HOST} OR state = 'approved'", SCHOOL),
    ("plans", SCHOOL, SCHOOL),
    ("students", SCHOOL, SCHOOL),
    (
        "batches",
        f"{SCHOOL} OR {IN_BATCH}",
        SCHOOL,
    ),
    # Seats given to batches are counted over every school; no person is in these rows.
    ("batch_posts", "true", SCHOOL),
    ("batch_students", SCHOOL, SCHOOL),
    ("wishes", SCHOOL, SCHOOL),
    ("choices", f"{SCHOOL} OR {HOST}", f"{SCHOOL} OR {HOST}"),
    ("rounds", SCHOOL, SCHOOL),
    ("round_cutoffs", SCHOOL, SCHOOL),
    ("round_results", SCHOOL, SCHOOL),
    (
        "placements",
        f"{SCHOOL} OR ({HOST} AND {ACCEPTED})",
        f"{SCHOOL} OR ({HOST} AND {ACCEPTED})",
    ),
    ("self_arrangements", SCHOOL, SCHOOL),
    ("appeals", SCHOOL, SCHOOL),
]


def upgrade() -> None:
    """Put every table behind its wall."""
    run_all(
        statement
        for table, see, change in WALLS
        for statement in secure(table, see=see, change=change)
    )


def downgrade() -> None:
    """Take the walls down."""
    for table, _see, _change in WALLS:
        for verb in ("see", "add", "change", "remove"):
            op.execute(f"DROP POLICY {table}_{verb} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
