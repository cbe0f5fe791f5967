"""The ledger on its real database, as the app role sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.credits.domain.ledger import Holder, Limit, Posting, Reserve
from services.credits.flows.sequence_ledger import Sequenced, sequence
from shared.db.cluster import RoomDatabase
from shared.db.session import Database, Scope

NOW = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)
SECRET = "a secret of tests"
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


@pytest.fixture
async def superuser(
    admin_dsn: str, databases: dict[str, RoomDatabase]
) -> AsyncIterator[asyncpg.Connection]:
    """A connection that no wall stops; what it changes is undone after the test."""
    name = databases["credits"].app_dsn.database
    connection = await asyncpg.connect(admin_dsn.replace("/postgres?", f"/{name}?"))
    yield connection
    await connection.close()


async def sequence_all(database: Database) -> Sequenced | None:
    """Bring everything committed into the tree."""
    return await sequence(database, secret=SECRET, public_url=PUBLIC_URL, now=datetime.now(UTC))


ONLINE = Limit("2026:online", 800)
