"""The tables of the ledger: what is appended for ever, and what follows from it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.credits.store.metadata import metadata
from shared.db.tables import instant

# Appended, never changed: each row is what its commitment says, or the audit finds it.
ledger_transactions = Table(
    "ledger_transactions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", String(16), nullable=False),
    instant("at"),
    Column("school_id", Uuid, nullable=False),
    Column("holder", String(80), nullable=False),
    Column("subject", Uuid, nullable=True),
    Column("scope", String(200), nullable=False),
    Column("key", String(200), nullable=False),
    Column("request_sha256", LargeBinary(32), nullable=False),
    Column("reservation_id", Uuid, nullable=True),
    Column("reverses", Uuid, nullable=True),
    Column("expires_on", Date, nullable=True),
    Column("facts", JSONB, nullable=False),
    Column("nonce", Uuid, nullable=False),
    Column("commitment", LargeBinary(32), nullable=False),
    UniqueConstraint("school_id", "key"),
    Index(None, "school_id", "holder"),
    Index(
        "uq_ledger_transactions_reverses",
        "reverses",
        unique=True,
        postgresql_where=text("reverses IS NOT NULL"),
    ),
    Index(
        "ix_ledger_transactions_due",
        "expires_on",
        postgresql_where=text("expires_on IS NOT NULL"),
    ),
)

# Positive amounts are debits, negative ones credits: a transaction's sum is nought.
ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("transaction_id", Uuid, primary_key=True),
    Column("n", SmallInteger, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("amount", BigInteger, CheckConstraint("amount <> 0", name="moves"), nullable=False),
)

# Totals that follow from the entries, kept so that a limit is checked without adding them up.
ledger_accounts = Table(
    "ledger_accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("school_id", Uuid, nullable=False),
    Column("holder", String(80), nullable=False),
    Column("subject", Uuid, nullable=True, index=True),
    Column("scope", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("label", String(80), nullable=False),
    Column("opened_by", Uuid, nullable=False),
    Column("debits", BigInteger, nullable=False, server_default="0"),
    Column("credits", BigInteger, nullable=False, server_default="0"),
    Column("pending", BigInteger, nullable=False, server_default="0"),
    Column("balance_min", BigInteger, nullable=True),
    Column("balance_max", BigInteger, nullable=True),
    CheckConstraint("debits >= 0 AND credits >= 0 AND pending >= 0", name="totals"),
    CheckConstraint("credits - debits >= balance_min", name="minimum"),
    CheckConstraint("credits - debits + pending <= balance_max", name="maximum"),
    Index(None, "school_id", "holder"),
)

ledger_reservations = Table(
    "ledger_reservations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("school_id", Uuid, nullable=False),
    instant("expires_at"),
    Column("account_ids", ARRAY(Uuid), nullable=False),
    Column("amounts", ARRAY(BigInteger), nullable=False),
    Column("settled_by", Uuid, nullable=True),
    Index(
        "ix_ledger_reservations_open",
        "expires_at",
        postgresql_where=text("settled_by IS NULL"),
    ),
)

ledger_uses = Table(
    "ledger_uses",
    metadata,
    Column("taken_by", Uuid, primary_key=True),
    Column("claim", String(200), primary_key=True),
    Column("scope", String(200), nullable=False),
    Column("school_id", Uuid, nullable=False),
    Column("released_by", Uuid, nullable=True),
    # One live use of an outcome within a scope, whichever schools ask at the same instant.
    Index(
        "uq_ledger_uses_live",
        "scope",
        "claim",
        unique=True,
        postgresql_where=text("released_by IS NULL"),
    ),
)

# Committed and not yet in the tree. No index: the sequencer takes everything that it sees.
ledger_queue = Table(
    "ledger_queue",
    metadata,
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("transaction_id", Uuid, nullable=False),
    Column("commitment", LargeBinary(32), nullable=False),
    instant("at"),
)

ledger_leaves = Table(
    "ledger_leaves",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("transaction_id", Uuid, nullable=False, unique=True),
)

ledger_tiles = Table(
    "ledger_tiles",
    metadata,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)

ledger_checkpoints = Table(
    "ledger_checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("note", Text, nullable=False),
)

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("one", Boolean, primary_key=True),
    Column("origin", String(200), nullable=False),
    Column("size", BigInteger, nullable=False),
)

# Members who put their name to checkpoints, each with a key of its own.
ledger_witnesses = Table(
    "ledger_witnesses",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("org_id", Uuid, nullable=False, index=True),
    Column("vkey", String(300), nullable=False, unique=True),
    Column("url", String(300), nullable=True),
    Column("size", BigInteger, nullable=False, server_default="0"),
    instant("created_at", now=True),
    instant("ended_at", nullable=True),
)

ledger_cosignatures = Table(
    "ledger_cosignatures",
    metadata,
    Column("size", BigInteger, ForeignKey("ledger_checkpoints.size"), primary_key=True),
    Column("witness_id", Uuid, ForeignKey("ledger_witnesses.id"), primary_key=True),
    Column("line", String(400), nullable=False),
)

# Other platforms' logs that this one is a witness of.
ledger_logs = Table(
    "ledger_logs",
    metadata,
    Column("origin", String(200), primary_key=True),
    Column("vkey", String(300), nullable=False),
    Column("size", BigInteger, nullable=False, server_default="0"),
    Column("root", LargeBinary(32), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
)
