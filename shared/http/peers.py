"""How rooms reach each other: the same HTTP in one process and across processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

import httpx
from joserfc.jwk import KeySet
from typing_extensions import override

from shared.kernel.errors import UnavailableError
from shared.kernel.secrets import derive_text

SERVICE_SCOPE = "service"
# A service token is renewed this long before it expires.
_RENEW_S = 60.0
_KEYS_S = 300.0


def service_client_id(room: str) -> str:
    """Return the name under which `room` asks for tokens."""
    return f"room:{room}"


def service_client_secret(secret: str, room: str) -> str:
    """Return the secret of `room` as a client; both ends derive it."""
    return derive_text(secret, f"service client {room}")


class ServiceAuth(httpx.Auth):
    """Signs a room's own requests with a short-lived token of client credentials."""

    requires_response_body = True

    def __init__(self, *, room: str, secret: str, accounts: httpx.AsyncClient) -> None:
        self._room = room
        self._secret = secret
        self._accounts = accounts
        self._token = ""
        self._until = 0.0
        self._lock = asyncio.Lock()

    @override
    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Add the room's token where the request does not carry a person's."""
        if "authorization" not in request.headers:
            request.headers["authorization"] = f"Bearer {await self._fresh_token()}"
        yield request

    async def _fresh_token(self) -> str:
        async with self._lock:
            if time.time() >= self._until:
                answer = await self._accounts.post(
                    "/oauth/token",
                    data={
                        "grant_type": "client_credentials",
                        "client_id": service_client_id(self._room),
                        "client_secret": service_client_secret(self._secret, self._room),
                    },
                )
                answer.raise_for_status()
                body = answer.json()
                self._token = str(body["access_token"])
                self._until = time.time() + float(body["expires_in"]) - _RENEW_S
            return self._token


class RemoteKeys:
    """The accounts room's public keys, fetched and kept for five minutes."""

    def __init__(self, accounts: Callable[[], httpx.AsyncClient]) -> None:
        self._accounts = accounts
        self._keys: KeySet | None = None
        self._until = 0.0
        self._fetched = 0.0

    async def __call__(self, fetch: bool) -> KeySet:  # noqa: FBT001 - the protocol of KeySource
        """Return the keys; `fetch` asks for new ones, at most once a second."""
        now = time.monotonic()
        stale = self._keys is None or now > self._until or (fetch and now > self._fetched + 1)
        if stale or self._keys is None:
            self._keys = await self._fetch()
            self._until = now + _KEYS_S
            self._fetched = now
        return self._keys

    async def _fetch(self) -> KeySet:
        try:
            answer = await self._accounts().get("/.well-known/jwks.json")
            answer.raise_for_status()
        except httpx.HTTPError as error:
            if self._keys is not None:
                return self._keys  # known keys hold while the accounts room is away
            raise UnavailableError(part="accounts", retry_after_s=1) from error
        return KeySet.import_key_set(answer.json())


class Peers(Mapping[str, httpx.AsyncClient]):
    """One client per room, made when first asked for: in process, or to the room's own URL.

    `apps` is filled while the platform is put together, so a room may hold its peers before
    they exist.
    """

    def __init__(self, *, room: str, secret: str, urls: Mapping[str, str]) -> None:
        self._room = room
        self._secret = secret
        self._urls = urls
        self._clients: dict[str, httpx.AsyncClient] = {}
        self.apps: dict[str, Any] = {}

    @override
    def __getitem__(self, room: str) -> httpx.AsyncClient:
        client = self._clients.get(room)
        if client is None:
            client = self._bare(room)
            client.auth = ServiceAuth(
                room=self._room, secret=self._secret, accounts=self.anonymous("accounts")
            )
            self._clients[room] = client
        return client

    @override
    def __iter__(self) -> Any:
        return iter({*self.apps, *self._urls})

    @override
    def __len__(self) -> int:
        return len({*self.apps, *self._urls})

    def anonymous(self, room: str) -> httpx.AsyncClient:
        """Return a client that adds no token of its own."""
        name = f"{room} anonymous"
        if name not in self._clients:
            self._clients[name] = self._bare(room)
        return self._clients[name]

    def anonymous_later(self, room: str) -> Callable[[], httpx.AsyncClient]:
        """Return `anonymous` for a room that is still being put together."""
        return lambda: self.anonymous(room)

    def _bare(self, room: str) -> httpx.AsyncClient:
        if room in self._urls:
            return httpx.AsyncClient(base_url=self._urls[room], timeout=30)
        transport = httpx.ASGITransport(app=self.apps[room])
        return httpx.AsyncClient(transport=transport, base_url=f"http://{room}", timeout=60)

    async def close(self) -> None:
        """Close every client."""
        for client in self._clients.values():
            await client.aclose()
