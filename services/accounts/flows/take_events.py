"""Events of other rooms, written into the audit log."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.accounts.contract.events import ACTOR, ACTOR_KIND, AUDIT, OBJECT_ORG
from services.accounts.domain.audit import Actor
from services.accounts.flows.desk import Act, write_audit
from shared.db.session import Tx
from shared.events.inbox import EventIn

_MEMBERS = frozenset({ACTOR, ACTOR_KIND, OBJECT_ORG})
_ACTION_CHARS_MAX = 80
_KIND_CHARS_MAX = 40


async def take_event(tx: Tx, event: EventIn) -> None:
    """Write one event of another room into the log, at the time when it happened there."""
    action = event.kind.removeprefix(AUDIT)[:_ACTION_CHARS_MAX]
    told = event.payload
    actor = Actor(
        id=_id_of(told.get(ACTOR)),
        kind=str(told.get(ACTOR_KIND) or "service")[:16],
        org_id=event.org_id,
    )
    # Only an `audit.*` event is written for this log; of others the payload is not ours to keep.
    facts = told if event.kind.startswith(AUDIT) else {}
    done = Act(
        action=action,
        object_kind=action.partition(".")[0][:_KIND_CHARS_MAX],
        object_id=event.subject_id,
        object_org_id=_id_of(told.get(OBJECT_ORG)) or event.org_id,
        facts={
            **{name: value for name, value in facts.items() if name not in _MEMBERS},
            "room": event.source,
            "event": str(event.id),
        },
    )
    await write_audit(tx, actor, [done], event.created_at)


def _id_of(value: Any) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None
