"""The audit trail: each change tells the accounts room who did what, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from shared.db.session import Tx
from shared.events.outbox import Event, emit
from shared.http.caller import Caller
from shared.kernel.errors import Fact


async def record(
    tx: Tx,
    caller: Caller,
    action: str,
    *,
    subject_id: UUID,
    facts: Mapping[str, Fact] | None = None,
) -> None:
    """Write one audit event: `action` is `noun.verb`; `facts` hold no personal data."""
    payload = {"actor": str(caller.subject), "actor_kind": caller.kind, **(facts or {})}
    event = Event(f"audit.{action}", subject_id, caller.org_id, payload)
    await emit(tx, [event], to=["accounts"])


async def record_for(
    tx: Tx,
    person_id: UUID,
    action: str,
    *,
    subject_id: UUID,
    org_id: UUID,
    facts: Mapping[str, Fact],
) -> None:
    """Write one audit event about what follows from a person's act in another room."""
    payload = {"actor": str(person_id), "actor_kind": "person", **facts}
    await emit(tx, [Event(f"audit.{action}", subject_id, org_id, payload)], to=["accounts"])
