"""Notices, their history, connections and what is said in them; walls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import refuse_downgrade, run_all
from shared.db.tables import ORG, REACH, keep_outbox, secure

revision = "0002"
down_revision = "0001"

OWN = f"org_id = {ORG}"
AUTHORITY = f"{REACH} = 'authority'"
# The public reads what is or was published; a department also what waits for registration.
TOLD = "state IN ('published', 'closed') AND published_at IS NOT NULL"
WAITING = f"({AUTHORITY} AND state IN ('submitted', 'registered', 'published'))"
OF_OWN_NOTICE = f"EXISTS (SELECT 1 FROM notices n WHERE n.id = notice_id AND n.org_id = {ORG})"
SIDES = f"asker_id = {ORG} OR answerer_id = {ORG}"

WALLS = [
    ("notices", f"{OWN} OR {TOLD} OR {WAITING}", f"{OWN} OR {AUTHORITY}"),
    (
        "notice_steps",
        f"{AUTHORITY} OR {OWN} OR {OF_OWN_NOTICE}",
        OWN,
    ),
    ("connections", SIDES, SIDES),
    (
        "connection_messages",
        f"EXISTS (SELECT 1 FROM connections c WHERE c.id = connection_id AND ({SIDES}))",
        OWN,
    ),
]


def upgrade() -> None:
    """Create the tables and their walls."""
    _create_notices()
    _create_steps()
    _create_connections()
    statements = [
        statement
        for table, see, change in WALLS
        for statement in secure(table, see=see, change=change)
    ]
    run_all([*statements, *keep_outbox()])


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    default = None if nullable else sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("org_kind", sa.String(length=32), nullable=False),
        sa.Column("org_name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("industry_code", sa.String(length=5), nullable=True),
        sa.Column("occupation_code", sa.String(length=16), nullable=True),
        sa.Column("major_codes", postgresql.ARRAY(sa.String(length=16)), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.String(length=80)), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("price_fen", sa.BigInteger(), nullable=True),
        sa.Column("price_per", sa.String(length=8), nullable=True),
        sa.Column("start_on", sa.Date(), nullable=True),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("partner_name", sa.String(length=200), nullable=True),
        sa.Column("partner_waiver", sa.Text(), nullable=True),
        sa.Column("search_terms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("rule", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("registrar_id", sa.Uuid(), nullable=True),
        sa.Column("registrar_name", sa.String(length=200), nullable=True),
        sa.Column("registrar_level", sa.String(length=8), nullable=True),
        sa.Column("returned_reason", sa.Text(), nullable=True),
        _moment("created_at", nullable=False),
        _moment("submitted_at"),
        _moment("registered_at"),
        _moment("published_at"),
        _moment("closed_at"),
        sa.CheckConstraint("end_on >= start_on", name=op.f("ck_notices_dates_in_order")),
        sa.CheckConstraint(
            "(price_fen IS NULL) = (price_per IS NULL)", name=op.f("ck_notices_price_whole")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_org_id"), "notices", ["org_id"])
    op.create_index("ix_notices_search_terms", "notices", ["search_terms"], postgresql_using="gin")
    op.create_index("ix_notices_published", "notices", ["side", "kind", "published_at"])
    op.create_index("ix_notices_submitted", "notices", ["state", "region_code", "submitted_at"])


def _create_steps() -> None:
    op.create_table(
        "notice_steps",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("org_kind", sa.String(length=32), nullable=False),
        sa.Column("org_name", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        _moment("at", nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_notice_steps_notice_id")
        ),
        sa.PrimaryKeyConstraint("notice_id", "number", name=op.f("pk_notice_steps")),
    )


def _create_connections() -> None:
    op.create_table(
        "connections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("own_notice_id", sa.Uuid(), nullable=True),
        sa.Column("asker_id", sa.Uuid(), nullable=False),
        sa.Column("asker_kind", sa.String(length=32), nullable=False),
        sa.Column("asker_name", sa.String(length=200), nullable=False),
        sa.Column("answerer_id", sa.Uuid(), nullable=False),
        sa.Column("answerer_kind", sa.String(length=32), nullable=False),
        sa.Column("answerer_name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("agreement", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        _moment("created_at", nullable=False),
        _moment("changed_at", nullable=False),
        sa.CheckConstraint("asker_id <> answerer_id", name=op.f("ck_connections_two_sides")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_connections_notice_id")
        ),
        sa.ForeignKeyConstraint(
            ["own_notice_id"], ["notices.id"], name=op.f("fk_connections_own_notice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
    )
    op.create_index(op.f("ix_connections_asker_id"), "connections", ["asker_id"])
    op.create_index(op.f("ix_connections_answerer_id"), "connections", ["answerer_id"])
    op.create_index(
        "uq_connections_open",
        "connections",
        ["notice_id", "asker_id"],
        unique=True,
        postgresql_where="state IN ('asked', 'talking')",
    )
    op.create_table(
        "connection_messages",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _moment("at", nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_connection_messages_connection_id")
        ),
        sa.PrimaryKeyConstraint("connection_id", "number", name=op.f("pk_connection_messages")),
    )


def downgrade() -> None:
    """Notices and what was agreed on are not thrown away."""
    refuse_downgrade("notices and agreements would be lost")
