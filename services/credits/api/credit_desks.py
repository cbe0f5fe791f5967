"""The means of a request about recognition."""

from __future__ import annotations

from fastapi import Request

from services.credits.api.callers import school_of
from services.credits.flows.credit_desk import CreditDesk
from shared.db.session import Tx
from shared.http.caller import Caller


def desk_of(request: Request, tx: Tx, caller: Caller) -> CreditDesk:
    """Return the desk of the caller's school."""
    state = request.app.state
    return CreditDesk(
        tx=tx,
        caller=caller,
        school_id=school_of(caller),
        organisations=state.organisations,
        issuing=state.issuing,
        now=state.clock(),
    )
