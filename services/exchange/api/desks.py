"""How a request comes to its desk: transaction, caller, the accounts room, the clock."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Security

from services.accounts.contract.client import Accounts, AccountsClient
from services.exchange.flows.desk import Desk
from shared.db.session import Tx
from shared.http.caller import Caller, caller_with_scopes
from shared.http.route import InTx

NoticeWriter = Annotated[Caller, Security(caller_with_scopes, scopes=["notices:write"])]
NoticeRegistrar = Annotated[Caller, Security(caller_with_scopes, scopes=["notices:register"])]


def accounts_of(request: Request) -> Accounts:
    """Return the accounts room as this room reaches it."""
    return AccountsClient(request.app.state.peers["accounts"])


def desk_of(request: Request, tx: Tx, caller: Caller) -> Desk:
    """Return the desk of one request."""
    state: Any = request.app.state
    return Desk(tx=tx, caller=caller, accounts=accounts_of(request), now=state.clock())


async def _notice_desk(request: Request, tx: InTx, caller: NoticeWriter) -> Desk:
    return desk_of(request, tx, caller)


async def _registry_desk(request: Request, tx: InTx, caller: NoticeRegistrar) -> Desk:
    return desk_of(request, tx, caller)


ToAccounts = Annotated[Accounts, Depends(accounts_of)]
AtNoticeDesk = Annotated[Desk, Depends(_notice_desk, scope="function")]
AtRegistryDesk = Annotated[Desk, Depends(_registry_desk, scope="function")]
