"""Signing in by a foreign identity provider, carried by the portal."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request, Response

from services.accounts.api.access import AtDesk
from services.accounts.api.sessions import show_session
from services.accounts.contract.sessions import DepartureOut, ProviderReturnIn, SessionOut
from services.accounts.domain.consent import NotAPersonError
from services.accounts.domain.identity import ProviderAbsentError
from services.accounts.flows.visit_provider import (
    ProviderDesk,
    come_back,
    depart,
    link_identity,
)
from shared.http.caller import Themselves
from shared.http.service import new_router

router = new_router("sessions")


async def provider_of(request: Request) -> ProviderDesk:
    """Return the provider that the operator has set up."""
    there = cast("ProviderDesk | None", request.app.state.provider)
    if there is None:
        raise ProviderAbsentError
    return there


There = Annotated[ProviderDesk, Depends(provider_of)]


@router.post("/sign-in/provider", status_code=201)
async def depart_to_provider(desk: AtDesk, there: There, response: Response) -> DepartureOut:
    """Begin a sign-in at the provider.

    The portal binds `state` to the visitor's browser (a cookie) and leads them to the address;
    without that binding a visitor could be signed in as somebody else.
    """
    departure = await depart(desk, there)
    response.headers["Cache-Control"] = "no-store"
    return DepartureOut(authorization_url=departure.authorization_url, state=departure.state)


@router.post("/sign-in/provider/callback", status_code=201)
async def return_from_provider(
    body: ProviderReturnIn, desk: AtDesk, there: There, response: Response
) -> SessionOut:
    """Open a session for the person who came back with the provider's code."""
    opened = await come_back(desk, there, code=body.code, state=body.state)
    return show_session(opened, response)


@router.put("/me/identity", status_code=204)
async def put_identity(
    body: ProviderReturnIn, caller: Themselves, desk: AtDesk, there: There
) -> None:
    """Link one's own account to whom the provider has recognised."""
    if caller.kind != "person":
        raise NotAPersonError(needs="person")
    await link_identity(desk, there, caller, code=body.code, state=body.state)
