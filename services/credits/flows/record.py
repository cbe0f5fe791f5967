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
