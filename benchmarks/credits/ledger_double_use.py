"""Figure 3: what must never happen, counted under load while the server is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from dataclasses import dataclass
from random import Random

import asyncpg

from benchmarks.credits.ledger_ground import (
    Ground,
    connections,
    fresh,
    make_holders,
    open_for,
)
from benchmarks.credits.ledger_load import CAP, Client, Told, count_violations
from benchmarks.figures import Figure
from services.credits.store.ledger_rows import compare_rows
from shared.db.cluster import RoomDatabase
from shared.db.session import PLATFORM, Database

CLIENTS = 32


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done."""

    operations: int
    kills: int
    holders: int


_OUTCOMES_NAIVE = 200


def figure(ground: Ground, *, quick: bool) -> Figure:
    size = Size(3_000, 2, 80) if quick else Size(1_000_000, 20, 20_000)
    operations, kills = size.operations, size.kills
    told = Told()
    with fresh(ground, "double_use") as database:
        naive = asyncio.run(_race_naively(database))
        found = asyncio.run(_run(ground, database, told, size=size))
    broken = sum(found.values())
    shown = ", ".join(f"{name} {count}" for name, count in found.items())
    answers = ", ".join(f"{name} {count:,}" for name, count in sorted(told.outcomes.items()))
    # A quick run is for finding a break soon: its size is what 15 s on two cores allow.
    return Figure(
        "credits.3",
        broken,
        f"broken promises in {len(told.seconds):,} operations, {CLIENTS} clients, {kills} kill -9",
        f"check, then insert: {naive} of {_OUTCOMES_NAIVE} outcomes in double use",
        None,
        f"0 in {operations:,} operations with {kills} kill -9; the naive peer double-uses",
        broken == 0 and naive > 0 and len(told.seconds) >= operations,
        f"{shown}; answers: {answers}",
    )


async def _run(ground: Ground, database: RoomDatabase, told: Told, *, size: Size) -> dict[str, int]:
    operations, kills = size.operations, size.kills
    students = make_holders(size.holders)
    async with connections(database, 1) as (connection,):
        await open_for(connection, students, [CAP])
    clients = [Client(n, database, students, told) for n in range(CLIENTS)]

    def remaining() -> bool:
        return len(told.seconds) < operations

    tasks = [asyncio.create_task(client.run(remaining)) for client in clients]
    for n in range(kills):
        due = operations * (n + 1) // (kills + 1)
        while len(told.seconds) < due and not all(task.done() for task in tasks):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        _kill(ground)
    await asyncio.gather(*tasks)
    async with connections(database, 1) as (connection,):
        found = await count_violations(connection, told)
    reading = Database(database.app_dsn.sqlalchemy, pool_size=1)
    async with reading.begin(PLATFORM) as tx:
        found["rows that do not follow"] = len(await compare_rows(tx))
    await reading.close()
    return found


def _kill(ground: Ground) -> None:
    """Kill the server without a word and start it again; clients find out by themselves."""
    os.kill(ground.server.address.pid, signal.SIGKILL)
    while ground.server.poll() is None:
        time.sleep(0.01)
    ground.server.restart()


async def _race_naively(database: RoomDatabase) -> int:
    """Return how many of 200 outcomes a check before the insert lets be used twice."""
    async with connections(database, 1) as (connection,):
        owner = await asyncpg.connect(database.owner_dsn.url)
        await owner.execute("CREATE TABLE naive_uses (scope text, claim text, taken_by integer)")
        await owner.execute("CREATE INDEX ON naive_uses (scope, claim)")
        await owner.close()
        async with connections(database, CLIENTS) as all_of_them:
            await asyncio.gather(*(_ask(each, n) for n, each in enumerate(all_of_them)))
        return await connection.fetchval(
            "SELECT count(*) FROM (SELECT claim FROM naive_uses GROUP BY claim"
            " HAVING count(*) > 1) d"
        )


async def _ask(connection: asyncpg.Connection, number: int) -> None:
    rng = Random(number)  # noqa: S311 - waits, no secrets
    for outcome in range(_OUTCOMES_NAIVE):
        async with connection.transaction():
            used = await connection.fetchval(
                "SELECT true FROM naive_uses WHERE scope = 's' AND claim = $1", f"o{outcome}"
            )
            if not used:
                await asyncio.sleep(rng.random() * 0.001)  # as long as a decision takes
                await connection.execute(
                    "INSERT INTO naive_uses VALUES ('s', $1, $2)", f"o{outcome}", number
                )
