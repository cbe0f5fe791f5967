"""Consents, as stored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update

from services.accounts.domain.consent import Consent
from services.accounts.store.rows import columns, from_row, to_row
from services.accounts.store.tables import consents
from shared.db.session import Tx

_CONSENT = columns(consents, Consent)


async def add(tx: Tx, consent: Consent) -> None:
    """Write a new consent."""
    await tx.execute(insert(consents).values(to_row(consent)))


async def find(tx: Tx, person_id: UUID, consent_id: UUID) -> Consent | None:
    """Return one consent of one person."""
    query = select(*_CONSENT).where(consents.c.id == consent_id, consents.c.person_id == person_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return from_row(Consent, row) if row else None


async def standing(
    tx: Tx, people: Collection[UUID], purposes: Collection[str]
) -> Sequence[Consent]:
    """Return the consents of these people for these purposes that are not withdrawn."""
    query = select(*_CONSENT).where(
        consents.c.person_id.in_(people),
        consents.c.purpose.in_(purposes),
        consents.c.withdrawn_at.is_(None),
    )
    return [from_row(Consent, row) for row in (await tx.execute(query)).mappings()]


async def list_of(tx: Tx, person_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Consent]:
    """Return a person's consents, oldest first, one more than `limit`."""
    query = select(*_CONSENT).where(consents.c.person_id == person_id)
    if after is not None:
        query = query.where(consents.c.id > after)
    rows = (await tx.execute(query.order_by(consents.c.id).limit(limit + 1))).mappings()
    return [from_row(Consent, row) for row in rows]


async def withdraw(tx: Tx, consent_id: UUID, now: datetime) -> None:
    """Note that a consent is withdrawn; the row stays as the proof that it was given."""
    query = update(consents).where(consents.c.id == consent_id, consents.c.withdrawn_at.is_(None))
    await tx.execute(query.values(withdrawn_at=now))
