"""Balances and statements as of any moment, and the proof that a transaction is in the tree."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.credits.domain.ledger import AccountKind
from services.credits.domain.merkle import Subtree, prove_consistency, prove_inclusion
from services.credits.domain.tiles import needed_tiles, subtree_hash
from services.credits.store import ledger_reading, ledger_rows, ledger_tree
from shared.db.session import Tx


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds; what is pending counts against its upper limit."""

    account_id: UUID
    scope: str
    kind: str
    label: str
    balance_centi: int
    pending_centi: int
    min_centi: int | None
    max_centi: int | None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry of an account with the balance after it."""

    transaction_id: UUID
    at: datetime
    transaction_kind: str
    reverses: UUID | None
    account_id: UUID
    scope: str
    kind: str
    label: str
    amount_centi: int
    balance_centi: int
    leaf: int | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReservationState:
    """Whether a reservation stands, and what has settled it."""

    id: UUID
    expires_at: datetime
    settled_by: UUID | None
    settled_kind: str | None


@dataclass(frozen=True, slots=True)
class Inclusion:
    """The proof that a commitment is a leaf of the tree under a checkpoint."""

    index: int
    commitment: bytes
    record: bytes
    nonce: UUID
    proof: tuple[bytes, ...]
    checkpoint: str

    def text(self) -> str:
        """Return the proof as C2SP tlog-proof writes it: one text for whoever verifies it."""
        hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in self.proof)
        return f"c2sp.org/tlog-proof@v1\nindex {self.index}\n{hashes}\n{self.checkpoint}"


async def balances(
    tx: Tx, school_id: UUID, number: str, *, as_of: datetime | None = None
) -> list[Balance]:
    """Return the accounts of a student, as they are or as they were at a moment."""
    accounts = await ledger_reading.read_accounts(tx, school_id, number)
    if as_of is None:
        return [_balance(row, row["debits"], row["credits"], row["pending"]) for row in accounts]
    moved: dict[UUID, tuple[int, int]] = {}
    for line in await ledger_reading.list_lines(tx, school_id, number, until=as_of):
        debits, credited = moved.get(line["account_id"], (0, 0))
        amount = line["amount"]
        moved[line["account_id"]] = (debits + max(amount, 0), credited + max(-amount, 0))
    then = [row for row in accounts if row["id"] in moved]
    return [_balance(row, moved[row["id"]][0], moved[row["id"]][1], 0) for row in then]


def _balance(row: Any, debits: int, credited: int, pending: int) -> Balance:
    return Balance(
        account_id=row["id"],
        scope=row["scope"],
        kind=row["kind"],
        label=row["label"],
        balance_centi=_signed(row["kind"], credited - debits),
        pending_centi=pending,
        min_centi=row["balance_min"] if _is_held(row["kind"]) else None,
        max_centi=row["balance_max"] if _is_held(row["kind"]) else None,
    )


def empty_balance(account: Any) -> Balance:
    """Return an account as it was before its first entry."""
    return _balance(account, 0, 0, 0)


def _is_held(kind: str) -> bool:
    return kind in {AccountKind.CREDIT, AccountKind.LIMIT}


def _signed(kind: str, credited: int) -> int:
    """Return what a reader expects: what came from a source is positive too."""
    return credited if _is_held(kind) else -credited


async def statement(
    tx: Tx, school_id: UUID, number: str, *, as_of: datetime | None = None
) -> list[StatementLine]:
    """Return every entry of a student's accounts up to a moment, with running balances."""
    accounts = {row["id"]: row for row in await ledger_reading.read_accounts(tx, school_id, number)}
    rows = await ledger_reading.list_lines(tx, school_id, number, until=as_of)
    return list(_lines(accounts, rows))


def _lines(accounts: dict[UUID, Any], rows: Sequence[Any]) -> Iterator[StatementLine]:
    running: dict[UUID, int] = {}
    for row in rows:
        account = accounts[row["account_id"]]
        amount = _signed(account["kind"], -row["amount"])
        running[account["id"]] = running.get(account["id"], 0) + amount
        yield StatementLine(
            transaction_id=row["id"],
            at=row["at"],
            transaction_kind=row["kind"],
            reverses=row["reverses"],
            account_id=account["id"],
            scope=account["scope"],
            kind=account["kind"],
            label=account["label"],
            amount_centi=amount,
            balance_centi=running[account["id"]],
            leaf=row["seq"],
            facts=dict(row["facts"]),
        )


async def live_uses(tx: Tx, school_id: UUID, scope: str, claims: Sequence[str]) -> dict[str, UUID]:
    """Return which claims are in use at this school, and since which transaction."""
    return await ledger_reading.read_live_uses(tx, school_id=school_id, scope=scope, claims=claims)


async def reservation(tx: Tx, reservation_id: UUID) -> ReservationState | None:
    """Return whether a reservation stands."""
    held = (await ledger_reading.read_reservations(tx, [reservation_id])).get(reservation_id)
    if held is None:
        return None
    settled_by = held["settled_by"]
    settling = await ledger_reading.read_transactions(tx, [settled_by] if settled_by else [])
    kind = settling[settled_by]["kind"] if settled_by else None
    return ReservationState(reservation_id, held["expires_at"], settled_by, kind)


async def inclusion(tx: Tx, transaction_id: UUID) -> Inclusion | None:
    """Return the proof of a transaction's leaf; None until the sequencer has taken it."""
    leaf = await ledger_tree.find_leaf(tx, transaction_id)
    newest = await ledger_tree.read_checkpoint(tx)
    if leaf is None or newest is None or leaf["seq"] >= newest["size"]:
        return None
    record = await ledger_rows.read_record(tx, leaf["seq"])
    return Inclusion(
        index=leaf["seq"],
        commitment=leaf["commitment"],
        record=record.canonical(),
        nonce=record.nonce,
        proof=await prove_leaf(tx, leaf["seq"], newest["size"]),
        checkpoint=await cosigned_note(tx, newest),
    )


async def cosigned_note(tx: Tx, checkpoint: Any) -> str:
    """Return a checkpoint's note with the lines of the members that have cosigned it."""
    lines = await ledger_tree.list_cosignatures(tx, [checkpoint["size"]])
    return checkpoint["note"] + "".join(lines.get(checkpoint["size"], []))


async def prove_leaf(tx: Tx, index: int, size: int) -> tuple[bytes, ...]:
    """Return the inclusion proof of a leaf in the tree of `size` leaves."""
    asked: list[tuple[int, int]] = []
    prove_inclusion(index, size, _asking(asked))
    return tuple(prove_inclusion(index, size, await _hashing(tx, asked)))


async def prove_growth(tx: Tx, old: int, size: int) -> tuple[bytes, ...]:
    """Return the proof that the tree of `size` leaves continues that of `old`."""
    if old == 0:
        return ()
    asked: list[tuple[int, int]] = []
    prove_consistency(old, size, _asking(asked))
    return tuple(prove_consistency(old, size, await _hashing(tx, asked)))


def _asking(asked: list[tuple[int, int]]) -> Subtree:
    """Return a stand-in that notes which subtrees a proof needs."""

    def note(low: int, high: int) -> bytes:
        asked.append((low, high))
        return b""

    return note


async def _hashing(tx: Tx, asked: Sequence[tuple[int, int]]) -> Subtree:
    tiles = await ledger_tree.read_tiles(tx, needed_tiles(asked))

    def look(low: int, high: int) -> bytes:
        return subtree_hash(tiles, low, high)

    return look
