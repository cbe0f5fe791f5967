"""A transaction as it is committed to: its canonical record, and the hash that hides it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson

from services.credits.domain.ledger import Facts, Posting, Reserve, TransactionKind


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that a transaction says; `entries` debit by positive amounts."""

    id: UUID
    kind: TransactionKind
    at: datetime
    school_id: UUID
    holder: str
    subject: UUID | None
    scope: str
    key: str
    request_sha256: bytes
    facts: Facts
    reservation_id: UUID | None = None
    reverses: UUID | None = None
    expires_on: date | None = None
    entries: tuple[tuple[UUID, int], ...] = ()
    claims: tuple[str, ...] = ()
    holds: tuple[tuple[UUID, int], ...] = ()
    until: datetime | None = None
    nonce: UUID = field(default_factory=lambda: UUID(bytes=os.urandom(16)))

    def canonical(self) -> bytes:
        """Return the record in one spelling: RFC 8785 over texts and whole numbers."""
        return _dump(self._members())

    def commitment(self) -> bytes:
        """Return SHA-256 over the secret nonce and the record: it tells nothing without them."""
        return commit(self.nonce, self.canonical())

    def _members(self) -> dict[str, Any]:
        return {
            "v": 1,
            "id": self.id,
            "kind": self.kind.value,
            "at": _utc(self.at),
            "school_id": self.school_id,
            "holder": self.holder,
            "subject": self.subject,
            "scope": self.scope,
            "key": self.key,
            "request_sha256": self.request_sha256.hex(),
            "facts": self.facts,
            "reservation_id": self.reservation_id,
            "reverses": self.reverses,
            "expires_on": self.expires_on,
            "entries": self.entries,
            "claims": sorted(self.claims),
            "holds": sorted(self.holds),
            "until": _utc(self.until) if self.until else None,
        }


def commit(nonce: UUID, canonical: bytes) -> bytes:
    """Return the commitment to a canonical record under its nonce."""
    return hashlib.sha256(nonce.bytes + canonical).digest()


def _dump(value: object) -> bytes:
    # The driver's UUIDs are a class of their own, which orjson does not know.
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest_request(*parts: object) -> bytes:
    """Return the hash of what was asked, by which a repeated key is told from another request."""
    return hashlib.sha256(_dump(parts)).digest()


def digest_posting(posting: Posting) -> bytes:
    """Return the hash of a posting without its key."""
    return digest_request(
        "post",
        posting.holder.number,
        posting.scope,
        posting.source,
        posting.credits_centi,
        sorted(posting.claims),
        [[each.label, each.max_centi] for each in posting.limits],
        posting.reservation_id,
        posting.expires_on,
        posting.facts,
    )


def digest_reserve(reserve: Reserve) -> bytes:
    """Return the hash of a reservation without its key."""
    holds: Sequence[object] = [[h.label, h.amount_centi, h.max_centi] for h in reserve.holds]
    return digest_request(
        "reserve",
        reserve.holder.number,
        reserve.scope,
        sorted(reserve.claims),
        _utc(reserve.expires_at),
        holds,
        reserve.facts,
    )
