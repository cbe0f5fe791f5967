"""A small room of its own, on a real database, to hold the kernel to its promises."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, Response, Security
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from pydantic import BaseModel, Field
from sqlalchemy import text

from shared.db.cluster import RoomDatabase
from shared.db.session import PLATFORM, Database
from shared.events.inbox import EventIn, events_router
from shared.events.outbox import Event, emit
from shared.http.caller import Caller, caller_with_scopes
from shared.http.observe import Observed
from shared.http.pages import Paging
from shared.http.peers import Peers
from shared.http.route import InTx, Keyed
from shared.http.service import Room, build_service, new_router
from shared.http.versions import SeenVersion, expect_version
from shared.jobs.queue import JobAccepted, accepted, jobs_router, start_job
from shared.kernel.errors import ConflictError
from shared.settings import PlatformSettings

ISSUER = "http://127.0.0.1:8000"
Writer = Annotated[Caller, Security(caller_with_scopes, scopes=["notes:write"])]


class NoteIn(BaseModel):
    """A note to keep."""

    words: str = Field(max_length=100)
    seats: int = Field(default=0, ge=0)


class NoteOut(BaseModel):
    """A note as it is kept: in the outbox, which every room has."""

    id: UUID
    words: str


class CommitFailsError(Exception):
    """Raised after the handler, where a commit would fail."""


def _notes() -> APIRouter:
    router = new_router("notes")

    @router.post("/notes", status_code=201, dependencies=[Keyed])
    async def write_note(note: NoteIn, caller: Writer, tx: InTx) -> NoteOut:
        """Keep a note."""
        event = Event("note.kept", caller.subject, caller.org_id, {"words": note.words})
        await emit(tx, [event], to=["internships"])
        if note.words == "conflict":
            raise ConflictError
        if note.words == "commit fails":
            # A deferred constraint is checked by COMMIT, after the handler has returned.
            await tx.execute(text("INSERT INTO deferred VALUES (1), (1)"))
        if note.words == "breaks":
            raise RuntimeError("a secret that must not leave")
        return NoteOut(id=event.id, words=note.words)

    @router.get("/notes")
    async def list_notes(caller: Writer, tx: InTx, page: Paging) -> list[NoteOut]:
        """List notes."""
        rows = (await tx.execute(text("SELECT id, payload FROM outbox ORDER BY id"))).all()
        return [NoteOut(id=row.id, words=row.payload["words"]) for row in rows]

    @router.put("/notes/{note_id}")
    async def change_note(note_id: UUID, seen: SeenVersion, caller: Writer) -> dict[str, bool]:
        """Change a note at version 3."""
        expect_version(seen=seen, current=3)
        return {"ok": True}

    @router.post("/notes/jobs", dependencies=[Keyed])
    async def start(note: NoteIn, caller: Writer, tx: InTx, response: Response) -> JobAccepted:
        """Start a job."""
        job = await start_job(tx, caller, "note.count", {"words": note.words})
        return accepted(response, "internships", job)

    return router


@dataclass(slots=True)
class Bench:
    """The small room and the means to call it."""

    database: Database
    room_database: RoomDatabase
    app: Observed
    key: ECKey
    taken: list[EventIn]
    peers: Peers

    def token(self, **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": "chanjiao",
            "sub": str(uuid4()),
            "iat": now,
            "exp": now + 600,
            "kind": "person",
            "org_id": str(uuid4()),
            "org_kind": "school",
            "roles": ["internship_office"],
            "scope": "notes:write",
            **changes,
        }
        header = {"alg": "ES256", "typ": claims.pop("typ", "at+jwt"), "kid": self.key.kid}
        return jwt.encode(header, claims, claims.pop("key", self.key), algorithms=["ES256"])

    def client(self, **changes: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, raise_app_exceptions=False),
            base_url="http://room",
            headers={"authorization": f"Bearer {self.token(**changes)}"},
        )


@pytest.fixture(scope="session")
async def bench(
    databases: dict[str, RoomDatabase], settings: PlatformSettings
) -> AsyncIterator[Bench]:
    """The small room on the internships room's database, whose kernel tables it uses."""
    key = ECKey.generate_key("P-256", auto_kid=True)
    keys = KeySet([key])

    async def source(fetch: bool) -> KeySet:
        return keys

    taken: list[EventIn] = []

    async def take(tx: object, event: EventIn) -> None:
        taken.append(event)

    owner = await asyncpg.connect(databases["internships"].owner_dsn.url)
    await owner.execute("CREATE TABLE deferred (i int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    await owner.close()
    database = Database(databases["internships"].app_dsn.sqlalchemy, pool_size=8)
    peers = Peers(room="", secret=settings.secret, urls={})
    room = Room(
        name="internships",
        title="notes",
        settings=settings,
        database=database,
        routers=[_notes(), jobs_router("internships"), events_router("internships", {"*": take})],
        keys=source,
        peers=peers,
    )
    app = Observed(build_service(room), room="notes", body_bytes_max=100_000)
    peers.apps["internships"] = app
    yield Bench(database, databases["internships"], app, key, taken, peers)
    async with database.begin(PLATFORM) as tx:
        for table in ("outbox", "inbox", "jobs", "answers", "pgqueuer", "pgqueuer_log"):
            await tx.execute(text(f"DELETE FROM {table}"))
    await database.close()
    owner = await asyncpg.connect(databases["internships"].owner_dsn.url)
    await owner.execute("DROP TABLE deferred")
    await owner.close()
