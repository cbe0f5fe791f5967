"""Streams requests to a room that runs as a process of its own."""

from __future__ import annotations

import aiohttp
from starlette.requests import Request
from yarl import URL

from shared.http.observe import ASGIScope, Receive, Send
from shared.http.problems import problem_response
from shared.kernel.errors import UnavailableError

# Hop-by-hop fields belong to one connection (RFC 9110, 7.6.1).
_HOP = frozenset(
    {b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"host"}
)
_FORWARDED = b"x-forwarded-for"
_ANSWER_S = 120.0
_CONNECT_S = 3.0


class Proxy:
    """One remote room as an ASGI application (aiohttp: httpx costs ten times as much here)."""

    def __init__(self, *, room: str, url: str) -> None:
        self._room = room
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Forward one request and stream its answer back."""
        started = False
        try:
            async with self._open().request(
                scope["method"],
                self._target(scope),
                headers=_forwarded(scope),
                data=await _body(receive),
                allow_redirects=False,
                auto_decompress=False,
            ) as answer:
                headers = [
                    (name.lower(), value)
                    for name, value in answer.raw_headers
                    if name.lower() not in _HOP
                ]
                started = True
                await send(
                    {"type": "http.response.start", "status": answer.status, "headers": headers}
                )
                async for chunk in answer.content.iter_chunked(65536):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except (aiohttp.ClientError, TimeoutError) as error:
            if started:
                raise
            problem = UnavailableError(part=self._room, retry_after_s=1)
            problem.__cause__ = error
            await problem_response(problem, Request(scope))(scope, receive, send)

    async def close(self) -> None:
        """Close the connections to the room."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=_ANSWER_S, sock_connect=_CONNECT_S),
                connector=aiohttp.TCPConnector(limit=256),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    def _target(self, scope: ASGIScope) -> URL:
        query: bytes = scope["query_string"]
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        text = self._url + raw.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
        return URL(text, encoded=True)


def _forwarded(scope: ASGIScope) -> list[tuple[str, str]]:
    request_id = scope.get("state", {}).get("request_id")
    kept = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in scope["headers"]
        if name not in _HOP and name not in {b"x-request-id", _FORWARDED}
    ]
    if request_id:
        kept.append(("x-request-id", request_id))
    return [*kept, ("x-forwarded-for", _walked(scope))]


def _walked(scope: ASGIScope) -> str:
    """Return the addresses that the request came by, the peer that we saw ourselves last."""
    told = [value.decode("latin-1") for name, value in scope["headers"] if name == _FORWARDED]
    client = scope.get("client")
    return ", ".join([*told, client[0] if client else "unknown"])


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)
