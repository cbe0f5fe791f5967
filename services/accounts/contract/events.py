"""Events between accounts and the other rooms: what they send to the audit log, what they hear.

`consent.withdrawn` goes to internships. `subject_id` is the consent, `org_id` the person's home
organisation; the payload: `purpose`, `to_org_id` (who must forget), `person_id`, `member_ref`
(`member_ref(home organisation, number there)`, null where the person has none), `withdrawn_at`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.events.outbox import Event
from shared.http.caller import Caller

AUDIT = "audit."
CONSENT_WITHDRAWN = "consent.withdrawn"
# Members of the payload that say who and whose; every other member is a fact.
ACTOR = "actor"
ACTOR_KIND = "actor_kind"
OBJECT_ORG = "object_org_id"


def member_ref(org_id: UUID | str, member_no: str) -> str:
    """Return the sign of a member that any room with the organisation's roster can work out.

    A pseudonym, not a secret: whoever has the organisation's list of numbers can reverse it.

    >>> member_ref("018f0000-0000-7000-8000-000000000001", "20240001")[:8]
    '6b555554'
    """
    return hashlib.sha256(f"{org_id}:{member_no}".encode()).hexdigest()


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
