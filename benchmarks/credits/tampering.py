"""What a superuser may change of the ledger: one value of one row, past triggers and checks."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# Each column of what is kept for ever and of what follows from it. The queue is not among them:
# before its leaf a transaction has been promised to nobody.
TABLES = {
    "ledger_transactions": (
        "id kind at school_id holder subject scope key request_sha256 reservation_id reverses"
        " expires_on facts nonce commitment"
    ),
    "ledger_entries": "transaction_id n account_id amount",
    "ledger_accounts": (
        "id school_id holder subject scope kind label opened_by debits credits pending"
        " balance_min balance_max"
    ),
    "ledger_reservations": "id school_id expires_at account_ids amounts settled_by",
    "ledger_uses": "taken_by claim scope school_id released_by",
    "ledger_leaves": "seq transaction_id",
    "ledger_tiles": "level position hashes",
    "ledger_checkpoints": "size root note",
    "ledger_head": "origin size",
}
COLUMNS = [(table, column) for table, names in TABLES.items() for column in names.split()]

# How a value of each type becomes another one that its column still takes.
_OTHER = {
    "uuid": "gen_random_uuid()",
    "character varying": "left({0}, -1) || 'x'",
    "text": "replace({0}, '=', 'A')",
    "bigint": "{0} + 1000",
    "smallint": "{0} + 7",
    "timestamp with time zone": "{0} + interval '1 microsecond'",
    "date": "COALESCE({0}, DATE '2030-01-01') + 1",
    "jsonb": "{0} || '{{\"x\": 1}}'",
    "bytea": "set_byte({0}, 0, get_byte({0}, 0) # 1)",
    "uuid[]": "{0} || gen_random_uuid()",
    "bigint[]": "{0} || 7::bigint",
}
_TYPE = text(
    "SELECT CASE WHEN data_type = 'ARRAY' THEN CASE udt_name WHEN '_uuid' THEN 'uuid[]'"
    " ELSE 'bigint[]' END ELSE data_type END FROM information_schema.columns"
    " WHERE table_name = :table AND column_name = :column"
)


async def unlock(tx: AsyncConnection) -> None:
    """Switch off what guards the ledger from everyone but a superuser."""
    await tx.execute(text("SET LOCAL session_replication_role = replica"))
    for check in ("totals", "minimum", "maximum"):
        await tx.execute(
            text(f"ALTER TABLE ledger_accounts DROP CONSTRAINT ck_ledger_accounts_{check}")
        )


async def change(tx: AsyncConnection, table: str, column: str) -> None:
    """Change one column of one row; the caller rolls back."""
    kind = await tx.scalar(_TYPE, {"table": table, "column": column})
    other = _OTHER[kind].format(f"t.{column}")
    await unlock(tx)
    # Names are those above; nothing here comes from outside.
    changed = await tx.execute(
        text(
            f"UPDATE {table} t SET {column} = {other} WHERE ctid = (SELECT ctid FROM {table} t"  # noqa: S608
            f" WHERE ({other}) IS DISTINCT FROM t.{column} LIMIT 1)"
        )
    )
    if changed.rowcount != 1:
        raise RuntimeError(f"{table}.{column} has no row to change")
