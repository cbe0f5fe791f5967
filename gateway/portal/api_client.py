"""The portal's way to the rooms: the public API, with the person's own token."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from json import JSONDecodeError
from typing import Any

import httpx

from gateway.portal.problems import ApiProblemError, Problem, problem_from_answer
from shared.kernel.errors import Language, UnavailableError

Query = Mapping[str, str | int | bool | list[str] | None]
_SEND_AS = {"zh": "zh-CN", "en": "en"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer of the API."""

    status: int
    body: Any
    headers: Mapping[str, str]
    content: bytes = b""
    next_cursor: str | None = None

    @property
    def etag(self) -> str | None:
        """The version of what was read, to send back as If-Match."""
        return self.headers.get("etag")

    @property
    def location(self) -> str | None:
        """The address of what was made, or of the job that makes it."""
        return self.headers.get("location")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way to the API."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class ApiClient:
    """Calls of one request of one person; it can do what that person's token can, no more."""

    http: httpx.AsyncClient
    language: Language
    request_id: str
    authorization: str | None = None
    address: str | None = None

    async def get(self, path: str, params: Query | None = None) -> Answer:
        """Read; lists carry the cursor of their next page."""
        return await self._send("GET", path, params=_without_none(params))

    async def post(
        self,
        path: str,
        json: Any = None,
        *,
        key: str | None = None,
        authorization: str | None = None,
    ) -> Answer:
        """Make something; the same `key` makes it once however often a form is sent."""
        headers = {"Idempotency-Key": key or secrets.token_urlsafe(18)}
        if authorization is not None:
            headers["Authorization"] = authorization
        return await self._send("POST", path, json=json, headers=headers)

    async def post_seen(
        self, path: str, json: Any = None, *, key: str | None, etag: str | None
    ) -> Answer:
        """Act on what was read, if nobody changed it since; the same `key` acts once."""
        headers = {"Idempotency-Key": key or secrets.token_urlsafe(18), **_if_match(etag)}
        return await self._send("POST", path, json=json, headers=headers)

    async def put_file(self, path: str, upload: Upload, *, etag: str | None) -> Answer:
        """Put a file where one belongs, if nobody changed the record since."""
        headers = {"Content-Type": upload.media_type, **_if_match(etag)}
        return await self._send("PUT", path, content=upload.content, headers=headers)

    async def upload(
        self, path: str, upload: Upload, *, key: str | None = None, params: Query | None = None
    ) -> Answer:
        """Send a file as the body."""
        headers = {
            "Idempotency-Key": key or secrets.token_urlsafe(18),
            "Content-Type": upload.media_type,
            "Content-Disposition": f"attachment; filename*=UTF-8''{_quoted(upload.name)}",
        }
        params = _without_none(params)
        return await self._send(
            "POST", path, content=upload.content, headers=headers, params=params
        )

    async def put(self, path: str, json: Any, *, etag: str | None = None) -> Answer:
        """Replace, if nobody changed it since `etag` was read."""
        return await self._send("PUT", path, json=json, headers=_if_match(etag))

    async def patch(self, path: str, json: Any, *, etag: str | None = None) -> Answer:
        """Change some fields, if nobody changed it since `etag` was read."""
        return await self._send("PATCH", path, json=json, headers=_if_match(etag))

    async def delete(
        self, path: str, *, etag: str | None = None, authorization: str | None = None
    ) -> Answer:
        """Remove, if nobody changed it since `etag` was read."""
        headers = _if_match(etag)
        if authorization is not None:
            headers["Authorization"] = authorization
        return await self._send("DELETE", path, headers=headers)

    async def _send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **what: Any
    ) -> Answer:
        sent = {"Accept-Language": _SEND_AS[self.language], "X-Request-ID": self.request_id}
        if self.authorization is not None:
            sent["Authorization"] = self.authorization
        if self.address is not None:
            # Sign-in counts attempts by address: all visitors must not count as this server.
            sent["X-Forwarded-For"] = self.address
        sent.update(headers or {})
        try:
            response = await self.http.request(method, path, headers=sent, **what)
            return self._answer(response)
        except (httpx.TransportError, JSONDecodeError) as silence:
            problem = Problem.from_error(UnavailableError(), self.language)
            raise ApiProblemError(problem) from silence

    def _answer(self, response: httpx.Response) -> Answer:
        body = _json(response)
        if response.status_code >= httpx.codes.BAD_REQUEST:
            request_id = response.headers.get("x-request-id", self.request_id)
            reason = response.reason_phrase
            raise ApiProblemError(
                problem_from_answer(
                    response.status_code, body, reason=reason, request_id=request_id
                )
            )
        return Answer(
            response.status_code,
            body,
            response.headers,
            content=response.content,
            next_cursor=_next_cursor(response),
        )


def _json(response: httpx.Response) -> Any:
    if "json" not in response.headers.get("content-type", "") or not response.content:
        return None
    return response.json()


def _next_cursor(response: httpx.Response) -> str | None:
    address = response.links.get("next", {}).get("url")
    return httpx.URL(address).params.get("cursor") if address else None


def _if_match(etag: str | None) -> dict[str, str]:
    return {} if etag is None else {"If-Match": etag}


def _without_none(params: Query | None) -> dict[str, str | int | bool | list[str]] | None:
    if params is None:
        return None
    return {name: value for name, value in params.items() if value is not None}


def _quoted(name: str) -> str:
    return str(httpx.URL(path="/" + name.replace("/", "_")).raw_path, "ascii")[1:]
