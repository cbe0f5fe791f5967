"""A consent to share data taken back: the host sees it no longer, the trail of it stays."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.internships.domain.placement import (
    PlacementState,
    SharingNotAskedError,
    require_placement,
)
from services.internships.store import sharing
from services.internships.store.placements import change_placement
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record, record_for
from shared.events.inbox import EventIn
from shared.http.caller import Caller

_SHARED = (
    PlacementState.ACCEPTED,
    PlacementState.STARTED,
    PlacementState.ASSESSED,
    PlacementState.ENDED,
    PlacementState.CANCELLED,
)


async def take_withdrawal(tx: Tx, event: EventIn) -> None:
    """End the sharing of one student's data with one host, as accounts was told.

    Placements stay: whether one can go on without the host's knowledge is for the school to say.
    Applications that still stand are withdrawn: an enterprise cannot choose whom it may not know.
    """
    told = event.payload
    if told["purpose"] != "share_with_host" or not told["member_ref"] or event.org_id is None:
        return
    at = datetime.fromisoformat(told["withdrawn_at"])
    whose = sharing.Shared(event.org_id, told["member_ref"], UUID(told["to_org_id"]))
    ended = [
        *(("placement", row) for row in await sharing.hide_placements(tx, whose, at)),
        *(("choice", row) for row in await sharing.hide_choices(tx, whose, at)),
    ]
    for noun, row in ended:
        consent = str(event.subject_id)
        facts = {"of": noun, "enterprise_id": told["to_org_id"], "consent_id": consent}
        await record_for(
            tx,
            UUID(told["person_id"]),
            "consent.sharing_ended",
            subject_id=row["id"],
            org_id=event.org_id,
            facts=facts,
        )


async def stop_sharing(tx: Tx, caller: Caller, placement: Row, *, now: datetime) -> Row:
    """Take back one's own consent for one placement; twice changes nothing."""
    _require_host(placement)
    if placement["share_consented_at"] is None:
        return placement
    facts = {"enterprise_id": str(placement["enterprise_id"]), "of": "placement"}
    await record(tx, caller, "consent.withdrawn", subject_id=placement["id"], facts=facts)
    changes = {"share_consented_at": None, "share_withdrawn_at": now}
    return await change_placement(tx, placement["id"], changes)


async def share_again(tx: Tx, caller: Caller, placement: Row, *, now: datetime) -> Row:
    """Consent anew that one's data reach the host of a placement."""
    _require_host(placement)
    require_placement(placement, *_SHARED)
    if placement["share_consented_at"] is not None:
        return placement
    facts = {"enterprise_id": str(placement["enterprise_id"]), "share_consent": True}
    await record(tx, caller, "consent.given", subject_id=placement["id"], facts=facts)
    changes = {"share_consented_at": now, "share_withdrawn_at": None}
    return await change_placement(tx, placement["id"], changes)


async def hide_choice(tx: Tx, caller: Caller, choice: Row, *, now: datetime) -> Row:
    """Take back one's own consent for one application, which ends with it."""
    if choice["consent_withdrawn_at"] is not None:
        return choice
    facts = {"enterprise_id": str(choice["enterprise_id"]), "of": "choice"}
    await record(tx, caller, "consent.withdrawn", subject_id=choice["id"], facts=facts)
    return await sharing.hide_choice(tx, choice["id"], now)


def _require_host(placement: Row) -> None:
    if placement["enterprise_id"] is None:
        raise SharingNotAskedError
