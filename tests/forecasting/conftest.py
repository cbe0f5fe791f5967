"""The forecasting room alone on its real database; a small app plays the accounts room."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.requests import Request
from starlette.responses import JSONResponse

from services.accounts.domain.roles import ROLES
from services.forecasting.app import build
from shared.db.cluster import RoomDatabase
from shared.db.session import Database
from shared.http.observe import Observed
from shared.http.peers import Peers
from shared.jobs.worker import Cpu, RoomWorker
from shared.kernel.clock import utc_now
from shared.room import Parts, RoomApp
from shared.settings import PlatformSettings


@dataclass(slots=True)
class AccountsRoom:
    """What the room asks of accounts: organisations by id, and a place for its events."""

    organisations: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    token: Callable[[], str] = lambda: ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        body = await request.body()
        await JSONResponse(self.answer(request, body))(scope, receive, send)

    def answer(self, request: Request, body: bytes) -> Any:
        path = request.url.path
        if path == "/oauth/token":
            return {"access_token": self.token(), "expires_in": 600, "token_type": "Bearer"}
        if path.startswith("/v1/events/"):
            events = orjson.loads(body)["events"]
            self.events += events
            return {"taken": len(events)}
        if path == "/v1/organisations/lookup":
            ids = orjson.loads(body)["ids"]
            found = [self.organisations[each] for each in ids if each in self.organisations]
            return {"items": found}
        raise AssertionError(f"accounts was asked for {path}")


@dataclass(slots=True)
class ForecastingRoom:
    """The room, its database, its clock, and tokens of whoever calls."""

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

    def anyone(self) -> httpx.AsyncClient:
        """Return a client without a credential."""
        return self._client({})

    def client(self, **claims: Any) -> httpx.AsyncClient:
        """Return a client whose token says `claims`."""
        return self._client({"authorization": f"Bearer {self.token(**claims)}"})

    def _client(self, headers: dict[str, str]) -> httpx.AsyncClient:
        async def add_key(request: httpx.Request) -> None:
            request.headers.setdefault("idempotency-key", str(uuid4()))

        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, raise_app_exceptions=False),
            base_url="http://forecasting",
            headers=headers,
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
            "region_code": "330000",
            "industry_code": None,
            "moe_code": None,
            "level": "secondary_vocational" if kind == "school" else None,
            "status": "active",
            "verified": True,
            "verified_at": None,
            "version": 1,
            **facts,
        }
        return org_id

    def member(self, org_id: UUID, role: str) -> httpx.AsyncClient:
        """Return a client of somebody with a role in an organisation that accounts knows."""
        told = self.accounts.organisations[str(org_id)]
        return self.client(
            org_id=str(org_id),
            org_kind=told["kind"],
            roles=[role],
            scope=" ".join(ROLES[role].scopes),
        )

    def authority(self, name: str = "某省人社厅", **facts: Any) -> httpx.AsyncClient:
        """Return a client of an analyst of a new authority."""
        return self.member(self.organisation("authority", name, **facts), "analyst")

    def service(self) -> httpx.AsyncClient:
        """Return a client of another room."""
        return self.client(kind="service", scope="service")

    def worker(self) -> RoomWorker:
        """Return a worker of the room; the numeric child is shared by all of them."""
        if self.cpu is None:
            self.cpu = Cpu(self.built.warm)
        return RoomWorker(
            room="forecasting",
            database=self.database,
            queue_url=self.databases.relay_dsn.url,
            peers=self.peers,
            handlers=self.built.load_jobs(),
            cpu=self.cpu,
        )

    async def done(self, client: httpx.AsyncClient, answer: httpx.Response) -> dict[str, Any]:
        """Follow the job of a 202 to its good end; return its result."""
        job = await self.job(client, answer)
        assert job["state"] == "done", job["error"]
        return job["result"]

    async def job(self, client: httpx.AsyncClient, answer: httpx.Response) -> dict[str, Any]:
        """Follow the job of a 202 to its end."""
        assert answer.status_code == 202, answer.text
        location = answer.headers["location"]

        async def look() -> Any:
            job = (await client.get(location)).json()
            return job if job["state"] in {"done", "failed"} else None

        return await until(look)


async def until(what: Callable[[], Awaitable[object]], seconds: float = 240.0) -> Any:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        found = await what()
        if found:
            return found
        await asyncio.sleep(0.03)
    raise AssertionError("it did not happen in time")


@pytest.fixture(scope="session")
async def lone_forecasting(
    databases: dict[str, RoomDatabase], settings: PlatformSettings
) -> AsyncIterator[ForecastingRoom]:
    """The forecasting room on its own database, for the whole run."""
    key = ECKey.generate_key("P-256", auto_kid=True)

    async def keys(_fetch: bool) -> KeySet:
        return KeySet([key])

    database = Database(databases["forecasting"].app_dsn.sqlalchemy, pool_size=10)
    accounts = AccountsRoom()
    peers = Peers(room="forecasting", secret=settings.secret, urls={})
    peers.apps["accounts"] = accounts
    held: list[ForecastingRoom] = []
    parts = Parts(
        settings=settings,
        database=database,
        peers=peers,
        keys=keys,
        clock=lambda: held[0].now or utc_now(),
    )
    built = build(parts)
    app = Observed(built.app, room="forecasting", body_bytes_max=settings.body_bytes_max)
    room = ForecastingRoom(app, built, database, databases["forecasting"], key, accounts, peers)
    held.append(room)
    accounts.token = lambda: room.token(kind="service", scope="service")
    yield room
    if room.cpu is not None:
        room.cpu.close()
    await peers.close()
    await database.close()


@pytest.fixture
async def room(lone_forecasting: ForecastingRoom) -> AsyncIterator[ForecastingRoom]:
    """The forecasting room; its clock goes right again after each test."""
    yield lone_forecasting
    lone_forecasting.now = None
    for client in lone_forecasting.clients:
        await client.aclose()
    lone_forecasting.clients.clear()


@pytest.fixture
async def working(room: ForecastingRoom) -> AsyncIterator[ForecastingRoom]:
    """The room with a worker beside it."""
    worker = room.worker()
    task = asyncio.create_task(worker.run())
    yield room
    worker.stop()
    await asyncio.wait_for(task, 30)
