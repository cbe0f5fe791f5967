"""Builds the accounts room."""

from __future__ import annotations

import httpx

from services.accounts.adapters.identity_provider import (
    IdentityProvider,
    OpenHttp,
    ProviderAccount,
)
from services.accounts.adapters.passwords import Passwords
from services.accounts.api import (
    audits,
    clients,
    consents,
    evidence,
    oauth,
    organisations,
    people,
    providers,
    sessions,
    verifications,
)
from services.accounts.flows.desk import Desk
from services.accounts.flows.sign import Signer
from services.accounts.flows.take_events import take_event
from services.accounts.flows.visit_provider import ProviderDesk
from services.accounts.settings import AccountsSettings
from shared.events.inbox import events_router
from shared.files import FolderStore
from shared.http.service import Room, build_service
from shared.room import Parts, RoomApp

ROOM = "accounts"


_PROVIDER_S = 10.0
# The portal's page to which the foreign provider sends people back.
_CALLBACK = "/sign-in/provider/callback"


def build(parts: Parts) -> RoomApp:
    """Return the accounts room, as the environment sets it."""
    return build_accounts(parts, AccountsSettings(), _open_http)


def build_accounts(parts: Parts, settings: AccountsSettings, open_http: OpenHttp) -> RoomApp:
    """Return the accounts room with these settings; `open_http` reaches the foreign provider."""
    room = Room(
        name=ROOM,
        title="产教通 · 单位与身份 / Accounts",
        settings=parts.settings,
        database=parts.database,
        routers=[
            sessions.router,
            providers.router,
            oauth.router,
            organisations.router,
            people.router,
            clients.router,
            verifications.router,
            evidence.router,
            consents.router,
            audits.router,
            events_router(ROOM, {"*": take_event}),
        ],
        keys=parts.keys,
        peers=parts.peers,
        clock=parts.clock,
        extras={
            "desk": make_desk(parts),
            # A folder of the room's own: another room's uploads cannot be named from here.
            "files": FolderStore(parts.settings.data / "files" / ROOM),
            "provider": _make_provider(parts, settings, open_http),
            "trusted_proxies": frozenset(settings.trusted_proxies.split(",")),
        },
    )
    return RoomApp(app=build_service(room))


def _open_http() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=_PROVIDER_S, follow_redirects=False)


def _make_provider(
    parts: Parts, settings: AccountsSettings, open_http: OpenHttp
) -> ProviderDesk | None:
    if settings.oidc_issuer is None:
        return None
    account = ProviderAccount(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        redirect_uri=f"{parts.settings.public_url}{_CALLBACK}",
    )
    return ProviderDesk(IdentityProvider(account, open_http), settings.oidc_login_claim)


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
