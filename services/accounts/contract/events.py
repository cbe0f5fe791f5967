"""Events that other rooms send to the audit log, and how each becomes an entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.events.outbox import Event
from shared.http.caller import Caller

AUDIT = "audit."
# Members of the payload that say who and whose; every other member is a fact.
ACTOR = "actor"
ACTOR_KIND = "actor_kind"
OBJECT_ORG = "object_org_id"


def audit_event(
    caller: Caller,
    action: str,
    subject_id: UUID,
    *,
    object_org_id: UUID | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Event:
    """Return the event that tells the log what `caller` did: `emit(tx, [event], to=["accounts"])`.

    `action` is `noun.verb` (`placement.read`); `object_org_id` is whose data it was, so that
    they find the entry in their log too. Facts are numbers, switches, ids and codes: text that
    could name a person is withheld by the log.
    """
    payload: dict[str, Any] = {
        **(facts or {}),
        ACTOR: str(caller.subject),
        ACTOR_KIND: caller.kind,
        OBJECT_ORG: str(object_org_id) if object_org_id else None,
    }
    return Event(f"{AUDIT}{action}", subject_id, caller.org_id, payload)
