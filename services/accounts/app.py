"""Builds the accounts room."""

from __future__ import annotations

from services.accounts.adapters.passwords import Passwords
from services.accounts.api import (
    audits,
    clients,
    consents,
    oauth,
    organisations,
    people,
    sessions,
    verifications,
)
from services.accounts.flows.desk import Desk
from services.accounts.flows.sign import Signer
from services.accounts.flows.take_events import take_event
from services.accounts.settings import AccountsSettings
from shared.events.inbox import events_router
from shared.http.service import Room, build_service
from shared.room import Parts, RoomApp

ROOM = "accounts"


def build(parts: Parts) -> RoomApp:
    """Return the accounts room, as the environment sets it."""
    return build_accounts(parts, AccountsSettings())


def build_accounts(parts: Parts, settings: AccountsSettings) -> RoomApp:
    """Return the accounts room with these settings."""
    room = Room(
        name=ROOM,
        title="产教通 · 单位与身份 / Accounts",
        settings=parts.settings,
        database=parts.database,
        routers=[
            sessions.router,
            oauth.router,
            organisations.router,
            people.router,
            clients.router,
            verifications.router,
            consents.router,
            audits.router,
            events_router(ROOM, {"*": take_event}),
        ],
        keys=parts.keys,
        peers=parts.peers,
        clock=parts.clock,
        extras={
            "desk": make_desk(parts),
            "trusted_proxies": frozenset(settings.trusted_proxies.split(",")),
        },
    )
    return RoomApp(app=build_service(room))


def make_desk(parts: Parts) -> Desk:
    """Return what the flows of this room work with."""
    secret, issuer = parts.settings.secret, parts.settings.public_url
    return Desk(
        database=parts.database,
        signer=Signer(parts.database, secret=secret, issuer=issuer, clock=parts.clock),
        passwords=Passwords(),
        secret=secret,
        issuer=issuer,
        clock=parts.clock,
    )
