"""How a request comes to its desk: transaction, caller, the accounts room, the clock."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import Depends, Request, Security

from services.internships.adapters.organisations import AccountsRoom, OrganisationSource
from services.internships.flows.post_desk import Desk
from shared.db.session import Tx
from shared.http.caller import Caller, caller_with_scopes
from shared.http.route import InTx

PostWriter = Annotated[Caller, Security(caller_with_scopes, scopes=["posts:write"])]
EnterpriseKeeper = Annotated[Caller, Security(caller_with_scopes, scopes=["enterprise:manage"])]
HostKeeper = Annotated[Caller, Security(caller_with_scopes, scopes=["hosts:write"])]


def desk_of(request: Request, tx: Tx, caller: Caller) -> Desk:
    """Return the desk of one request."""
    state: Any = request.app.state
    known = cast("OrganisationSource | None", getattr(state, "organisations", None))
    source = known or AccountsRoom(state.peers)
    return Desk(tx=tx, caller=caller, organisations=source, now=state.clock())


async def _post_desk(request: Request, tx: InTx, caller: PostWriter) -> Desk:
    return desk_of(request, tx, caller)


async def _enterprise_desk(request: Request, tx: InTx, caller: EnterpriseKeeper) -> Desk:
    return desk_of(request, tx, caller)


async def _host_desk(request: Request, tx: InTx, caller: HostKeeper) -> Desk:
    return desk_of(request, tx, caller)


AtPostDesk = Annotated[Desk, Depends(_post_desk, scope="function")]
AtEnterpriseDesk = Annotated[Desk, Depends(_enterprise_desk, scope="function")]
AtHostDesk = Annotated[Desk, Depends(_host_desk, scope="function")]
