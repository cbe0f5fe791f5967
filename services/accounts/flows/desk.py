"""What the flows of this room work with: made once in `app`, the same for every request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.accounts.adapters.passwords import Passwords
from services.accounts.domain.audit import Actor, FactValue, Note, chain
from services.accounts.flows.sign import Signer
from services.accounts.store import audits
from shared.db.session import Database, Tx
from shared.http.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Desk:
    """The room's keys, passwords, clock and database."""

    database: Database
    signer: Signer
    passwords: Passwords
    secret: str
    issuer: str
    clock: Clock


@dataclass(frozen=True, slots=True)
class Act:
    """One thing done to one object, to be told to the audit log."""

    action: str
    object_kind: str
    object_id: UUID
    object_org_id: UUID | None
    facts: Mapping[str, FactValue]


def act(action: str, object_id: UUID, *, of: UUID | None, **facts: Any) -> Act:
    """Return what was done (`client.created`) to an object of the organisation `of`."""
    return Act(action, action.partition(".")[0], object_id, of, facts)


def actor_of(caller: Caller) -> Actor:
    """Return the caller as the log names it."""
    return Actor(caller.subject, caller.kind, caller.org_id)


async def write_audit(tx: Tx, actor: Actor, acts: Sequence[Act], now: datetime) -> None:
    """Write what `actor` did, at the end of the flow and of the chain."""
    if not acts:
        return
    notes = [
        Note(
            id=new_id(),
            at=now,
            actor=actor,
            action=each.action,
            object_kind=each.object_kind,
            object_id=each.object_id,
            object_org_id=each.object_org_id,
            facts=each.facts,
        )
        for each in acts
    ]
    await audits.append(tx, chain(notes, await audits.lock_head(tx)))
