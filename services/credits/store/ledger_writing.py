"""Writes to the ledger: one call of its function, past SQLAlchemy, for many transactions."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import asyncpg
import orjson

from services.credits.domain.ledger import Account, Posted
from services.credits.domain.ledger_errors import (
    AccountForeignError,
    AlreadyReversedError,
    CapExceededError,
    LedgerKeyReusedError,
    OutcomeUsedError,
    ReservationGoneError,
    ReversalFinalError,
    UnbalancedError,
)
from services.credits.domain.ledger_record import Record
from shared.db.session import Tx, ValueRefusedError
from shared.kernel.errors import UnavailableError

_WRITE = (
    "SELECT id, key, replayed FROM ledger_write($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
    " $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)"
)
_OPEN = "SELECT ledger_open($1, $2, $3, $4, $5, $6)"

# Classes of SQLSTATE: a value that no column holds; a server that went away or is coming up.
_VALUE = "22"
_GONE = ("08", "57P")
_CLAIMS_SHOWN = 3
_BY_STATE = {
    "CJ001": LedgerKeyReusedError,
    "CJ002": UnbalancedError,
    "CJ003": ReversalFinalError,
    "CJ004": ReservationGoneError,
    "CJ005": AccountForeignError,
}
_BY_CONSTRAINT = {
    "ck_ledger_accounts_maximum": CapExceededError,
    "ck_ledger_accounts_minimum": CapExceededError,
    "uq_ledger_transactions_reverses": AlreadyReversedError,
}


@dataclass(frozen=True, slots=True)
class Batch:
    """Transactions of one kind, school and instant, and what they take from what was held."""

    records: Sequence[Record]
    settled: Sequence[tuple[UUID, UUID, int]] = ()  # transaction, account, what is held less
    until: datetime | None = None


async def driver_of(tx: Tx) -> asyncpg.Connection:
    """Return the driver's own connection, inside the same transaction."""
    raw = await tx.get_raw_connection()
    return cast("asyncpg.Connection", raw.driver_connection)


async def write(connection: asyncpg.Connection, batch: Batch) -> list[Posted]:
    """Write the batch whole or not at all; a known key is answered with what stands under it."""
    if not batch.records:
        return []
    with _refusals(batch):
        rows = await connection.fetch(_WRITE, *_arguments(batch))
    return [Posted(row[0], row[1], row[2]) for row in rows]


async def open_accounts(
    connection: asyncpg.Connection, record: Record, accounts: Sequence[Account]
) -> None:
    """Open accounts, or give open ones other limits, as the transaction `record`."""
    await write(connection, Batch([record]))
    with _refusals(Batch([record])):
        await connection.execute(
            _OPEN,
            record.id,
            [each.id for each in accounts],
            [each.kind.value for each in accounts],
            [each.label for each in accounts],
            [each.balance_min for each in accounts],
            [each.balance_max for each in accounts],
        )


def _arguments(batch: Batch) -> tuple[Any, ...]:
    records = batch.records
    first = records[0]
    entries = [(r.id, n, *entry) for r in records for n, entry in enumerate(r.entries)]
    claims = [(r.id, r.scope, claim) for r in records for claim in r.claims]
    holds = [(r.id, *hold) for r in records for hold in r.holds]
    holds += [(transaction, account, -amount) for transaction, account, amount in batch.settled]
    return (
        [r.id for r in records],
        first.kind.value,
        first.at,
        first.school_id,
        [r.holder for r in records],
        [r.subject for r in records],
        [r.scope for r in records],
        [r.key for r in records],
        [r.request_sha256 for r in records],
        [r.reservation_id for r in records],
        [r.reverses for r in records],
        [r.expires_on for r in records],
        [orjson.dumps(r.facts).decode() for r in records],
        [r.nonce for r in records],
        [r.commitment() for r in records],
        *_columns(entries, 4),
        *_columns(claims, 3),
        *_columns(holds, 3),
        batch.until,
    )


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[i] for row in rows] for i in range(width)]


@contextmanager
def _refusals(batch: Batch) -> Generator[None]:
    """Turn what the database refuses into the fact that it stands for."""
    try:
        yield
    except asyncpg.PostgresError as error:
        raise _named(error, batch) from None
    except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise UnavailableError(part="database", retry_after_s=1) from error


def _named(error: Any, batch: Batch) -> Exception:
    """Return the fact behind an error of the driver, which says its fields at run time only."""
    if error.constraint_name == "uq_ledger_uses_live":
        return OutcomeUsedError(claim=_claims_of(batch))
    state = error.sqlstate or ""
    if state.startswith(_VALUE):
        return ValueRefusedError()
    if state.startswith(_GONE):
        return UnavailableError(part="database", retry_after_s=1)
    known = _BY_STATE.get(state) or _BY_CONSTRAINT.get(error.constraint_name or "")
    return known() if known else error


def _claims_of(batch: Batch) -> str:
    """Return the claims asked for: behind row-level security the database names no key."""
    claims = [claim for record in batch.records for claim in record.claims]
    return ", ".join(claims[:_CLAIMS_SHOWN]) + (" …" if len(claims) > _CLAIMS_SHOWN else "")
