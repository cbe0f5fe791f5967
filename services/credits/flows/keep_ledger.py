"""Reserve, release, post and reverse: each asked of the ledger for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.credits.domain.ledger import (
    Account,
    Plan,
    Posted,
    Posting,
    Reserve,
    TransactionKind,
    negate,
    plan_holds,
    plan_posting,
)
from services.credits.domain.ledger_errors import (
    LedgerTransactionNotFoundError,
    ReservationGoneError,
    ReversalFinalError,
)
from services.credits.domain.ledger_record import (
    Record,
    digest_posting,
    digest_request,
    digest_reserve,
)
from services.credits.store import ledger_reading
from services.credits.store.ledger_writing import Batch, driver_of, open_accounts, write
from shared.db.session import Tx
from shared.kernel.errors import DomainError
from shared.kernel.ids import new_id

_DUE_MAX = 500


async def reserve(tx: Tx, requests: Sequence[Reserve], *, now: datetime) -> list[Posted]:
    """Reserve claims (and parts of caps) until a deadline; all or nothing."""
    posted: list[Posted] = []
    plans = [plan_holds(each) for each in requests]
    await _open_missing(tx, plans, now)
    connection = await driver_of(tx)
    for request, plan in zip(requests, plans, strict=True):
        record = _reservation(request, plan, now)
        posted += await write(connection, Batch([record], until=request.expires_at))
    return posted


def _reservation(request: Reserve, plan: Plan, now: datetime) -> Record:
    return Record(
        id=new_id(),
        kind=TransactionKind.RESERVE,
        at=now,
        school_id=request.holder.school_id,
        holder=request.holder.number,
        subject=request.holder.subject,
        scope=request.scope,
        key=request.key,
        request_sha256=digest_reserve(request),
        facts=request.facts,
        claims=tuple(request.claims),
        holds=plan.entries,
        until=request.expires_at,
    )


async def release(
    tx: Tx, school_id: UUID, reservation_id: UUID, *, key: str, reason: str, now: datetime
) -> Posted:
    """Give back what a reservation holds, because its application was refused or withdrawn."""
    held = (await ledger_reading.read_reservations(tx, [reservation_id])).get(reservation_id)
    made = (await ledger_reading.read_transactions(tx, [reservation_id])).get(reservation_id)
    if held is None or made is None or made["school_id"] != school_id:
        raise LedgerTransactionNotFoundError(transaction_id=str(reservation_id))
    record = _following(made, TransactionKind.RELEASE, key=key, reason=reason, now=now)
    connection = await driver_of(tx)
    return (await write(connection, Batch([record], settled=_settling(record, held))))[0]


async def post(tx: Tx, postings: Sequence[Posting], *, now: datetime) -> list[Posted]:
    """Post credits, a whole class in one call; all or nothing."""
    if not postings:
        return []
    plans = [plan_posting(each) for each in postings]
    await _open_missing(tx, plans, now)
    records = [to_record(p, plan, now) for p, plan in zip(postings, plans, strict=True)]
    settled = await _settled(tx, records)
    connection = await driver_of(tx)
    return await write(connection, Batch(records, settled=settled))


async def post_each(
    tx: Tx, postings: Sequence[Posting], *, now: datetime
) -> list[Posted | DomainError]:
    """Post credits; a posting that is refused does not stop the others."""
    try:
        async with tx.begin_nested():
            return list(await post(tx, postings, now=now))
    except DomainError as error:
        if len(postings) == 1:
            return [error]
    # By halves: a class with one refusal costs a few calls more, not one for each student.
    half = len(postings) // 2
    first = await post_each(tx, postings[:half], now=now)
    return first + await post_each(tx, postings[half:], now=now)


async def reverse(
    tx: Tx, school_id: UUID, transaction_id: UUID, *, key: str, reason: str, now: datetime
) -> Posted:
    """Take a posting back by a new transaction; its claims are free again."""
    made = (await ledger_reading.read_transactions(tx, [transaction_id])).get(transaction_id)
    if made is None or made["school_id"] != school_id:
        raise LedgerTransactionNotFoundError(transaction_id=str(transaction_id))
    if made["kind"] != TransactionKind.POST:
        raise ReversalFinalError
    records = await _undoing(tx, [made], TransactionKind.REVERSE, key=key, reason=reason, now=now)
    return (await write(await driver_of(tx), Batch(records)))[0]


async def release_due(tx: Tx, *, now: datetime) -> int:
    """Release reservations whose deadline has passed; return how many."""
    overdue = await ledger_reading.list_overdue(tx, now, _DUE_MAX)
    made = await ledger_reading.read_transactions(tx, [each["id"] for each in overdue])
    connection = await driver_of(tx)
    for held in overdue:
        key = f"due:{held['id']}"
        record = _following(
            made[held["id"]], TransactionKind.RELEASE, key=key, reason="deadline", now=now
        )
        await write(connection, Batch([record], settled=_settling(record, held)))
    return len(overdue)


async def expire_due(tx: Tx, *, today: date, now: datetime) -> int:
    """Write off postings whose last day has passed; their claims stay in use."""
    expired = await ledger_reading.list_expired(tx, today, _DUE_MAX)
    connection = await driver_of(tx)
    for school_id in sorted({each["school_id"] for each in expired}):
        ours = [each for each in expired if each["school_id"] == school_id]
        records = await _undoing(
            tx, ours, TransactionKind.EXPIRY, key=None, reason="validity", now=now
        )
        await write(connection, Batch(records))
    return len(expired)


def to_record(posting: Posting, plan: Plan, now: datetime) -> Record:
    """Return the transaction that a posting asks for."""
    return Record(
        id=new_id(),
        kind=TransactionKind.POST,
        at=now,
        school_id=posting.holder.school_id,
        holder=posting.holder.number,
        subject=posting.holder.subject,
        scope=posting.scope,
        key=posting.key,
        request_sha256=digest_posting(posting),
        facts=posting.facts,
        reservation_id=posting.reservation_id,
        expires_on=posting.expires_on,
        entries=plan.entries,
        claims=tuple(posting.claims),
    )


async def _undoing(
    tx: Tx,
    made: Sequence[Any],
    kind: TransactionKind,
    *,
    key: str | None,
    reason: str,
    now: datetime,
) -> list[Record]:
    entries = await ledger_reading.read_entries(tx, [each["id"] for each in made])
    return [
        _following(
            each,
            kind,
            key=key or f"expiry:{each['id']}",
            reason=reason,
            now=now,
            entries=negate(entries.get(each["id"], [])),
        )
        for each in made
    ]


def _following(
    made: Any,
    kind: TransactionKind,
    *,
    key: str,
    reason: str,
    now: datetime,
    entries: tuple[tuple[UUID, int], ...] = (),
) -> Record:
    """Return a transaction that answers an earlier one of the same student."""
    releases = kind is TransactionKind.RELEASE
    return Record(
        id=new_id(),
        kind=kind,
        at=now,
        school_id=made["school_id"],
        holder=made["holder"],
        subject=made["subject"],
        scope=made["scope"],
        key=key,
        request_sha256=digest_request(kind.value, made["id"], reason),
        facts={"reason": reason},
        reservation_id=made["id"] if releases else None,
        reverses=None if releases else made["id"],
        entries=entries,
    )


async def _settled(tx: Tx, records: Sequence[Record]) -> list[tuple[UUID, UUID, int]]:
    """Return what the reservations behind postings no longer hold."""
    by_id = {r.reservation_id: r for r in records if r.reservation_id is not None}
    if not by_id:
        return []
    found = await ledger_reading.read_reservations(tx, list(by_id))
    if len(found) < len(by_id):
        raise ReservationGoneError
    return [move for key, held in found.items() for move in _settling(by_id[key], held)]


def _settling(record: Record, held: Any) -> list[tuple[UUID, UUID, int]]:
    pairs = zip(held["account_ids"], held["amounts"], strict=True)
    return [(record.id, account, amount) for account, amount in pairs]


async def _open_missing(tx: Tx, plans: Sequence[Plan], now: datetime) -> None:
    """Open the accounts that are not, and carry a changed cap over."""
    accounts = {account.id: account for plan in plans for account in plan.accounts}
    if not accounts or not await _differing(tx, accounts):
        return
    await ledger_reading.lock_holders(
        tx, [f"{a.holder.school_id} {a.holder.number}" for a in accounts.values()]
    )
    groups: dict[tuple[Any, ...], list[Account]] = {}
    for account in await _differing(tx, accounts):
        groups.setdefault((account.holder, account.scope), []).append(account)
    connection = await driver_of(tx)
    for ours in groups.values():
        await open_accounts(connection, opening(ours, now), ours)


async def _differing(tx: Tx, accounts: dict[UUID, Account]) -> list[Account]:
    limits = await ledger_reading.read_limits(tx, list(accounts))
    return [
        account
        for key, account in accounts.items()
        if key not in limits or limits[key] != account.balance_max
    ]


def opening(accounts: Sequence[Account], now: datetime) -> Record:
    """Return the transaction that opens accounts of one holder and scope."""
    holder, scope = accounts[0].holder, accounts[0].scope
    opened = [
        [str(a.id), a.kind.value, a.label, a.balance_min, a.balance_max]
        for a in sorted(accounts, key=lambda each: each.id)
    ]
    record_id = new_id()
    return Record(
        id=record_id,
        kind=TransactionKind.OPEN,
        at=now,
        school_id=holder.school_id,
        holder=holder.number,
        subject=holder.subject,
        scope=scope,
        key=f"open:{record_id}",
        request_sha256=digest_request("open", opened),
        facts={"accounts": opened},
    )
