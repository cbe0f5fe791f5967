"""Sign-in, tokens and sign-out of people."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Response

from services.accounts.api.access import Address, AtDesk, AtSigningDesk, DoorTx, SessionToken
from services.accounts.contract.sessions import (
    ActivationIn,
    MembershipBrief,
    PersonBrief,
    PersonTokenOut,
    SessionOut,
    SignInIn,
    TokenIn,
)
from services.accounts.domain.token import ACCESS_LIFE, BEARER
from services.accounts.flows.issue_token import PersonToken, issue_person_token
from services.accounts.flows.sign_in import OpenedSession, activate, sign_in, sign_out
from shared.http.service import new_router

router = new_router("sessions")


@router.post("/sessions", status_code=201)
async def create_session(
    body: SignInIn, desk: AtDesk, address: Address, response: Response
) -> SessionOut:
    """Sign in with an account name and a password."""
    opened = await sign_in(desk, login=body.login, password=body.password, address=address)
    return show_session(opened, response)


@router.post("/sign-in/activation", status_code=201)
async def activate_account(
    body: ActivationIn, desk: AtDesk, address: Address, response: Response
) -> SessionOut:
    """Sign in once with the code of a new account, and set its password."""
    opened = await activate(
        desk, login=body.login, code=body.code, password=body.password, address=address
    )
    return show_session(opened, response)


@router.post("/sessions/token")
async def create_session_token(
    token: SessionToken,
    desk: AtSigningDesk,
    tx: DoorTx,
    response: Response,
    body: Annotated[TokenIn | None, Body()] = None,
) -> PersonTokenOut:
    """Exchange a session (`Authorization: Session …`) for a short-lived access token."""
    org_id = body.org_id if body else None
    made = await issue_person_token(desk, tx, session_token=token, org_id=org_id)
    response.headers["Cache-Control"] = "no-store"
    return _show_token(made)


@router.delete("/sessions/current", status_code=204)
async def end_session(token: SessionToken, desk: AtDesk, tx: DoorTx) -> None:
    """Sign out: end the session that `Authorization: Session …` carries."""
    await sign_out(desk, tx, token)


def show_session(opened: OpenedSession, response: Response) -> SessionOut:
    """Return a new session as it is answered, once and uncached."""
    response.headers["Cache-Control"] = "no-store"
    return SessionOut(session=opened.token, expires_at=opened.expires_at, csrf=opened.csrf)


def _show_token(made: PersonToken) -> PersonTokenOut:
    return PersonTokenOut(
        access_token=made.access_token,
        token_type=BEARER,
        expires_in=int(ACCESS_LIFE.total_seconds()),
        person=PersonBrief(id=made.person.id, name=made.person.name),
        memberships=[
            MembershipBrief(
                org_id=each.org_id,
                org_name=made.organisations[each.org_id].name,
                org_kind=made.organisations[each.org_id].kind,
                roles=list(each.roles),
            )
            for each in made.memberships
        ],
        org_id=made.grant.org_id,
        roles=sorted(made.grant.roles),
        scope=" ".join(sorted(made.grant.scopes)),
        csrf=made.csrf,
    )
