"""Sends each request to its room: a direct call in one process, a proxy to another."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from starlette.requests import Request

from gateway.edge.addresses import Addresses
from gateway.edge.limits import Limiter
from shared.http.caller import Verifier
from shared.http.observe import ASGIApp, ASGIScope, Message, Receive, Send
from shared.http.problems import problem_response
from shared.kernel.errors import DomainError, NotFoundError, UnauthenticatedError

# Writing without signing in: how one signs in; what is sent to be verified, of which nothing is
# kept; and another log's checkpoint, which its own signature carries.
_OPEN_WRITES = frozenset(
    {
        "/v1/credentials/verifications",
        "/v1/ledger/witness/add-checkpoint",
        "/v1/sessions",
        "/v1/sessions/token",
        "/v1/sessions/current",
        "/v1/sign-in/activation",
        "/v1/sign-in/provider",
        "/v1/sign-in/provider/callback",
        "/oauth/token",
        "/oauth/authorize",
    }
)
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Dispatch:
    """The edge of the platform as one ASGI application.

    1. Name the caller by its token; a token that does not hold ends here.
    2. Take one request from the caller's quota.
    3. Refuse a write without a caller, except where one signs in.
    4. Call the room that owns the address; every other address belongs to `pages`.
    """

    def __init__(
        self,
        *,
        addresses: Addresses,
        rooms: Mapping[str, ASGIApp],
        pages: ASGIApp,
        verifier: Verifier,
        limiter: Limiter,
    ) -> None:
        self._addresses = addresses
        self._rooms = rooms
        self._pages = pages
        self._verifier = verifier
        self._limiter = limiter

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            return
        room = self._addresses.room_of(scope["path"])
        if room is None:
            await self._pages(scope, receive, send)
            return
        try:
            headers = await self._admit(scope)
        except DomainError as error:
            await problem_response(error, Request(scope))(scope, receive, send)
            return

        async def send_with_quota(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        await self._rooms[room](scope, receive, send_with_quota)

    async def _admit(self, scope: ASGIScope) -> list[tuple[bytes, bytes]]:
        path: str = scope["path"]
        if path.startswith("/v1/events/"):
            raise NotFoundError  # between rooms only, never through the public door
        caller = await self._caller(scope)
        if caller is None and scope["method"] not in _READS and path not in _OPEN_WRITES:
            raise UnauthenticatedError
        client = scope.get("client")
        return self._limiter.take(caller or (client[0] if client else "unknown"))

    async def _caller(self, scope: ASGIScope) -> str | None:
        for name, value in scope["headers"]:
            if name == b"authorization" and value[:7].lower() == b"bearer ":
                caller = await self._verifier.verify(value[7:].decode("latin-1").strip())
                structlog.contextvars.bind_contextvars(caller=str(caller.subject))
                return str(caller.subject)
        return None
