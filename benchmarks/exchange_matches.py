"""MAT-03: the 20 best of 20,000 published notices, through the room, exactly.

`python -m benchmarks.exchange_matches` prints one JSON line. The hardest board is measured: every
notice stands on the other side and answers. Its texts are names of the catalogues.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import orjson
from joserfc.jwk import KeySet
from sqlalchemy import text

from benchmarks.figures import Figure, print_figures
from services.exchange.app import build
from services.exchange.domain.notice_kind import answering
from services.exchange.domain.notice_match import profile_of
from services.exchange.engine.likeness import NoticeProfile, compare, word_weight
from shared.catalogues.majors import majors
from shared.catalogues.occupations import occupations
from shared.catalogues.regions import regions
from shared.db.cluster import ensure_rooms
from shared.db.migrations import migrate
from shared.db.server import Server
from shared.db.session import PLATFORM, Database
from shared.http.peers import Peers
from shared.room import Parts
from shared.search_terms import index_terms
from shared.settings import PlatformSettings

NOTICES: Final = 20_000
BEST: Final = 20
GOAL_MS: Final = 100.0
KIND: Final = "internship"
_SECRET: Final = "secret of a database that lives for seconds"  # noqa: S105 - guards nothing
_ASKED: Final = 9
_COMPARED: Final = 2
_INSERT = text("INSERT INTO notices SELECT * FROM jsonb_populate_recordset(NULL::notices, :rows)")


def figure() -> Figure:
    """Return the processor time of one answer of the room, the columns being known."""
    with tempfile.TemporaryDirectory(prefix="exchange-") as folder:
        server = Server.start(Path(folder), settings={"fsync": "off", "synchronous_commit": "off"})
        try:
            return asyncio.run(_measured(server.admin_dsn, Path(folder)))
        finally:
            server.stop()


async def _measured(admin: str, folder: Path) -> Figure:
    async with _room(admin, folder) as (database, http):
        asking = await _fill(database)
        first = await _seconds(http, asking[0])
        times = [await _seconds(http, each) for each in asking]
        answers = [await _best(http, each) for each in asking[:_COMPARED]]
        same = answers == [await _one_by_one(database, each) for each in asking[:_COMPARED]]
    found = statistics.median(each[0] for each in times) * 1000
    clock = statistics.median(each[1] for each in times) * 1000
    note = (
        f"every notice answers; as scoring every one: {same}; by the clock, with the database and "
        f"under this machine's load, {clock:.0f} ms; the first answer, which reads all, "
        f"{first[0]:.2f} s of processor"
    )
    return Figure(
        "exchange.1",
        found,
        f"ms of processor for the {BEST} best of {NOTICES:,} with reasons",
        "",
        None,
        f"<= {GOAL_MS:.0f} ms, exact",
        same and found <= GOAL_MS,
        note,
    )


@asynccontextmanager
async def _room(admin: str, folder: Path) -> AsyncGenerator[tuple[Database, httpx.AsyncClient]]:
    """Build the room alone on a database of its own."""
    address = (await ensure_rooms(admin, "bench", ["exchange"], secret=_SECRET))["exchange"]
    readers = (address.app_dsn.user, address.relay_dsn.user)
    await migrate("exchange", address.owner_dsn.sqlalchemy, readers=readers)
    database = Database(address.app_dsn.sqlalchemy)
    peers = Peers(room="exchange", secret=_SECRET, urls={})

    async def no_keys(_fetch: bool) -> KeySet:  # noqa: FBT001 - as rooms ask for keys
        return KeySet([])

    settings = PlatformSettings(data=folder, secret=_SECRET)
    app = build(Parts(settings=settings, database=database, peers=peers, keys=no_keys)).app
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://exchange") as http:
        yield database, http
    await peers.close()
    await database.close()


async def _fill(database: Database) -> list[str]:
    """Publish offers that all answer, and a few needs; return the needs' ids."""
    rng = Random(20)  # noqa: S311 - a board by a fixed seed
    offers = [_row(rng, side="offer", kind=rng.choice(answering(KIND))) for _ in range(NOTICES)]
    needs = [_row(rng, side="need", kind=KIND) for _ in range(_ASKED)]
    rows = [*offers, *needs]
    async with database.begin(PLATFORM) as tx:
        for start in range(0, len(rows), 2000):
            part = orjson.dumps(rows[start : start + 2000], default=str).decode()
            await tx.execute(_INSERT, {"rows": part})
    return [row["id"] for row in needs]


def _row(rng: Random, *, side: str, kind: str) -> dict[str, Any]:
    fields, work = rng.sample(_MAJORS, rng.randint(0, 5)), rng.choice(_OCCUPATIONS)
    told = [each.name for each in rng.sample(_MAJORS, 6)]
    told += [each.name for each in rng.sample(_OCCUPATIONS, 6)]
    skills = [each.name for each in rng.sample(_OCCUPATIONS, rng.randint(0, 4))]
    published = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=rng.randint(0, 10**6))
    return {
        "id": str(UUID(int=rng.getrandbits(128))),
        "version": 1,
        "org_id": str(uuid4()),
        "org_kind": "enterprise",
        "org_name": "某单位",
        "state": "published",
        "side": side,
        "kind": kind,
        "title": work.name,
        "summary": "、".join(told),
        "region_code": rng.choice(_REGIONS).code,
        "occupation_code": work.code if rng.random() < 0.8 else None,
        "major_codes": [each.code for each in fields],
        "skills": skills,
        "search_terms": index_terms([work.name, *skills], wide="校企合作 ".join(told)),
        "rule": {"registration": {"required": False, "pack": "cn", "version": "1"}},
        "created_at": published,
        "published_at": published,
    }


async def _ask(http: httpx.AsyncClient, notice_id: str) -> Any:
    answer = await http.get(f"/v1/notices/{notice_id}/matches?limit={BEST}")
    return answer.raise_for_status().json()


async def _seconds(http: httpx.AsyncClient, notice_id: str) -> tuple[float, float]:
    """Return processor and clock seconds of one answer, the client's own share included."""
    clock, processor = time.perf_counter(), time.process_time()
    await _ask(http, notice_id)
    return time.process_time() - processor, time.perf_counter() - clock


async def _best(http: httpx.AsyncClient, notice_id: str) -> list[tuple[str, float]]:
    items = (await _ask(http, notice_id))["items"]
    return [(each["notice"]["id"], each["score"]) for each in items]


async def _one_by_one(database: Database, notice_id: str) -> list[tuple[str, float]]:
    """Score every notice by the plain reference, order all of them, and cut."""
    async with database.begin(PLATFORM) as tx:
        rows = (await tx.execute(text("SELECT * FROM notices"))).mappings().all()
    own = next(profile_of(dict(row)) for row in rows if str(row["id"]) == notice_id)
    others = [profile_of(dict(row)) for row in rows if row["side"] == "offer"]
    scored = list(_scored(own, others))
    scored.sort(key=lambda pair: (-pair[1], -pair[0].published, pair[0].key))
    return [(str(UUID(bytes=each.key[:16])), score) for each, score in scored[:BEST]]


def _scored(
    own: NoticeProfile, others: Sequence[NoticeProfile]
) -> Iterator[tuple[NoticeProfile, float]]:
    holding = Counter(word for each in others for word in each.words)
    weights = {word: word_weight(len(others), holding[word]) for word in {*holding, *own.words}}
    for each in others:
        yield each, compare(own, each, weights.__getitem__).score


_MAJORS = list(majors())
_OCCUPATIONS = [each for each in occupations() if each.level == "4"]
_REGIONS = list(regions())

if __name__ == "__main__":
    for _ in print_figures([figure()]):
        pass
