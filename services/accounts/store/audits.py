"""The audit log, as stored: written behind one lock, read by whom it concerns, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, or_, select, update

from services.accounts.domain.audit import Entry, Head
from services.accounts.store.rows import columns, from_row, to_row
from services.accounts.store.tables import audit, audit_head
from shared.db.session import Tx

_ENTRY = columns(audit, Entry)


async def lock_head(tx: Tx) -> Head:
    """Return the end of the chain and keep it for this transaction: writers stand in line.

    The line ends with the transaction, so a flow writes its audit last.
    """
    query = select(audit_head.c.seq, audit_head.c.hash).with_for_update()
    row = (await tx.execute(query)).one()
    return Head(row.seq, bytes(row.hash))


async def read_head(tx: Tx) -> Head:
    """Return the end of the chain as it is now."""
    row = (await tx.execute(select(audit_head.c.seq, audit_head.c.hash))).one()
    return Head(row.seq, bytes(row.hash))


async def append(tx: Tx, entries: Sequence[Entry]) -> None:
    """Write entries that continue the locked head, and move the head to the last of them."""
    await tx.execute(insert(audit), [to_row(entry) for entry in entries])
    await tx.execute(update(audit_head).values(seq=entries[-1].seq, hash=entries[-1].hash))


async def read_between(tx: Tx, *, after: int, last: int, limit: int) -> Sequence[Entry]:
    """Return the next entries of the chain behind `after`, none behind `last`."""
    query = select(*_ENTRY).where(audit.c.seq > after, audit.c.seq <= last)
    rows = (await tx.execute(query.order_by(audit.c.seq).limit(limit))).mappings()
    return [from_row(Entry, row) for row in rows]


async def list_newest(
    tx: Tx, *, org_id: UUID | None, action: str | None, before: int | None, limit: int
) -> Sequence[Entry]:
    """Return entries by or about an organisation (all where None), newest first, one more."""
    query = select(*_ENTRY)
    if org_id is not None:
        query = query.where(or_(audit.c.org_id == org_id, audit.c.object_org_id == org_id))
    if action:
        query = query.where(audit.c.action.startswith(action, autoescape=True))
    if before is not None:
        query = query.where(audit.c.seq < before)
    query = query.order_by(audit.c.seq.desc()).limit(limit + 1)
    return [from_row(Entry, row) for row in (await tx.execute(query)).mappings()]
