"""Reads of the ledger: accounts, statements, reservations, uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping as Row
from sqlalchemy import select, text

from services.credits.store.tables_ledger import (
    ledger_accounts,
    ledger_entries,
    ledger_leaves,
    ledger_reservations,
    ledger_transactions,
    ledger_uses,
)
from shared.db.session import Tx

_LOCK_HOLDERS = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(h, 11)) FROM unnest(CAST(:h AS text[])) h"
)
_LIMITS = text("SELECT id, balance_max FROM ledger_accounts WHERE id = ANY(CAST(:ids AS uuid[]))")


async def lock_holders(tx: Tx, names: Sequence[str]) -> None:
    """Let nobody else open accounts of these holders until the transaction ends."""
    await tx.execute(_LOCK_HOLDERS, {"h": sorted(set(names))})


async def read_limits(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, int | None]:
    """Return the upper limit of those accounts that are open."""
    rows = await tx.execute(_LIMITS, {"ids": list(ids)})
    return {row.id: row.balance_max for row in rows}


async def read_transactions(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return transactions by id, as far as the caller may see them."""
    query = select(ledger_transactions).where(ledger_transactions.c.id.in_(ids))
    return {row["id"]: row for row in (await tx.execute(query)).mappings()}


async def read_entries(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, int]]]:
    """Return the entries of transactions, in their order."""
    query = select(ledger_entries).where(ledger_entries.c.transaction_id.in_(ids))
    found: dict[UUID, list[tuple[UUID, int]]] = {}
    for row in await tx.execute(
        query.order_by(ledger_entries.c.transaction_id, ledger_entries.c.n)
    ):
        found.setdefault(row.transaction_id, []).append((row.account_id, row.amount))
    return found


async def read_reservations(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return reservations by id."""
    query = select(ledger_reservations).where(ledger_reservations.c.id.in_(ids))
    return {row["id"]: row for row in (await tx.execute(query)).mappings()}


async def list_overdue(tx: Tx, now: datetime, limit: int) -> Sequence[Row]:
    """Return reservations whose deadline has passed, the oldest first."""
    query = (
        select(ledger_reservations)
        .where(ledger_reservations.c.settled_by.is_(None), ledger_reservations.c.expires_at <= now)
        .order_by(ledger_reservations.c.expires_at)
        .limit(limit)
    )
    return (await tx.execute(query)).mappings().all()


async def list_expired(tx: Tx, today: date, limit: int) -> Sequence[Row]:
    """Return postings whose last day has passed and which nothing has reversed."""
    undone = ledger_transactions.alias("undone")
    query = (
        select(ledger_transactions)
        .where(
            ledger_transactions.c.expires_on < today,
            ledger_transactions.c.kind == "post",
            ~select(undone.c.id).where(undone.c.reverses == ledger_transactions.c.id).exists(),
        )
        .order_by(ledger_transactions.c.expires_on)
        .limit(limit)
    )
    return (await tx.execute(query)).mappings().all()


async def read_live_uses(
    tx: Tx, *, school_id: UUID, scope: str, claims: Sequence[str]
) -> dict[str, UUID]:
    """Return which claims are in use within a scope, and since which transaction."""
    query = select(ledger_uses.c.claim, ledger_uses.c.taken_by).where(
        ledger_uses.c.school_id == school_id,
        ledger_uses.c.scope == scope,
        ledger_uses.c.claim.in_(claims),
        ledger_uses.c.released_by.is_(None),
    )
    return {row.claim: row.taken_by for row in await tx.execute(query)}


async def read_accounts(tx: Tx, school_id: UUID, holder: str) -> Sequence[Row]:
    """Return the accounts of a student."""
    query = select(ledger_accounts).where(
        ledger_accounts.c.school_id == school_id, ledger_accounts.c.holder == holder
    )
    return (await tx.execute(query.order_by(ledger_accounts.c.id))).mappings().all()


async def find_account(tx: Tx, account_id: UUID) -> Row | None:
    """Return one account, where the caller may see it."""
    query = select(ledger_accounts).where(ledger_accounts.c.id == account_id)
    return (await tx.execute(query)).mappings().one_or_none()


async def list_lines(
    tx: Tx, school_id: UUID, holder: str, *, until: datetime | None
) -> Sequence[Row]:
    """Return the entries of a student's accounts up to a moment, the oldest first."""
    query = (
        select(
            ledger_entries.c.account_id,
            ledger_entries.c.amount,
            ledger_transactions.c.id,
            ledger_transactions.c.at,
            ledger_transactions.c.kind,
            ledger_transactions.c.reverses,
            ledger_transactions.c.facts,
            ledger_leaves.c.seq,
        )
        .join(ledger_transactions, ledger_transactions.c.id == ledger_entries.c.transaction_id)
        .outerjoin(ledger_leaves, ledger_leaves.c.transaction_id == ledger_transactions.c.id)
        .where(ledger_transactions.c.school_id == school_id, ledger_transactions.c.holder == holder)
    )
    if until is not None:
        query = query.where(ledger_transactions.c.at <= until)
    ordered = query.order_by(ledger_transactions.c.at, ledger_transactions.c.id, ledger_entries.c.n)
    return (await tx.execute(ordered)).mappings().all()
