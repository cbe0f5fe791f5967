"""One room alone on its real database; small apps play the rooms that it asks and tells."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

import httpx
import orjson
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.requests import Request
from starlette.responses import JSONResponse

from shared.db.cluster import RoomDatabase
from shared.db.session import Database
from shared.http.observe import Observed
from shared.http.peers import Peers
from shared.jobs.worker import RoomWorker
from shared.kernel.clock import utc_now
from shared.room import Parts, RoomApp
from shared.settings import PlatformSettings
from tests.one_child import CHILD

_NAME = "周敏"


@dataclass(slots=True)
class AccountsRoom:
    """What rooms ask of accounts: organisations, the caller's name, a place for events."""

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
        if path.startswith("/v1/events/"):
            events = orjson.loads(body)["events"]
            self.events += events
            return {"taken": len(events)}
        if path == "/v1/organisations/lookup":
            ids = orjson.loads(body)["ids"]
            found = [self.organisations[each] for each in ids if each in self.organisations]
            return {"items": found}
        if path == "/v1/me":
            name = self.names.get(request.headers["authorization"].removeprefix("Bearer "), _NAME)
            return {"person": {"name": name}, "name": name}
        raise AssertionError(f"accounts was asked for {path}")


@dataclass(slots=True)
class LoneRoom:
    """The room, its database, its clock, and clients of whoever calls."""

    name: ClassVar[str]
    region: ClassVar[str] = "330106"
    level: ClassVar[str] = "secondary_vocational"

    app: Observed
    built: RoomApp
    database: Database
    databases: RoomDatabase
    key: ECKey
    accounts: AccountsRoom
    peers: Peers
    now: datetime | None = None
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        build: Callable[[Parts], RoomApp],
        databases: Mapping[str, RoomDatabase],
        settings: PlatformSettings,
        **others: Any,
    ) -> AsyncGenerator[Self]:
        """Build the room with apps in the places of `others`; accounts is played by ours."""
        key = ECKey.generate_key("P-256", auto_kid=True)

        async def keys(_fetch: bool) -> KeySet:
            return KeySet([key])

        database = Database(databases[cls.name].app_dsn.sqlalchemy, pool_size=10)
        accounts = AccountsRoom()
        peers = Peers(room=cls.name, secret=settings.secret, urls={})
        peers.apps |= {"accounts": accounts, **others}
        held: list[Self] = []
        parts = Parts(
            settings=settings,
            database=database,
            peers=peers,
            keys=keys,
            clock=lambda: held[0].moment(),  # noqa: PLW0108 - held is filled below
        )
        built = build(parts)
        app = Observed(built.app, room=cls.name, body_bytes_max=settings.body_bytes_max)
        room = cls(app, built, database, databases[cls.name], key, accounts, peers)
        held.append(room)
        accounts.token = lambda: room.token(kind="service", scope="service")
        yield room
        await peers.close()
        await database.close()

    async def rest(self) -> None:
        """Close what a test opened; the clock goes right again."""
        self.now = None
        for client in self.clients:
            await client.aclose()
        self.clients.clear()

    def moment(self) -> datetime:
        """Return the time as the room has it."""
        return self.now or utc_now()

    def token(self, **changes: Any) -> str:
        """Return a token that says `changes`."""
        return sign_token(self.key, **changes)

    def anyone(self) -> httpx.AsyncClient:
        """Return a client without a credential."""
        return self._client({})

    def client(self, *, name: str = _NAME, **claims: Any) -> httpx.AsyncClient:
        """Return a client whose token says `claims`, of a person called `name`."""
        token = self.token(**claims)
        self.accounts.names[token] = name
        return self._client({"authorization": f"Bearer {token}"})

    def service(self) -> httpx.AsyncClient:
        """Return a client of another room."""
        return self.client(kind="service", scope="service")

    def _client(self, headers: dict[str, str]) -> httpx.AsyncClient:
        async def add_key(request: httpx.Request) -> None:
            request.headers.setdefault("idempotency-key", str(uuid4()))

        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, raise_app_exceptions=False),
            base_url=f"http://{self.name}",
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
            "region_code": self.region,
            "industry_code": None,
            "moe_code": None,
            "level": self.level if kind == "school" else None,
            "status": "active",
            "verified": True,
            "verified_at": None,
            "version": 1,
            **facts,
        }
        return org_id

    def worker(self) -> RoomWorker:
        """Return a worker of the room."""
        return RoomWorker(
            room=self.name,
            database=self.database,
            queue_url=self.databases.relay_dsn.url,
            peers=self.peers,
            handlers=self.built.load_jobs(),
            cpu=CHILD,
        )

    @asynccontextmanager
    async def working(self) -> AsyncGenerator[Self]:
        """Do the room's jobs while the block runs."""
        worker = self.worker()
        task = asyncio.create_task(worker.run())
        yield self
        worker.stop()
        await asyncio.wait_for(task, 30)

    async def job(self, client: httpx.AsyncClient, answer: httpx.Response) -> dict[str, Any]:
        """Follow the job of a 202 to its end."""
        assert answer.status_code == 202, answer.text
        return await self.ended(client, answer.headers["location"])

    async def done(self, client: httpx.AsyncClient, answer: httpx.Response) -> dict[str, Any]:
        """Follow the job of a 202 to its good end; return its result."""
        job = await self.job(client, answer)
        assert job["state"] == "done", job["error"]
        return job["result"]

    async def ended(self, client: httpx.AsyncClient, location: str) -> dict[str, Any]:
        """Follow a job to its end."""

        async def look() -> Any:
            job = (await client.get(location)).json()
            return job if job["state"] in {"done", "failed"} else None

        return await until(look)


def sign_token(key: ECKey, **changes: Any) -> str:
    """Return a token of a person, or of whom `changes` say, signed by `key`."""
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
    header = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=["ES256"])


async def until(what: Callable[[], Awaitable[object]], seconds: float = 240.0) -> Any:
    """Return what `what` finds, as soon as it finds something."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        found = await what()
        if found:
            return found
        await asyncio.sleep(0.03)
    raise AssertionError("it did not happen in time")
