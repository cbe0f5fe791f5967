"""How a request reaches this room: its desk, its session, its address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Header, Request

from services.accounts.flows.desk import Desk
from shared.db.session import PLATFORM, Tx
from shared.http.caller import Caller
from shared.kernel.errors import ForbiddenError, NotFoundError, UnauthenticatedError


async def desk_of(request: Request) -> Desk:
    """Return the desk that `app` has set up."""
    return cast("Desk", request.app.state.desk)


AtDesk = Annotated[Desk, Depends(desk_of)]


async def signing_desk_of(request: Request) -> Desk:
    """Return the desk with its signing keys in memory; a parameter before the transaction's."""
    desk = await desk_of(request)
    await desk.signer.load()
    return desk


AtSigningDesk = Annotated[Desk, Depends(signing_desk_of)]


async def door_transaction(request: Request) -> AsyncIterator[Tx]:
    """Open the transaction of a request that has no caller yet, because this room finds out who.

    It reaches all rows: a login, a session or a client must be found before anyone is known to
    own it. Its routes look one row up by a secret and never list.
    """
    async with request.app.state.database.begin(PLATFORM) as tx:
        yield tx


DoorTx = Annotated[Tx, Depends(door_transaction, scope="function")]


async def session_token(authorization: Annotated[str, Header()] = "") -> str:
    """Return the session that `Authorization: Session …` carries."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "session" or not token.strip():
        raise UnauthenticatedError(reason="session_missing")
    return token.strip()


SessionToken = Annotated[str, Depends(session_token)]


async def address_of(request: Request) -> str:
    """Return the visitor's address, as the farthest proxy that we trust names it.

    Each proxy adds whom it heard at the end; what stands before the first stranger is the
    visitor's own words.
    """
    trusted: frozenset[str] = request.app.state.trusted_proxies
    address = request.client.host if request.client else "unknown"
    for named in reversed(request.headers.get("x-forwarded-for", "").split(",")):
        if address not in trusted or not named.strip():
            break
        address = named.strip()
    return address


Address = Annotated[str, Depends(address_of)]


def own_org(caller: Caller, asked: UUID | None = None) -> UUID:
    """Return the organisation that a request is about: the caller's; the operator may name any."""
    if asked is not None and (caller.is_platform or asked == caller.org_id):
        return asked
    if asked is not None:
        raise NotFoundError(org_id=str(asked))
    if caller.org_id is None:
        raise ForbiddenError(needs="organisation")
    return caller.org_id
