"""Links to a foreign identity provider, and sign-ins on their way there and back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.accounts.store.tables import identities, provider_visits
from shared.db.session import Tx


async def begin_visit(tx: Tx, state_sha256: bytes, *, now: datetime, until: datetime) -> None:
    """Remember a sign-in that has been sent to the provider; forget those that never came back."""
    await tx.execute(delete(provider_visits).where(provider_visits.c.expires_at <= now))
    await tx.execute(insert(provider_visits).values(state_sha256=state_sha256, expires_at=until))


async def end_visit(tx: Tx, state_sha256: bytes, now: datetime) -> bool:
    """Use a sign-in up; False where it was not begun here, came back before or too late."""
    query = delete(provider_visits).where(
        provider_visits.c.state_sha256 == state_sha256, provider_visits.c.expires_at > now
    )
    found = await tx.execute(query.returning(provider_visits.c.state_sha256))
    return found.one_or_none() is not None


async def find_person(tx: Tx, issuer: str, subject: str) -> UUID | None:
    """Return which person a subject of the provider is."""
    query = select(identities.c.person_id).where(
        identities.c.issuer == issuer, identities.c.subject == subject
    )
    return (await tx.execute(query)).scalar_one_or_none()


async def link(tx: Tx, person_id: UUID, *, issuer: str, subject: str, now: datetime) -> bool:
    """Link a subject to a person; False where it is linked already."""
    query = (
        upsert(identities)
        .values(issuer=issuer, subject=subject, person_id=person_id, created_at=now)
        .on_conflict_do_nothing()
        .returning(identities.c.person_id)
    )
    return (await tx.execute(query)).one_or_none() is not None
