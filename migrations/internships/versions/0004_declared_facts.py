"""What an enterprise declares beside its head counts, and that "not declared" is not "none"."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import run_all
from shared.db.tables import ORG, REACH, secure

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the size of an enterprise and the payee; let hazards be undeclared."""
    op.create_table(
        "enterprise_sizes",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("above_designated_size", sa.Boolean(), nullable=True),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column(
            "declared_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_enterprise_sizes")),
    )
    op.add_column("posts", sa.Column("payee", sa.String(length=16), nullable=True))
    op.alter_column("posts", "hazards", nullable=True)
    own = f"org_id = {ORG}"
    run_all(secure("enterprise_sizes", see=f"{own} OR {REACH} = 'authority'", change=own))


def downgrade() -> None:
    """Take it back; an undeclared list of hazards becomes an empty one."""
    op.execute("UPDATE posts SET hazards = '{}' WHERE hazards IS NULL")
    op.alter_column("posts", "hazards", nullable=False)
    op.drop_column("posts", "payee")
    op.drop_table("enterprise_sizes")
