"""The rows of the ledger read back: each transaction as its rows now say it, and what differs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import orjson

from services.credits.domain.ledger import TransactionKind
from services.credits.domain.ledger_record import Record
from services.credits.store.ledger_writing import driver_of
from shared.db.session import Tx

_TRANSACTIONS = """
SELECT l.seq, t.id, t.kind, t.at, t.school_id, t.holder, t.subject, t.scope, t.key,
  t.request_sha256, t.reservation_id, t.reverses, t.expires_on, t.facts::text AS facts, t.nonce,
  t.commitment, r.expires_at AS until, r.account_ids, r.amounts, r.school_id AS held_by
FROM ledger_leaves l LEFT JOIN ledger_transactions t ON t.id = l.transaction_id
LEFT JOIN ledger_reservations r ON r.id = t.id
WHERE l.seq >= $1 AND l.seq < $2 ORDER BY l.seq
"""
_ENTRIES = """
SELECT e.transaction_id, e.n, e.account_id, e.amount
FROM ledger_leaves l JOIN ledger_entries e ON e.transaction_id = l.transaction_id
WHERE l.seq >= $1 AND l.seq < $2 ORDER BY e.transaction_id, e.n
"""
_CLAIMS = """
SELECT u.taken_by, u.claim, u.scope, u.school_id
FROM ledger_leaves l JOIN ledger_uses u ON u.taken_by = l.transaction_id
WHERE l.seq >= $1 AND l.seq < $2
"""


async def read_commitments(tx: Tx, low: int, high: int) -> list[bytes]:
    """Return what the rows of each leaf now commit to; nothing where they contradict themselves."""
    found = {low + n: b"" for n in range(high - low)}
    async for row, entries, claims in _read(tx, low, high):
        commitment = _commit(row, entries, claims)
        if commitment is not None and commitment == row["commitment"]:
            found[row["seq"]] = commitment
    return [found[low + n] for n in range(high - low)]


async def read_record(tx: Tx, seq: int) -> Record:
    """Return the transaction of one leaf as its rows say it, where the caller may see it."""
    rows = [_record(*each) async for each in _read(tx, seq, seq + 1)]
    return rows[0]


async def _read(
    tx: Tx, low: int, high: int
) -> AsyncIterator[tuple[Any, list[tuple[UUID, int]], list[str]]]:
    """Yield the rows of leaves with entries and claims, where they agree with each other."""
    connection = await driver_of(tx)
    entries: dict[UUID, list[tuple[UUID, int]]] = {}
    broken: set[UUID] = set()
    for transaction, n, account, amount in await connection.fetch(_ENTRIES, low, high):
        ours = entries.setdefault(transaction, [])
        if n != len(ours):
            broken.add(transaction)
        ours.append((account, amount))
    claims: dict[UUID, list[tuple[str, str, UUID]]] = {}
    for transaction, claim, scope, school in await connection.fetch(_CLAIMS, low, high):
        claims.setdefault(transaction, []).append((claim, scope, school))
    for row in await connection.fetch(_TRANSACTIONS, low, high):
        taken = claims.get(row["id"], [])
        if row["id"] is None or row["id"] in broken or not _agrees(row, taken):
            continue
        yield row, entries.get(row["id"], []), [claim for claim, _, _ in taken]


def _agrees(row: Any, taken: Sequence[tuple[str, str, UUID]]) -> bool:
    """Tell whether the rows beside a transaction are of its own scope and school."""
    own = all((scope, school) == (row["scope"], row["school_id"]) for _, scope, school in taken)
    reserves = row["kind"] == TransactionKind.RESERVE
    return own and (row["held_by"] == row["school_id"] if reserves else row["held_by"] is None)


def _commit(row: Any, entries: Sequence[tuple[UUID, int]], claims: Sequence[str]) -> bytes | None:
    """Return what a row commits to; None where no transaction could be written so."""
    try:
        return _record(row, entries, claims).commitment()
    except ValueError:
        return None


def _record(row: Any, entries: Sequence[tuple[UUID, int]], claims: Sequence[str]) -> Record:
    return Record(
        id=row["id"],
        kind=TransactionKind(row["kind"]),
        at=row["at"],
        school_id=row["school_id"],
        holder=row["holder"],
        subject=row["subject"],
        scope=row["scope"],
        key=row["key"],
        request_sha256=row["request_sha256"],
        facts=orjson.loads(row["facts"]),
        reservation_id=row["reservation_id"],
        reverses=row["reverses"],
        expires_on=row["expires_on"],
        entries=tuple(entries),
        claims=tuple(claims),
        holds=tuple(zip(row["account_ids"] or (), row["amounts"] or (), strict=True)),
        until=row["until"],
        nonce=row["nonce"],
    )


# What follows from the transactions is computed anew and compared: totals, limits, states.
_COMPARISONS = {
    "the totals of account {} are not those of its entries": """
        SELECT coalesce(a.id, e.account_id)::text FROM ledger_accounts a
        FULL JOIN (SELECT account_id, sum(greatest(amount, 0)) AS debits,
            sum(greatest(-amount, 0)) AS credits FROM ledger_entries GROUP BY account_id) e
          ON e.account_id = a.id
        WHERE a.id IS NULL OR (a.debits, a.credits)
          IS DISTINCT FROM (coalesce(e.debits, 0), coalesce(e.credits, 0))
    """,
    "what account {} holds for applications is not what is reserved": """
        SELECT a.id::text FROM ledger_accounts a
        LEFT JOIN (SELECT h.account, sum(h.amount) AS held FROM ledger_reservations r,
            unnest(r.account_ids, r.amounts) AS h(account, amount)
            WHERE r.settled_by IS NULL GROUP BY h.account) h ON h.account = a.id
        WHERE a.pending <> coalesce(h.held, 0)
    """,
    "account {} is not as it was opened": """
        WITH opened AS (
          SELECT DISTINCT ON (o ->> 0) (o ->> 0)::uuid AS id, t.id AS opened_by, t.school_id,
            t.holder, t.subject, t.scope, o ->> 1 AS kind, o ->> 2 AS label,
            (o ->> 3)::bigint AS low, (o ->> 4)::bigint AS high
          FROM ledger_transactions t LEFT JOIN ledger_leaves l ON l.transaction_id = t.id
            LEFT JOIN ledger_queue q ON q.transaction_id = t.id,
            jsonb_array_elements(t.facts -> 'accounts') o
          WHERE t.kind = 'open'
          ORDER BY o ->> 0, l.seq DESC NULLS FIRST, q.number DESC NULLS LAST)
        SELECT coalesce(a.id, o.id)::text FROM ledger_accounts a FULL JOIN opened o ON o.id = a.id
        WHERE (a.id, a.opened_by, a.school_id, a.holder, a.subject, a.scope, a.kind, a.label,
            a.balance_min, a.balance_max) IS DISTINCT FROM (o.id, o.opened_by, o.school_id,
            o.holder, o.subject, o.scope, o.kind, o.label, o.low, o.high)
    """,
    "the use of an outcome by transaction {} is not in the state that follows": """
        WITH freed AS (
          SELECT reservation_id AS taken_by, id AS released_by FROM ledger_transactions
          WHERE kind = 'release'
          UNION ALL
          SELECT p.id, r.id FROM ledger_transactions r
          JOIN ledger_transactions p ON p.id = r.reverses WHERE r.kind = 'reverse'
          UNION ALL
          SELECT p.reservation_id, r.id FROM ledger_transactions r
          JOIN ledger_transactions p ON p.id = r.reverses WHERE r.kind = 'reverse')
        SELECT u.taken_by::text FROM ledger_uses u LEFT JOIN freed f ON f.taken_by = u.taken_by
        WHERE u.released_by IS DISTINCT FROM f.released_by
    """,
    "reservation {} is not in the state that follows": """
        SELECT r.id::text FROM ledger_reservations r
        LEFT JOIN ledger_transactions t ON t.reservation_id = r.id AND t.kind IN ('post', 'release')
        WHERE r.settled_by IS DISTINCT FROM t.id
    """,
    "transaction {} has neither a leaf nor a place in the queue": """
        SELECT t.id::text FROM ledger_transactions t
        WHERE NOT EXISTS (SELECT 1 FROM ledger_leaves l WHERE l.transaction_id = t.id)
          AND NOT EXISTS (SELECT 1 FROM ledger_queue q
            WHERE q.transaction_id = t.id AND q.commitment = t.commitment)
    """,
    "the head of the log is not at its newest checkpoint: {}": """
        SELECT coalesce(h.size, 0)::text FROM (SELECT true AS one) one
        LEFT JOIN ledger_head h ON h.one = one.one
        WHERE coalesce(h.size, 0) <> (SELECT coalesce(max(size), 0) FROM ledger_checkpoints)
          OR h.size <> (SELECT count(*) FROM ledger_leaves)
          OR (SELECT split_part(note, E'\\n', 1) FROM ledger_checkpoints ORDER BY size DESC LIMIT 1)
            <> h.origin
    """,
    "tile {} is not as wide as the log": """
        SELECT t.level || '/' || t.position FROM ledger_tiles t, ledger_head h
        WHERE length(t.hashes) <> 32 * greatest(0, least(256,
          floor(h.size / power(256::numeric, t.level)) - 256 * t.position))
    """,
}


async def compare_rows(tx: Tx, *, limit: int = 20) -> list[str]:
    """Return what differs between the transactions and the rows that follow from them."""
    connection = await driver_of(tx)
    findings: list[str] = []
    # Whole tables are read. What a wall lets through is guessed to be few rows, and a nested loop
    # over millions of "few" rows would not end.
    await connection.execute("SET LOCAL enable_nestloop = off")
    for words, query in _COMPARISONS.items():
        rows = await connection.fetch(f"{query} LIMIT {limit:d}")
        findings += [words.format(row[0]) for row in rows]
    await connection.execute("SET LOCAL enable_nestloop = on")
    return findings
