"""The internships room alone on its real database; a small app plays the accounts room."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
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

from services.internships.app import build
from shared.db.cluster import RoomDatabase
from shared.db.session import PLATFORM, Database
from shared.http.observe import Observed
from shared.http.peers import Peers
from shared.jobs.worker import Cpu, RoomWorker
from shared.kernel.clock import utc_now
from shared.room import Parts, RoomApp
from shared.settings import PlatformSettings

OFFICE = "hosts:write rosters:write batches:write wishes:import placements:read appeals:decide"
STUDENT = "consents:write wishes:write placements:decide appeals:write"
HR = "posts:write enterprise:manage placements:host"


@dataclass(slots=True)
class AccountsRoom:
    """What the room asks of accounts: organisations by id, people, and a place for its events."""

    organisations: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    token: Callable[[], str] = lambda: ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        body = await request.body()
        response = JSONResponse(self.answer(request, body))
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
            return {"person": {"name": "周敏"}, "name": "周敏"}
        raise AssertionError(f"accounts was asked for {path}")


@dataclass(slots=True)
class Listener:
    """Another room as far as this one knows it: it takes events."""

    events: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        events = orjson.loads(await request.body())["events"]
        self.events += events
        await JSONResponse({"taken": len(events)})(scope, receive, send)

    def about(self, subject_id: str) -> dict[str, dict[str, Any]]:
        """Return what was told of one subject: kind to payload."""
        return {e["kind"]: e["payload"] for e in self.events if e["subject_id"] == subject_id}


@dataclass(slots=True)
class InternshipsRoom:
    """The room, its database, its clock, and tokens of whoever calls."""

    app: Observed
    built: RoomApp
    database: Database
    databases: RoomDatabase
    key: ECKey
    accounts: AccountsRoom
    peers: Peers
    listeners: dict[str, Listener]
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

        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, raise_app_exceptions=False),
            base_url="http://internships",
            headers={"authorization": f"Bearer {self.token(**claims)}"},
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
            "level": "secondary_vocational" if kind == "school" else None,
            "status": "active",
            "verified": True,
            "verified_at": None,
            "version": 1,
            **facts,
        }
        return org_id

    def office(self, school_id: UUID) -> httpx.AsyncClient:
        return self.client(
            org_id=str(school_id), org_kind="school", roles=["internship_office"], scope=OFFICE
        )

    def student(self, school_id: UUID, number: str) -> httpx.AsyncClient:
        return self.client(
            org_id=str(school_id),
            org_kind="school",
            roles=["student"],
            scope=STUDENT,
            member_no=number,
        )

    def hr(self, enterprise_id: UUID) -> httpx.AsyncClient:
        return self.client(org_id=str(enterprise_id), org_kind="enterprise", roles=["hr"], scope=HR)

    def worker(self) -> RoomWorker:
        """Return a worker of the room; the numeric child is shared by all of them."""
        if self.cpu is None:
            self.cpu = Cpu(self.built.warm)
        return RoomWorker(
            room="internships",
            database=self.database,
            queue_url=self.databases.relay_dsn.url,
            peers=self.peers,
            handlers=self.built.load_jobs(),
            cpu=self.cpu,
        )

    async def job(self, client: httpx.AsyncClient, answer: httpx.Response) -> dict[str, Any]:
        """Follow the job of a 202 to its end."""
        assert answer.status_code == 202, answer.text
        return await self.ended(client, answer.headers["location"])

    async def ended(self, client: httpx.AsyncClient, location: str) -> dict[str, Any]:
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
async def lone_room(
    databases: dict[str, RoomDatabase], settings: PlatformSettings
) -> AsyncIterator[InternshipsRoom]:
    """The internships room on its own database, for the whole run."""
    key = ECKey.generate_key("P-256", auto_kid=True)

    async def keys(_fetch: bool) -> KeySet:
        return KeySet([key])

    database = Database(databases["internships"].app_dsn.sqlalchemy, pool_size=10)
    accounts = AccountsRoom()
    peers = Peers(room="internships", secret=settings.secret, urls={})
    listeners = {name: Listener() for name in ("forecasting", "credits")}
    peers.apps |= {"accounts": accounts, **listeners}
    held: list[InternshipsRoom] = []
    parts = Parts(
        settings=settings,
        database=database,
        peers=peers,
        keys=keys,
        clock=lambda: held[0].now or utc_now(),
    )
    built = build(parts)
    app = Observed(built.app, room="internships", body_bytes_max=settings.body_bytes_max)
    room = InternshipsRoom(
        app, built, database, databases["internships"], key, accounts, peers, listeners
    )
    held.append(room)
    accounts.token = lambda: room.token(kind="service", scope="service")
    yield room
    if room.cpu is not None:
        room.cpu.close()
    await peers.close()
    await database.close()


@pytest.fixture
async def room(lone_room: InternshipsRoom) -> AsyncIterator[InternshipsRoom]:
    """The internships room; its clock goes right again after each test."""
    yield lone_room
    lone_room.now = None
    for client in lone_room.clients:
        await client.aclose()
    lone_room.clients.clear()


@pytest.fixture
async def working(room: InternshipsRoom) -> AsyncIterator[InternshipsRoom]:
    """The room with a worker beside it."""
    worker = room.worker()
    task = asyncio.create_task(worker.run())
    yield room
    worker.stop()
    await asyncio.wait_for(task, 30)


async def add_published_posts(
    room: InternshipsRoom, enterprise_id: UUID, posts: list[dict[str, Any]]
) -> list[UUID]:
    """Put published posts into the table: how an enterprise gets there is tested elsewhere."""
    ids = [uuid4() for _ in posts]
    now = datetime.now(UTC)
    rows = [
        {
            "id": str(post_id),
            "org_id": str(enterprise_id),
            "enterprise_name": "杭州精工",
            "region_code": "330106",
            "title": f"岗位 {number}",
            "description": "",
            "kind": "on_post",
            "major_codes": ["660103"],
            "skills": [],
            "typical_tasks": ["零件加工"],
            "seats": 2,
            "hazards": [],
            "organiser_kind": "school",
            "start_on": "2027-03-01",
            "end_on": "2027-08-28",
            "state": "published",
            "source": "api",
            "search_terms": [],
            "title_pinyin": "",
            "created_by": str(uuid4()),
            "created_at": now,
            "updated_at": now,
            "published_at": now,
            "version": 1,
            **post,
        }
        for number, (post_id, post) in enumerate(zip(ids, posts, strict=True))
    ]
    async with room.database.begin(PLATFORM) as tx:
        await tx.execute(
            text("INSERT INTO posts SELECT * FROM jsonb_populate_recordset(NULL::posts, :rows)"),
            {"rows": orjson.dumps(rows, default=str).decode()},
        )
    return ids


async def approve_host(room: InternshipsRoom, school_id: UUID, enterprise_id: UUID) -> None:
    """Put an enterprise on a school's register of hosts."""
    async with room.database.begin(PLATFORM) as tx:
        await tx.execute(
            text(
                "INSERT INTO hosts (id, school_id, enterprise_id, enterprise_name, state,"
                " inspected_on, decided_on) VALUES (:id, :school, :enterprise, '杭州精工',"
                " 'approved', '2026-05-01', '2026-06-01')"
            ),
            {"id": uuid4(), "school": school_id, "enterprise": enterprise_id},
        )
