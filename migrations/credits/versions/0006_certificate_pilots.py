"""The register of 1+X pilot institutions: read by everyone, each entry kept by its school."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.db.migrations import run_all
from shared.db.tables import ORG, secure

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table behind its wall."""
    op.create_table(
        "certificate_pilots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("school_name", sa.String(length=200), nullable=False),
        sa.Column("certificate", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=16), server_default="", nullable=False),
        sa.Column("evaluator_name", sa.String(length=200), nullable=False),
        sa.Column("enterprise_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("national", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("document", sa.String(length=200), server_default="", nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("passed", sa.Integer(), nullable=True),
        sa.Column("passed_on", sa.Date(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("passed >= 0", name=op.f("ck_certificate_pilots_passed_not_negative")),
        sa.CheckConstraint(
            "until_on >= from_on", name=op.f("ck_certificate_pilots_ends_after_it_begins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_pilots")),
        sa.UniqueConstraint(
            "school_id",
            "certificate",
            "level",
            "from_on",
            name=op.f("uq_certificate_pilots_school_id_certificate_level_from_on"),
        ),
    )
    run_all(secure("certificate_pilots", see="true", change=f"school_id = {ORG}"))


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("certificate_pilots")
