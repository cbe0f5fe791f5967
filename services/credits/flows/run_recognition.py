"""What recognition does again and again in the worker: deadlines, notices, waiting placements."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.credits.adapters.organisations import AccountsRoom
from services.credits.flows.credit_desk import CreditDesk
from services.credits.flows.grade_internships import take_assessed
from services.credits.flows.keep_keys import Issuing
from services.credits.flows.settle_applications import settle_due
from services.credits.store.notices import remove_ended
from services.internships.contract.events import PLACEMENT_ASSESSED
from shared.db.session import PLATFORM, Tx
from shared.events.inbox import EventIn, Handler
from shared.jobs.routine import Routine
from shared.kernel.clock import Clock
from shared.room import Parts

_SETTLE_EVERY_S = 30.0
_NOBODY = UUID(int=0)


def recognition_routines(parts: Parts) -> Sequence[Routine]:
    """Return the routine that carries out deadlines of every school."""
    organisations = AccountsRoom(parts.peers)
    issuing = Issuing(parts.settings.secret, parts.settings.public_url)

    async def settle() -> None:
        now = parts.clock()
        async with parts.database.begin(PLATFORM) as tx:
            desk = CreditDesk(tx, None, _NOBODY, organisations, issuing, now)
            await settle_due(desk, school_id=None)
            await remove_ended(tx, now)

    return (Routine("credits.deadlines", _SETTLE_EVERY_S, settle),)


def event_handlers(clock: Clock) -> dict[str, Handler]:
    """Return what the room does with other rooms' facts."""

    async def on_assessed(tx: Tx, event: EventIn) -> None:
        await take_assessed(tx, event, now=clock())

    return {PLACEMENT_ASSESSED: on_assessed}
