"""Sessions and sign-in attempts, as stored: hashes only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete as remove
from sqlalchemy import insert, select, text, update

from services.accounts.domain.session import ATTEMPT_WINDOW, Attempts, Session
from services.accounts.store.rows import columns, from_row, to_row
from services.accounts.store.tables import attempts, sessions
from shared.db.session import Tx

_SESSION = columns(sessions, Session)

# An ended session is kept for a while: the audit log names it.
_KEPT = timedelta(days=30)
_SWEEP_ATTEMPTS = text(
    "DELETE FROM attempts WHERE key_sha256 IN (SELECT key_sha256 FROM attempts"
    " WHERE window_until <= :now ORDER BY window_until LIMIT 20 FOR UPDATE SKIP LOCKED)"
)
_SWEEP_SESSIONS = text(
    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions"
    " WHERE expires_at <= :now ORDER BY expires_at LIMIT 20 FOR UPDATE SKIP LOCKED)"
)


async def add(tx: Tx, session: Session, token_sha256: bytes) -> None:
    """Write a new session under the hash of its token."""
    await tx.execute(insert(sessions).values(**to_row(session), token_sha256=token_sha256))


async def find(tx: Tx, token_sha256: bytes) -> Session | None:
    """Return the session whose token has this hash."""
    query = select(*_SESSION).where(sessions.c.token_sha256 == token_sha256)
    row = (await tx.execute(query)).mappings().one_or_none()
    return from_row(Session, row) if row else None


async def end(tx: Tx, session_id: UUID, now: datetime) -> None:
    """End one session."""
    await tx.execute(update(sessions).where(sessions.c.id == session_id).values(ended_at=now))


async def end_all(tx: Tx, person_id: UUID, now: datetime, *, but: UUID | None = None) -> None:
    """End every session of a person, except one that may go on."""
    query = update(sessions).where(sessions.c.person_id == person_id, sessions.c.ended_at.is_(None))
    if but is not None:
        query = query.where(sessions.c.id != but)
    await tx.execute(query.values(ended_at=now))


# Counted before the password is looked at, so that parallel guesses count too.
_COUNT = text(
    "INSERT INTO attempts (key_sha256, count, window_until)"
    " VALUES (:key, 1, CAST(:until AS timestamptz))"
    " ON CONFLICT (key_sha256) DO UPDATE SET"
    " count = CASE WHEN attempts.window_until <= :now THEN 1 ELSE attempts.count + 1 END,"
    " window_until = CASE WHEN attempts.window_until <= :now THEN EXCLUDED.window_until"
    " ELSE attempts.window_until END"
    " RETURNING count AS tried, window_until"
)


async def count_attempts(tx: Tx, keys: Mapping[bytes, int], now: datetime) -> list[Attempts]:
    """Count one attempt under each key (with its limit) and return where each stands."""
    counted: list[Attempts] = []
    # Two keys, always locked in the same order.
    for key in sorted(keys):
        row = (
            await tx.execute(_COUNT, {"key": key, "until": now + ATTEMPT_WINDOW, "now": now})
        ).one()
        counted.append(Attempts(row.tried, keys[key], row.window_until))
    return counted


async def forgive(tx: Tx, *, login: bytes, address: bytes) -> None:
    """Forget the attempts on an account after it was opened; give its own back to the address."""
    await tx.execute(remove(attempts).where(attempts.c.key_sha256 == login))
    await tx.execute(
        update(attempts)
        .where(attempts.c.key_sha256 == address, attempts.c.count > 0)
        .values(count=attempts.c.count - 1)
    )


async def sweep(tx: Tx, now: datetime) -> None:
    """Remove some windows and sessions that are over; rows that others hold are left to them."""
    await tx.execute(_SWEEP_ATTEMPTS, {"now": now})
    await tx.execute(_SWEEP_SESSIONS, {"now": now - _KEPT})
