"""Request ids, access log, metrics, body cap, and the last wall before a bare 500."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from uuid import uuid4

import structlog
from prometheus_client import Counter, Histogram
from starlette.requests import Request

from shared.http.problems import UnexpectedError, problem_response
from shared.kernel.errors import DomainError, Text
from shared.logs import get_logger

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

ASGIScope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[ASGIScope, Receive, Send], Awaitable[None]]

_REQUESTS = Counter("chanjiao_requests", "Requests answered", ["room", "method", "status"])
_SECONDS = Histogram(
    "chanjiao_request_seconds",
    "Seconds from request to last byte",
    ["room"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


class BodyTooLargeError(DomainError):
    """The body is too large."""

    code = "body_too_large"
    status = 413
    title_zh = "请求体过大"
    mend = Text(
        "上限 {bytes_max}；请拆分文件分批提交。",
        "The cap is {bytes_max}; split the file and send it in parts.",
    )


class Observed:
    """An ASGI application with a request id, one log line, metrics and a body cap."""

    def __init__(self, app: ASGIApp, *, room: str, body_bytes_max: int) -> None:
        self._app = app
        self._room = room
        self._body_bytes_max = body_bytes_max
        self._log = get_logger(room)
        self._seconds = _SECONDS.labels(room)
        self._counters: dict[tuple[str, int], Counter] = {}

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        request_id = state.get("request_id") or _request_id_of(scope)
        state["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        sent = _Sent(send, request_id)
        try:
            await self._app(scope, self._capped(scope, receive), sent)
        except DomainError as error:
            await sent.answer(error, scope, receive)
        except Exception:  # noqa: BLE001 - the last wall before a bare 500; it is logged whole
            self._log.exception("request.failed", path=scope["path"], method=scope["method"])
            await sent.answer(UnexpectedError(), scope, receive)
        self._note(scope, sent.status, time.perf_counter() - started)
        structlog.contextvars.unbind_contextvars("request_id")

    def _capped(self, scope: ASGIScope, receive: Receive) -> Receive:
        limit = self._body_bytes_max
        announced = 0
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit():
                announced = int(value[:20])  # more digits than that are too large as well
        seen = 0

        async def receive_capped() -> Message:
            nonlocal seen
            if announced > limit:  # refused at the first read, before a byte of it is taken in
                raise BodyTooLargeError(bytes_max=limit)
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise BodyTooLargeError(bytes_max=limit)
            return message

        return receive_capped

    def _note(self, scope: ASGIScope, status: int, seconds: float) -> None:
        # A stranger may call with any word as the method: each would stay here as a series.
        method = scope["method"] if scope["method"] in _METHODS else "other"
        key = (method, status)
        counter = self._counters.get(key)
        if counter is None:
            counter = self._counters[key] = _REQUESTS.labels(self._room, key[0], str(status))
        counter.inc()
        self._seconds.observe(seconds)
        # The query string may hold a name or a number of a person: it stays out of the log.
        self._log.info(
            "request.answered",
            method=scope["method"],
            path=scope["path"],
            status=status,
            ms=round(seconds * 1000, 1),
        )


class _Sent:
    """The way out of one request: adds the request id and remembers the status."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._header = (b"x-request-id", request_id.encode())
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [pair for pair in message["headers"] if pair[0] != b"x-request-id"]
            message["headers"] = [*headers, self._header]
        await self._send(message)

    async def answer(self, error: DomainError, scope: ASGIScope, receive: Receive) -> None:
        """Answer with a problem where nothing has been sent yet."""
        if self.status == 0:
            await problem_response(error, Request(scope))(scope, receive, self)


def _request_id_of(scope: ASGIScope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and 8 <= len(value) <= 64 and value.isascii():
            text = value.decode()
            if text.replace("-", "").isalnum():
                return text
    return uuid4().hex
