"""The demonstration as a client of the public API: tokens, idempotent posts, jobs, problems."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import httpx

from shared.kernel.errors import DomainError, Text

T = TypeVar("T")
R = TypeVar("R")
# Requests under way at once: more only wait in line, the platform answers on one core.
AT_ONCE = 8
_EARLY_S = 60.0
_TRIES = 5
# A job is looked at when jobs like it have usually ended: looking costs the platform as well.
_LOOK_MIN_S = 0.05
_LOOK_MAX_S = 2.0
_LEARN = 0.2
_JOB_S = 600.0
_RETRIED = frozenset({429, 503})


class DemoRefusedError(DomainError):
    """The platform refused a request of the demonstration."""

    code = "demo_refused"
    title_zh = "平台拒绝了演示的一个请求"
    mend = Text("{method} {path}：{status} {reason}", "{method} {path}: {status} {reason}")


class DemoJobError(DomainError):
    """A job of the demonstration failed or did not end."""

    code = "demo_job_failed"
    title_zh = "演示的一个任务没有完成"
    mend = Text("{kind}：{reason}", "{kind}: {reason}")


@dataclass(slots=True)
class _Token:
    text: str = ""
    until: float = 0.0


class Door:
    """The platform's public address, entered as nobody, as a person or as a program."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self._gate = asyncio.Semaphore(AT_ONCE)
        self.requests = 0
        self._usual_s: dict[str, float] = {}

    def usual_s(self, like: str) -> float:
        """Return how long jobs like this one have taken lately."""
        return self._usual_s.get(like, 0.0)

    def learn(self, like: str, seconds: float) -> None:
        """Remember how long a job took."""
        usual = self._usual_s.get(like, seconds)
        self._usual_s[like] = usual + _LEARN * (seconds - usual)

    async def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **what: Any
    ) -> httpx.Response:
        """Send one request; a busy platform is asked again."""
        for attempt in range(_TRIES):
            async with self._gate:
                self.requests += 1
                answer = await self.http.request(method, path, headers=headers, **what)
            if answer.status_code not in _RETRIED or attempt == _TRIES - 1:
                return answer
            await asyncio.sleep(min(5.0, float(answer.headers.get("retry-after", 1))))
        raise AssertionError("the loop returns")

    async def person(self, login: str, password: str) -> Actor:
        """Sign a person in."""
        opened = expect(
            await self.send("POST", "/v1/sessions", json={"login": login, "password": password})
        )
        session = opened.json()["session"]

        async def fetch() -> _Token:
            headers = {"authorization": f"Session {session}"}
            return _token(await self.send("POST", "/v1/sessions/token", headers=headers))

        return Actor(self, fetch)

    def program(self, client_id: str, secret: str) -> Actor:
        """Act as an API client by its own credentials."""

        async def fetch() -> _Token:
            form = {"grant_type": "client_credentials"}
            auth = (client_id, secret)
            return _token(await self.send("POST", "/oauth/token", data=form, auth=auth))

        return Actor(self, fetch)


class Actor:
    """Somebody who is known to the platform, with a token that is renewed in time."""

    def __init__(self, door: Door, fetch: Callable[[], Awaitable[_Token]]) -> None:
        self._door = door
        self._fetch = fetch
        self._token = _Token()
        self._lock = asyncio.Lock()

    async def call(self, method: str, path: str, **what: Any) -> httpx.Response:
        """Send one request in this name; a POST carries a fresh Idempotency-Key."""
        headers = {**what.pop("headers", {}), "authorization": f"Bearer {await self._fresh()}"}
        if method == "POST":
            headers.setdefault("idempotency-key", str(uuid4()))
        return await self._door.send(method, path, headers=headers, **what)

    async def get(self, path: str, **what: Any) -> Any:
        """Read one resource."""
        return expect(await self.call("GET", path, **what)).json()

    async def post(self, path: str, json: Any = None) -> Any:
        """Make something; what is refused ends the demonstration."""
        answer = expect(await self.call("POST", path, json=json))
        return answer.json() if answer.content else None

    async def pages(self, path: str, **params: str | int) -> list[Any]:
        """Read a list to its end."""
        items: list[Any] = []
        asked: dict[str, str | int] = {"limit": 200, **params}
        while True:
            page = await self.get(path, params=asked)
            items += page["items"]
            if not page["next"]:
                return items
            asked["cursor"] = page["next"]

    async def job(self, path: str, content: bytes, content_type: str = "text/csv") -> Any:
        """Send a file to be imported and return the finished job's result."""
        headers = {"content-type": content_type}
        answer = expect(await self.call("POST", path, content=content, headers=headers))
        return await self.ended(answer.headers["location"], like=path.rsplit("/", 2)[-2])

    async def ended(self, location: str, *, like: str) -> Any:
        """Follow a job to its end and return its result; `like` names jobs of its kind."""
        began = time.monotonic()
        usual = self._door.usual_s(like)
        pause = min(_LOOK_MAX_S, max(_LOOK_MIN_S, 0.8 * usual))
        while time.monotonic() < began + _JOB_S:
            await asyncio.sleep(pause)
            pause = min(_LOOK_MAX_S, max(_LOOK_MIN_S, 0.25 * usual, 0.5 * pause))
            job = await self.get(location)
            if job["state"] == "done":
                self._door.learn(like, time.monotonic() - began)
                return job["result"]
            if job["state"] == "failed":
                raise DemoJobError(kind=job["kind"], reason=_reason(job["error"]["en"]))
        raise DemoJobError(kind=like, reason=f"not ended after {_JOB_S:.0f} s")

    async def _fresh(self) -> str:
        async with self._lock:
            if time.monotonic() > self._token.until - _EARLY_S:
                self._token = await self._fetch()
            return self._token.text


def _token(answer: httpx.Response) -> _Token:
    body = expect(answer).json()
    return _Token(body["access_token"], time.monotonic() + float(body["expires_in"]))


def expect(answer: httpx.Response) -> httpx.Response:
    """Return a successful answer; raise DemoRefusedError for any other."""
    if answer.is_success:
        return answer
    try:
        reason = _reason(answer.json())
    except ValueError:
        reason = answer.text[:200]
    raise DemoRefusedError(
        method=answer.request.method,
        path=answer.request.url.path,
        status=answer.status_code,
        reason=reason,
    )


def _reason(problem: Mapping[str, Any]) -> str:
    """Return codes and places of a problem: messages may quote what an advertisement says."""
    wrong = problem.get("errors") or []
    places = [
        f"{each['code']} {each.get('pointer') or each.get('row') or ''}".strip()
        for each in wrong[:5]
    ]
    return "; ".join([str(problem.get("code") or problem.get("error") or "?"), *places])


async def in_parallel(
    what: Callable[[T], Awaitable[R]], items: Iterable[T], *, at_once: int = AT_ONCE
) -> list[R]:
    """Return `what` of every item in their order, some at once; the first failure ends all."""
    gate = asyncio.Semaphore(at_once)

    async def one(item: T) -> R:
        async with gate:
            return await what(item)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in items]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]
