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
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse

from services.forecasting.app import build
from shared.db.cluster import RoomDatabase
from shared.db.session import PLATFORM, Database
from shared.http.observe import Observed
from shared.http.peers import Peers
from shared.jobs.worker import Cpu, RoomWorker
from shared.kernel.clock import utc_now
from shared.room import Parts, RoomApp
from shared.settings import PlatformSettings

SCHOOL = "labour:write majors:decide standards:write"
AUTHORITY = "labour:write majors:decide shortages:write authority:read"
BODY = "labour:write standards:write"
ENTERPRISE = "standards:write posts:write"


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
class LabourRoom:
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

    def client(self, **claims: Any) -> httpx.AsyncClient:
        async def add_key(request: httpx.Request) -> None:
            request.headers.setdefault("idempotency-key", str(uuid4()))

        headers = {"authorization": f"Bearer {self.token(**claims)}"} if claims else {}
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, raise_app_exceptions=False),
            base_url="http://forecasting",
            headers=headers,
            event_hooks={"request": [add_key]},
            timeout=60,
        )
        self.clients.append(client)
        return client

    def public(self) -> httpx.AsyncClient:
        """Return a client that nobody signed in."""
        return self.client()

    def organisation(self, kind: str, name: str, **facts: Any) -> UUID:
        """Let the accounts room know an organisation."""
        org_id = uuid4()
        self.accounts.organisations[str(org_id)] = {
            "id": str(org_id),
            "kind": kind,
            "name": name,
            "uscc": None,
            "region_code": "330600",
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

    def person(self, kind: str, org_id: UUID, scope: str) -> httpx.AsyncClient:
        return self.client(org_id=str(org_id), org_kind=kind, roles=["analyst"], scope=scope)

    def school(self, name: str = "绍兴某学院", **facts: Any) -> httpx.AsyncClient:
        return self.person("school", self.organisation("school", name, **facts), SCHOOL)

    def authority(self, region: str = "330600", **facts: Any) -> httpx.AsyncClient:
        org_id = self.organisation("authority", "某市人社局", region_code=region, **facts)
        return self.person("authority", org_id, AUTHORITY)

    def body(self, name: str = "某行业协会", **facts: Any) -> httpx.AsyncClient:
        return self.person("industry_body", self.organisation("industry_body", name, **facts), BODY)

    def enterprise(self, name: str = "某精工", **facts: Any) -> httpx.AsyncClient:
        org_id = self.organisation("enterprise", name, **facts)
        return self.person("enterprise", org_id, ENTERPRISE)

    def worker(self) -> RoomWorker:
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

    async def job(self, client: httpx.AsyncClient, answer: httpx.Response) -> dict[str, Any]:
        """Follow the job of a 202 to its end."""
        assert answer.status_code == 202, answer.text
        location = answer.headers["location"]

        async def look() -> Any:
            job = (await client.get(location)).json()
            return job if job["state"] in {"done", "failed"} else None

        return await until(look)


async def until(what: Callable[[], Awaitable[object]], seconds: float = 120.0) -> Any:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        found = await what()
        if found:
            return found
        await asyncio.sleep(0.03)
    raise AssertionError("it did not happen in time")


@pytest.fixture(scope="session")
async def lone_labour(
    databases: dict[str, RoomDatabase], settings: PlatformSettings
) -> AsyncIterator[LabourRoom]:
    """The forecasting room on its own database, for the whole run."""
    key = ECKey.generate_key("P-256", auto_kid=True)

    async def keys(_fetch: bool) -> KeySet:
        return KeySet([key])

    database = Database(databases["forecasting"].app_dsn.sqlalchemy, pool_size=10)
    accounts = AccountsRoom()
    peers = Peers(room="forecasting", secret=settings.secret, urls={})
    for name in ("accounts", "internships"):
        peers.apps[name] = accounts
    held: list[LabourRoom] = []
    parts = Parts(
        settings=settings,
        database=database,
        peers=peers,
        keys=keys,
        clock=lambda: held[0].now or utc_now(),
    )
    built = build(parts)
    app = Observed(built.app, room="forecasting", body_bytes_max=settings.body_bytes_max)
    room = LabourRoom(app, built, database, databases["forecasting"], key, accounts, peers)
    held.append(room)
    accounts.token = lambda: room.token(kind="service", scope="service")
    yield room
    if room.cpu is not None:
        room.cpu.close()
    await peers.close()
    await database.close()


@pytest.fixture
async def labour(lone_labour: LabourRoom) -> AsyncIterator[LabourRoom]:
    """The room; what a test wrote is gone before the next, and the clock goes right again."""
    yield lone_labour
    lone_labour.now = None
    for client in lone_labour.clients:
        await client.aclose()
    lone_labour.clients.clear()
    async with lone_labour.database.begin(PLATFORM) as tx:
        await tx.execute(text("DELETE FROM alert_trials"))
        for table in (
            "alerts",
            "major_advice",
            "shortage_entries",
            "shortage_catalogues",
            "gaps",
            "supplies",
            "gap_runs",
            "release_cells",
            "releases",
            "standard_links",
            "standard_editions",
            "competency_standards",
            "quality_reports",
            "committees",
            "major_projects",
            "cohorts",
            "destinations",
            "major_flows",
            "market_quarters",
            "employment_years",
            "industry_quarters",
        ):
            await tx.execute(text(f"DELETE FROM {table}"))


@pytest.fixture
async def labouring(labour: LabourRoom) -> AsyncIterator[LabourRoom]:
    """The room with a worker beside it."""
    worker = labour.worker()
    task = asyncio.create_task(worker.run())
    yield labour
    worker.stop()
    await asyncio.wait_for(task, 30)
