"""What is issued: keys, status lists, credentials, whom an alliance trusts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import run_all
from shared.db.tables import ORG, secure

revision = "0004"
down_revision = "0003"

_OWN = f"issuer_id = {ORG}"


def _instant(name: str, *, nullable: bool = False, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def upgrade() -> None:
    """Make the tables and put each behind its wall."""
    op.create_table(
        "issuer_keys",
        sa.Column("multikey", sa.String(80), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        _instant("created_at"),
        _instant("activated_at", nullable=True),
        _instant("retired_at", nullable=True),
        sa.PrimaryKeyConstraint("multikey", name="pk_issuer_keys"),
    )
    op.create_index("ix_issuer_keys_issuer_id", "issuer_keys", ["issuer_id"])
    op.create_table(
        "issuer_secrets",
        sa.Column("multikey", sa.String(80), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["multikey"], ["issuer_keys.multikey"], name="fk_issuer_secrets_multikey_issuer_keys"
        ),
        sa.PrimaryKeyConstraint("multikey", name="pk_issuer_secrets"),
    )
    op.create_index(
        "uq_issuer_keys_current",
        "issuer_keys",
        ["issuer_id"],
        unique=True,
        postgresql_where=sa.text("state = 'current'"),
    )
    op.create_table(
        "status_lists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_name", sa.String(200), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        _instant("created_at", now=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_status_lists"),
    )
    op.create_index("ix_status_lists_issuer_id", "status_lists", ["issuer_id"])
    _make_credentials()
    op.create_table(
        "trust_lists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        _instant("created_at", now=True),
        sa.PrimaryKeyConstraint("id", name="pk_trust_lists"),
    )
    op.create_index("ix_trust_lists_owner_id", "trust_lists", ["owner_id"])
    op.create_table(
        "trust_signatures",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("proof", postgresql.JSONB(), nullable=False),
        _instant("signed_at"),
        sa.ForeignKeyConstraint(
            ["list_id"], ["trust_lists.id"], name="fk_trust_signatures_list_id_trust_lists"
        ),
        sa.PrimaryKeyConstraint("list_id", "org_id", name="pk_trust_signatures"),
    )
    walls = [
        # Public keys are public; the sealed halves are their issuer's.
        ("issuer_keys", "true", _OWN),
        ("issuer_secrets", _OWN, _OWN),
        ("status_lists", _OWN, _OWN),
        ("credentials", _OWN, _OWN),
        # Whom an alliance trusts is public; its members sign it, each in a row of its own.
        ("trust_lists", "true", f"owner_id = {ORG}"),
        ("trust_signatures", "true", f"org_id = {ORG}"),
    ]
    for table, see, change in walls:
        run_all(secure(table, see=see, change=change))


def _make_credentials() -> None:
    op.create_table(
        "credentials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_name", sa.String(100), nullable=False),
        sa.Column("holder_number", sa.String(80), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("transaction_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("status_list_id", sa.Uuid(), nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(300), nullable=True),
        _instant("issued_at"),
        _instant("state_at", nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(kind = 'badge') = (decision_id IS NOT NULL)", name="ck_credentials_badge_of_decision"
        ),
        sa.ForeignKeyConstraint(
            ["status_list_id"],
            ["status_lists.id"],
            name="fk_credentials_status_list_id_status_lists",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_credentials"),
    )
    op.create_index(
        "uq_credentials_place", "credentials", ["status_list_id", "status_index"], unique=True
    )
    op.create_index(
        "uq_credentials_live",
        "credentials",
        ["decision_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'revoked' AND decision_id IS NOT NULL"),
    )
    op.create_index(
        "ix_credentials_issuer_id_holder_number", "credentials", ["issuer_id", "holder_number"]
    )


def downgrade() -> None:
    """Drop what was made."""
    for table in (
        "trust_signatures",
        "trust_lists",
        "credentials",
        "status_lists",
        "issuer_secrets",
        "issuer_keys",
    ):
        op.drop_table(table)
