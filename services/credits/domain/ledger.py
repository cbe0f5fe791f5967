"""What is asked of the ledger and how it becomes balanced entries over accounts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

Facts = Mapping[str, Any]
"""JSON of texts, whole numbers, booleans, nulls, lists and objects."""


class TransactionKind(StrEnum):
    """What a transaction does."""

    OPEN = "open"
    RESERVE = "reserve"
    RELEASE = "release"
    POST = "post"
    REVERSE = "reverse"
    EXPIRY = "expiry"


class AccountKind(StrEnum):
    """What an account counts: what a student holds, where it came from, what a cap has used."""

    CREDIT = "credit"
    SOURCE = "source"
    LIMIT = "limit"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose credits: a student as the school numbers them, and the person where known."""

    school_id: UUID
    number: str
    subject: UUID | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A cap that a posting counts towards, such as `2026:online`."""

    label: str
    max_centi: int | None


@dataclass(frozen=True, slots=True)
class Hold:
    """What an application that is under way plans to count towards a cap."""

    label: str
    amount_centi: int
    max_centi: int | None


@dataclass(frozen=True, slots=True)
class Reserve:
    """Keep claims for an application until it is decided or its deadline has passed."""

    key: str
    holder: Holder
    scope: str
    claims: Sequence[str]
    expires_at: datetime
    holds: Sequence[Hold] = ()
    facts: Facts = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Posting:
    """Give a student credits from a source; claims are in use from now on."""

    key: str
    holder: Holder
    scope: str
    source: str
    credits_centi: int
    claims: Sequence[str] = ()
    limits: Sequence[Limit] = ()
    reservation_id: UUID | None = None
    expires_on: date | None = None
    facts: Facts = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Posted:
    """A transaction that stands; `replayed` where the same request had written it before."""

    id: UUID
    key: str
    replayed: bool


@dataclass(frozen=True, slots=True)
class Account:
    """An account by its name; its limits bound what it has been credited less what debited."""

    holder: Holder
    scope: str
    kind: AccountKind
    label: str
    balance_min: int | None = None
    balance_max: int | None = None

    @property
    def id(self) -> UUID:
        """Return the id that follows from the name, so that no look-up is needed."""
        return account_id(self.holder, self.scope, f"{self.kind}\x1f{self.label}")


def account_id(holder: Holder, scope: str, name: str) -> UUID:
    """Return a UUIDv8 made of the first bits of SHA-256 over the account's full name."""
    text = f"{holder.school_id}\x1f{holder.number}\x1f{scope}\x1f{name}"
    value = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
    value &= ~(0xF << 76) & ~(0x3 << 62)
    return UUID(int=value | 0x8 << 76 | 0x2 << 62)


# What gives is debited and may never have been credited more than debited: at most nought.
def source_account(holder: Holder, scope: str, source: str) -> Account:
    """Return the account that says what a student's credits came from."""
    return Account(holder, scope, AccountKind.SOURCE, source, balance_max=0)


def credit_account(holder: Holder, scope: str) -> Account:
    """Return the account of what a student holds within a scope."""
    return Account(holder, scope, AccountKind.CREDIT, "", balance_min=0)


def limit_account(holder: Holder, scope: str, limit: Limit) -> Account:
    """Return the account of what has been used of a cap."""
    return Account(
        holder, scope, AccountKind.LIMIT, limit.label, balance_min=0, balance_max=limit.max_centi
    )


def counted_account(holder: Holder, scope: str) -> Account:
    """Return the other side of every cap."""
    return Account(holder, scope, AccountKind.COUNTED, "", balance_max=0)


@dataclass(frozen=True, slots=True)
class Plan:
    """The entries of a posting and the accounts that must be open for them."""

    entries: tuple[tuple[UUID, int], ...]
    accounts: tuple[Account, ...]


def plan_posting(posting: Posting) -> Plan:
    """Return balanced entries: debits are positive, credits negative.

    >>> holder = Holder(UUID(int=1), "2026001")
    >>> plan = plan_posting(Posting("k", holder, "s", "online", 300, limits=[Limit("2026", 800)]))
    >>> [amount for _, amount in plan.entries]
    [300, -300, 300, -300]
    """
    amount = posting.credits_centi
    assert amount >= 0, "credits are taken back by a reversal"
    if not amount:
        return Plan((), ())
    holder, scope = posting.holder, posting.scope
    source, credit = source_account(holder, scope, posting.source), credit_account(holder, scope)
    entries = [(source.id, amount), (credit.id, -amount)]
    accounts = [source, credit]
    if posting.limits:
        counted = counted_account(holder, scope)
        entries.append((counted.id, amount * len(posting.limits)))
        accounts.append(counted)
    for limit in posting.limits:
        account = limit_account(holder, scope, limit)
        entries.append((account.id, -amount))
        accounts.append(account)
    return Plan(tuple(entries), tuple(accounts))


def plan_holds(reserve: Reserve) -> Plan:
    """Return what a reservation holds of caps, and the accounts that must be open for it."""
    accounts = [
        limit_account(reserve.holder, reserve.scope, Limit(hold.label, hold.max_centi))
        for hold in reserve.holds
    ]
    held = {
        account.id: hold.amount_centi for account, hold in zip(accounts, reserve.holds, strict=True)
    }
    return Plan(tuple(sorted(held.items())), tuple(accounts))


def negate(entries: Iterable[tuple[UUID, int]]) -> tuple[tuple[UUID, int], ...]:
    """Return the entries that undo `entries`."""
    return tuple((account, -amount) for account, amount in entries)
