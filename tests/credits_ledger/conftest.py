"""The ledger on its real database, as the app role sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from joserfc.jwk import ECKey, KeySet

from services.credits.app import build
from services.credits.domain.ledger import Holder, Limit, Posting, Reserve
from services.credits.flows.sequence_ledger import Sequenced, sequence
from shared.db.cluster import RoomDatabase
from shared.db.session import Database, Scope
from shared.http.observe import Observed
from shared.http.peers import Peers
from shared.room import Parts
from shared.settings import PlatformSettings
from tests.lone_room import sign_token

NOW = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)
SECRET = "test secret: nothing of value hangs on it"  # the one of the room under test
PUBLIC_URL = "https://credits.example.edu.cn"


@dataclass(slots=True)
class School:
    """A school with one student, and what is asked of the ledger in its name."""

    database: Database
    id: UUID = field(default_factory=uuid4)
    student: str = field(default_factory=lambda: f"2026{uuid4().hex[:8]}")
    subject: UUID = field(default_factory=uuid4)

    @property
    def holder(self) -> Holder:
        return Holder(self.id, self.student, self.subject)

    @property
    def scope(self) -> str:
        return f"{self.student}:higher_vocational"

    def begin(self) -> Any:
        return self.database.begin(Scope(org_id=self.id))

    def posting(self, key: str = "", **changes: Any) -> Posting:
        values: dict[str, Any] = {
            "key": key or uuid4().hex,
            "holder": self.holder,
            "scope": self.scope,
            "source": "competition",
            "credits_centi": 200,
            **changes,
        }
        return Posting(**values)

    def reserve(self, *claims: str, **changes: Any) -> Reserve:
        values: dict[str, Any] = {
            "key": uuid4().hex,
            "holder": self.holder,
            "scope": self.scope,
            "claims": claims,
            "expires_at": NOW.replace(month=12),
            **changes,
        }
        return Reserve(**values)


@pytest.fixture(scope="session")
async def database(databases: dict[str, RoomDatabase]) -> AsyncIterator[Database]:
    """The credits room's database."""
    database = Database(databases["credits"].app_dsn.sqlalchemy, pool_size=34)
    yield database
    await database.close()


@pytest.fixture
def school(database: Database) -> School:
    """A school that nobody has heard of before."""
    return School(database)


async def sequence_all(database: Database) -> Sequenced | None:
    """Bring everything committed into the tree."""
    return await sequence(database, secret=SECRET, public_url=PUBLIC_URL, now=datetime.now(UTC))


ONLINE = Limit("2026:online", 800)


@dataclass(slots=True)
class Door:
    """The credits room behind its walls, and tokens of whoever calls."""

    app: Any
    key: ECKey
    state: Any  # of the room's application: what its routes are given
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def client(self, **claims: Any) -> httpx.AsyncClient:
        headers = {"idempotency-key": str(uuid4())}
        if claims:
            headers["authorization"] = f"Bearer {self.token(**claims)}"
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, raise_app_exceptions=False),
            base_url="http://credits",
            headers=headers,
        )
        self.clients.append(client)
        return client

    def token(self, **changes: Any) -> str:
        return sign_token(self.key, **changes)

    def office(self, school: School) -> httpx.AsyncClient:
        return self.client(
            org_id=str(school.id),
            org_kind="school",
            roles=["academic_office"],
            scope="credits:office",
        )

    def student(self, school: School) -> httpx.AsyncClient:
        return self.client(
            org_id=str(school.id),
            org_kind="school",
            roles=["student"],
            scope="credits:apply",
            member_no=school.student,
            sub=str(school.subject),
        )


@pytest.fixture
async def door(settings: PlatformSettings, database: Database) -> AsyncIterator[Door]:
    """The credits room as callers reach it."""
    key = ECKey.generate_key("P-256", auto_kid=True)

    async def keys(_fetch: bool) -> KeySet:
        return KeySet([key])

    peers = Peers(room="credits", secret=settings.secret, urls={})
    built = build(Parts(settings=settings, database=database, peers=peers, keys=keys))
    app = Observed(built.app, room="credits", body_bytes_max=settings.body_bytes_max)
    door = Door(app, key, built.app.state)
    yield door
    for client in door.clients:
        await client.aclose()
    await peers.close()
