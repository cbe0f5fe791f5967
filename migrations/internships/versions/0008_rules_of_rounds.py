"""A round's own rules, several rounds of a batch, what everybody may check, consent withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared.db.migrations import run_all
from shared.db.tables import ORG, PLATFORM_REACH, secure

revision = "0008"
down_revision = "0007"

SCHOOL = f"school_id = {ORG}"
HOST = f"enterprise_id = {ORG}"
# PIPL 15: what the student has taken back is the host's to see no longer.
CONSENTED = f"{SCHOOL} OR ({HOST} AND consent_withdrawn_at IS NULL)"
BEFORE = f"{SCHOOL} OR {HOST}"


def upgrade() -> None:
    """Add columns, the table of what is public, and its wall."""
    op.add_column("batches", sa.Column("clearing", pg.JSONB, nullable=False, server_default="{}"))
    op.add_column("rounds", sa.Column("number", sa.Integer, nullable=False, server_default="1"))
    op.add_column("rounds", sa.Column("rules", pg.JSONB, nullable=False, server_default="{}"))
    op.add_column("rounds", sa.Column("salt", sa.LargeBinary(32), nullable=True))
    op.add_column("rounds", sa.Column("public_sha256", sa.String(64), nullable=True))
    op.drop_constraint(op.f("uq_rounds_batch_id"), "rounds", type_="unique")
    op.create_unique_constraint(op.f("uq_rounds_batch_id_number"), "rounds", ["batch_id", "number"])
    op.add_column("round_results", sa.Column("wish_odds", pg.ARRAY(sa.Float), nullable=True))
    op.add_column("round_cutoffs", sa.Column("reserved", pg.JSONB, nullable=True))
    op.add_column("placements", sa.Column("keeps", sa.String(8), nullable=True))
    instant = sa.DateTime(timezone=True)
    op.add_column("placements", sa.Column("share_withdrawn_at", instant, nullable=True))
    op.add_column("choices", sa.Column("consent_withdrawn_at", instant, nullable=True))
    op.add_column("posts", sa.Column("suits_minors", sa.Boolean, nullable=True))
    _make_public_rounds()
    _let_hosts_see(CONSENTED)


def _make_public_rounds() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "public_rounds",
        sa.Column("round_id", sa.Uuid, nullable=False),
        sa.Column("school_id", sa.Uuid, nullable=False),
        sa.Column("school_name", sa.String(200), nullable=False),
        sa.Column("batch_name", sa.String(200), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("published_at", instant, nullable=False),
        sa.Column("until", instant, nullable=False),
        sa.Column("body", pg.JSONB, nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_public_rounds")),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
            name=op.f("fk_public_rounds_round_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_public_rounds_school_id"), "public_rounds", ["school_id"])
    run_all(secure("public_rounds", see="true", change=SCHOOL))


def downgrade() -> None:
    """Take all of it back; rounds after the first are lost."""
    _let_hosts_see(BEFORE)
    op.drop_table("public_rounds")
    op.drop_column("posts", "suits_minors")
    op.drop_column("choices", "consent_withdrawn_at")
    op.drop_column("placements", "share_withdrawn_at")
    op.drop_column("placements", "keeps")
    op.drop_column("round_cutoffs", "reserved")
    op.drop_column("round_results", "wish_odds")
    op.execute(
        "UPDATE placements SET round_id = NULL WHERE round_id IN"
        " (SELECT id FROM rounds WHERE number > 1)"
    )
    op.execute(
        "UPDATE appeals SET round_id = NULL WHERE round_id IN"
        " (SELECT id FROM rounds WHERE number > 1)"
    )
    op.execute("DELETE FROM rounds WHERE number > 1")
    op.drop_constraint(op.f("uq_rounds_batch_id_number"), "rounds", type_="unique")
    op.create_unique_constraint(op.f("uq_rounds_batch_id"), "rounds", ["batch_id"])
    for column in ("public_sha256", "salt", "rules", "number"):
        op.drop_column("rounds", column)
    op.drop_column("batches", "clearing")


def _let_hosts_see(rows: str) -> None:
    for verb in ("see", "change"):
        op.execute(f"ALTER POLICY choices_{verb} ON choices USING ({rows} OR {PLATFORM_REACH})")
