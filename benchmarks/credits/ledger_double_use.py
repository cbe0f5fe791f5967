"""Figure 3: what must never happen, counted under load while the server is killed."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import UUID

import asyncpg

from benchmarks.credits.ledger_ground import (
    Ground,
    connections,
    fresh,
    make_holders,
    open_for,
)
from benchmarks.credits.ledger_journal import Journal
from benchmarks.credits.ledger_load import CAP, Client, Told, count_violations
from benchmarks.figures import Figure
from services.credits.store.ledger_rows import compare_rows
from shared.db.cluster import RoomDatabase
from shared.db.session import PLATFORM, Database

CLIENTS = 32


OPERATIONS = 1_000_000
KILLS = 20
# A quick run is for finding a break soon: its size is what 15 s on two cores allow.
_OPERATIONS_QUICK, _KILLS_QUICK = 3_000, 2
# So few students for each operation that caps are reached as well.
_PER_HOLDER = 60
_OUTCOMES_NAIVE = 200
_DATABASE = "double_use"
_SCHOOL = UUID(int=5)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is to be done in all, and how much of it in this run."""

    operations: int
    kills: int
    now: int

    @property
    def holders(self) -> int:
        """Return how many students there are, the same in each run."""
        return self.operations // _PER_HOLDER


def figure(
    ground: Ground, *, quick: bool, operations: int | None = None, kept: Path | None = None
) -> Figure:
    """Return the figure: of one run, or of all runs whose ledger lies in the folder `kept`."""
    operations, kills = operations or OPERATIONS, KILLS
    if quick:
        operations, kills = _OPERATIONS_QUICK, _KILLS_QUICK
    goal = operations if quick else OPERATIONS
    size = Size(goal, kills, operations)
    journal = Journal.open(kept)
    with fresh(ground, _DATABASE, keep=kept is not None) as database:
        found = asyncio.run(_measure(ground, database, journal, size=size))
    broken = sum(found.values())
    shown = ", ".join(f"{name} {count}" for name, count in found.items())
    answers = ", ".join(f"{name} {count:,}" for name, count in sorted(journal.outcomes.items()))
    rate = journal.operations / journal.seconds
    return Figure(
        "credits.3",
        broken,
        f"broken promises in {journal.operations:,} operations, {CLIENTS} clients,"
        f" {journal.kills} kill -9",
        f"check, then insert: {journal.naive} of {_OUTCOMES_NAIVE} outcomes in double use",
        None,
        f"0 in {goal:,} operations with {kills} kill -9; the naive peer double-uses"
        + (" (a quick run's size: the full one has 1,000,000 and 20)" if quick else ""),
        broken == 0 and journal.naive > 0 and journal.operations >= goal and journal.kills >= kills,
        f"{shown}; answers: {answers}; {rate:,.0f} operations/s in {journal.runs} run(s)",
    )


async def _measure(
    ground: Ground, database: RoomDatabase, journal: Journal, *, size: Size
) -> dict[str, int]:
    students = make_holders(size.holders, _SCHOOL)
    naive = 0
    if not journal.runs:
        naive = await _race_naively(database)
        async with connections(database, 1) as (connection,):
            await open_for(connection, students, [CAP])
    # A part of the operations has its part of the kills, and at least one.
    kills = max(1, round(size.kills * size.now / size.operations))
    run = f"{secrets.token_hex(4)}."  # keys and outcomes of one run are no other run's
    told = Told()
    clients = [Client(n, database, students, told, run=run) for n in range(CLIENTS)]
    begin = time.perf_counter()
    await _load(ground, clients, told, operations=size.now, kills=kills)
    journal.add(told, kills=kills, seconds=time.perf_counter() - begin, naive=naive)
    async with connections(database, 1) as (connection,):
        found = await count_violations(connection, journal.acknowledged, journal.wrong)
    reading = Database(database.app_dsn.sqlalchemy, pool_size=1)
    async with reading.begin(PLATFORM) as tx:
        found["rows that do not follow"] = len(await compare_rows(tx))
    await reading.close()
    return found


async def _load(
    ground: Ground, clients: list[Client], told: Told, *, operations: int, kills: int
) -> None:
    tasks = [
        asyncio.create_task(client.run(lambda: told.operations < operations)) for client in clients
    ]
    for n in range(kills):
        due = operations * (n + 1) // (kills + 1)
        while told.operations < due and not all(task.done() for task in tasks):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        print(f"{told.operations:,} of {operations:,} operations; kill {n + 1}", file=sys.stderr)
        _kill(ground)
    await asyncio.gather(*tasks)


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
        found = await connection.fetchval(
            "SELECT count(*) FROM (SELECT claim FROM naive_uses GROUP BY claim"
            " HAVING count(*) > 1) d"
        )
        return int(found or 0)


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
