"""The credits room alone on its real database; a small app plays the accounts room."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.requests import Request
from starlette.responses import JSONResponse

from shared.db.cluster import RoomDatabase
from shared.db.session import Database
from shared.http.observe import Observed
from shared.http.peers import Peers
from shared.jobs.worker import Cpu, RoomWorker
from shared.kernel.clock import utc_now
from shared.room import RoomApp

OFFICE = "credits:office rulebooks:write"
REVIEW = "credits:review"
STUDENT = "credits:apply"


@dataclass(slots=True)
class AccountsRoom:
    """What the room asks of accounts: organisations, the caller's name, a place for events."""

    organisations: dict[str, dict[str, Any]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    token: Callable[[], str] = lambda: ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        response = JSONResponse(self.answer(request, await request.body()))
        await response(scope, receive, send)

    def answer(self, request: Request, body: bytes) -> Any:
        path = request.url.path
        if path == "/oauth/token":
            return {"access_token": self.token(), "expires_in": 600, "token_type": "Bearer"}
        if path == "/v1/events/accounts":
            events = orjson.loads(body)["events"]
            self.events += events
            return {"taken": len(events)}
        if path == "/v1/organisations/lookup":
            ids = orjson.loads(body)["ids"]
            found = [self.organisations[each] for each in ids if each in self.organisations]
            return {"items": found}
        if path == "/v1/me":
            token = request.headers["authorization"].removeprefix("Bearer ")
            return {"name": self.names.get(token, "周敏")}
        raise AssertionError(f"accounts was asked for {path}")


@dataclass(slots=True)
class CreditsRoom:
    """The room, its database, its clock, and clients of whoever calls."""

    app: Observed
    built: RoomApp
    database: Database
    databases: RoomDatabase
    key: ECKey
    accounts: AccountsRoom
    peers: Peers
    now: datetime | None = None
    cpu: Cpu | None = None
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def token(self, **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": "http://127.0.0.1:8000",
            "aud": "chanjiao",
            "sub": str(uuid4()),
            "iat": now,
            "exp": now + 3000,
            "kind": "person",
            **changes,
        }
        header = {"alg": "ES256", "typ": "at+jwt", "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=["ES256"])

    def client(self, *, name: str = "周敏", **claims: Any) -> httpx.AsyncClient:
        async def add_key(request: httpx.Request) -> None:
            request.headers.setdefault("idempotency-key", str(uuid4()))

        token = self.token(**claims)
        self.accounts.names[token] = name
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, raise_app_exceptions=False),
            base_url="http://credits",
            headers={"authorization": f"Bearer {token}"},
            event_hooks={"request": [add_key]},
            timeout=60,
        )
        self.clients.append(client)
        return client

    def organisation(self, kind: str, name: str, **facts: Any) -> UUID:
        """Let the accounts room know an organisation."""
        org_id = uuid4()
        self.accounts.organisations[str(org_id)] = {
            "id": str(org_id),
            "kind": kind,
            "name": name,
            "uscc": None,
            "region_code": "330106",
            "industry_code": None,
            "moe_code": None,
            "level": "higher_vocational" if kind == "school" else None,
            "status": "active",
            "verified": True,
            "verified_at": None,
            "version": 1,
            **facts,
        }
        return org_id

    def office(self, school_id: UUID, **more: Any) -> httpx.AsyncClient:
        return self.client(
            org_id=str(school_id),
            org_kind="school",
            roles=["academic_office"],
            scope=OFFICE,
            **more,
        )

    def reviewer(self, school_id: UUID, name: str = "审核甲") -> httpx.AsyncClient:
        return self.client(
            name=name,
            org_id=str(school_id),
            org_kind="school",
            roles=["credit_reviewer"],
            scope=REVIEW,
        )

    def student(self, school_id: UUID, number: str) -> httpx.AsyncClient:
        return self.client(
            org_id=str(school_id),
            org_kind="school",
            roles=["student"],
            scope=STUDENT,
            member_no=number,
        )

    def alliance(self, alliance_id: UUID) -> httpx.AsyncClient:
        return self.client(
            org_id=str(alliance_id),
            org_kind="alliance",
            roles=["organisation_admin"],
            scope="alliances:write",
        )

    def service(self) -> httpx.AsyncClient:
        return self.client(kind="service", scope="service")

    def worker(self) -> RoomWorker:
        """Return a worker of the room; the numeric child is shared by all of them."""
        if self.cpu is None:
            self.cpu = Cpu(self.built.warm)
        return RoomWorker(
            room="credits",
            database=self.database,
            queue_url=self.databases.relay_dsn.url,
            peers=self.peers,
            handlers=self.built.load_jobs(),
            cpu=self.cpu,
        )

    async def job(self, client: httpx.AsyncClient, answer: httpx.Response) -> dict[str, Any]:
        """Follow the job of a 202 to its end."""
        assert answer.status_code == 202, answer.text
        location = answer.headers["location"]

        async def look() -> Any:
            job = (await client.get(location)).json()
            return job if job["state"] in {"done", "failed"} else None

        return await until(look)

    def later(self, days: float) -> None:
        """Let the room's clock run ahead."""
        self.now = (self.now or utc_now()) + timedelta(days=days)


async def until(what: Callable[[], Awaitable[object]], seconds: float = 240.0) -> Any:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        found = await what()
        if found:
            return found
        await asyncio.sleep(0.03)
    raise AssertionError("it did not happen in time")
