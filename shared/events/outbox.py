"""The outbox: an event is written in the transaction of its change and delivered at least once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.db.session import Tx
from shared.jobs.queue import put_on_queue
from shared.kernel.ids import new_id

DELIVER = "event.deliver"

_INSERT = text(
    "INSERT INTO outbox (id, kind, subject_id, org_id, payload)"
    " SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))"
    " AS r(id uuid, kind text, subject_id uuid, org_id uuid, payload jsonb)"
)


@dataclass(frozen=True, slots=True)
class Event:
    """One fact: what happened (`post.published`) to what, in which organisation."""

    kind: str
    subject_id: UUID
    org_id: UUID | None
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])
    id: UUID = field(default_factory=new_id)


async def emit(tx: Tx, events: Sequence[Event], *, to: Sequence[str]) -> None:
    """Write `events` and queue their delivery to the rooms `to`, all with the transaction."""
    if not events:
        return
    rows = [
        {
            "id": str(event.id),
            "kind": event.kind,
            "subject_id": str(event.subject_id),
            "org_id": str(event.org_id) if event.org_id else None,
            "payload": dict(event.payload),
        }
        for event in events
    ]
    await tx.execute(_INSERT, {"rows": orjson.dumps(rows, default=str).decode()})
    ids = [str(event.id) for event in events]
    notices = [
        orjson.dumps({"to": room, "ids": ids[i : i + 500]})
        for room in to
        for i in range(0, len(ids), 500)
    ]
    await put_on_queue(tx, DELIVER, notices)


_READ = text(
    "SELECT id, kind, subject_id, org_id, payload, created_at FROM outbox"
    " WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as the outbox keeps it."""

    event: Event
    created_at: datetime


async def read_events(tx: Tx, ids: Sequence[str]) -> list[StoredEvent]:
    """Return the events with these ids, oldest first."""
    rows = (await tx.execute(_READ, {"ids": list(ids)})).all()
    return [
        StoredEvent(
            Event(row.kind, row.subject_id, row.org_id, row.payload, row.id), row.created_at
        )
        for row in rows
    ]
