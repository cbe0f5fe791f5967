"""Figure 5: postings a second and their latency, with and without the sequencer beside them."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import cast

import asyncpg
import uvloop
from sqlalchemy import text

from benchmarks.credits.ledger_ground import (
    PUBLIC_URL,
    SECRET,
    Ground,
    connections,
    fresh,
    make_holders,
    open_for,
    scope_of,
)
from benchmarks.figures import Figure, within
from services.credits.domain.ledger import Holder, Limit, Posting, plan_posting
from services.credits.flows.keep_ledger import to_record
from services.credits.flows.sequence_ledger import SEQUENCE_EVERY_S, sequence
from services.credits.store.ledger_writing import Batch, write
from shared.db.cluster import RoomDatabase
from shared.db.session import PLATFORM, Database

CLIENTS = 32
_CAP = Limit("2026", None)
_PER_SECOND = 2_000
_P99_MS = 50.0
_LAG_S = 1.0
_SHARE_MAX = 0.10


@dataclass(frozen=True, slots=True)
class Round:
    """Postings of one stretch of time."""

    per_second: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Size:
    """How long, how often, for how many students."""

    seconds: float
    rounds: int
    holders: int


@dataclass(slots=True)
class Measured:
    """Paired rounds without and with the sequencer, and what it has cost in the second."""

    alone: list[Round] = field(default_factory=list[Round])
    sealed: list[Round] = field(default_factory=list[Round])
    lag_s: float = 0.0
    seal_cpu_s: float = 0.0
    post_cpu_s: float = 0.0


def figures(ground: Ground, *, quick: bool) -> Iterator[Figure]:
    seconds, rounds, holders = (1.2, 2, 600) if quick else (20.0, 3, 5_000)
    ours, theirs = cast(
        "tuple[Connection, Connection]", multiprocessing.get_context("spawn").Pipe()
    )
    with fresh(ground, "speed") as database:
        sealing = multiprocessing.get_context("spawn").Process(
            target=_seal_when_told, args=(theirs, database.app_dsn.sqlalchemy), daemon=True
        )
        sealing.start()
        theirs.close()  # so that the end of the other process is the end of the pipe
        try:
            # The loop that the platform's own processes run on.
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                measured = runner.run(
                    _run(ground, database, ours, size=Size(seconds, rounds, holders))
                )
        finally:
            ours.send("end")
            sealing.join(20)
    yield from _figures(measured)


def _figures(measured: Measured) -> Iterator[Figure]:
    alone, sealed = measured.alone, measured.sealed
    rate = statistics.median(each.per_second for each in sealed)
    bare = statistics.median(each.per_second for each in alone)
    p99 = statistics.median(each.p99_ms for each in sealed)
    yield Figure(
        "credits.5",
        rate,
        f"postings/s, {CLIENTS} clients, one transaction each, p99 {p99:.1f} ms",
        f"without the sequencer: {bare:,.0f}/s",
        rate / bare,
        f">= {_PER_SECOND:,}/s, p99 <= {_P99_MS:.0f} ms",
        within(1.0 / rate, 1.0 / _PER_SECOND) and within(p99, _P99_MS),
        "four entries, a cap, a use of an outcome each; synchronous commits",
    )
    # Processor time, not the ratio of the rates: a neighbour on the machine does not count, and
    # what a posting costs is what limits the rate.
    share = measured.seal_cpu_s / (measured.seal_cpu_s + measured.post_cpu_s)
    yield Figure(
        "credits.5",
        100.0 * share,
        "% of the processor time for sequencing, tree and signed checkpoints",
        "",
        None,
        f"<= {100 * _SHARE_MAX:.0f} %",
        share <= _SHARE_MAX,
        f"client, sequencer and server; ratio of the rates in this run {rate / bare:.2f}",
    )
    yield Figure(
        "credits.5",
        measured.lag_s,
        "s from a commit to its leaf under a signed checkpoint, at most",
        "",
        None,
        f"<= {_LAG_S:.0f} s",
        within(measured.lag_s, _LAG_S),
        f"sealed every {SEQUENCE_EVERY_S} s",
    )


async def _run(ground: Ground, database: RoomDatabase, seal: Connection, *, size: Size) -> Measured:
    students = make_holders(size.holders)
    measured = Measured()
    async with connections(database, CLIENTS) as opened:
        await open_for(opened[0], students, [_CAP])
        await _post_for(opened, students, seconds=min(1.0, size.seconds))  # plans and caches
        backend = int((await _ask(seal, "drain"))[0])
        for _ in range(size.rounds):
            measured.alone.append(await _post_for(opened, students, seconds=size.seconds))
            await _ask(seal, "drain")
            everything, sealing = _server_cpu_s(ground), _cpu_s(backend)
            own = time.process_time()
            await _ask(seal, "begin")
            measured.sealed.append(await _post_for(opened, students, seconds=size.seconds))
            _, lag_s, child_s = await _ask(seal, "pause")
            sealing = _cpu_s(backend) - sealing
            measured.seal_cpu_s += child_s + sealing
            measured.post_cpu_s += time.process_time() - own
            measured.post_cpu_s += _server_cpu_s(ground) - everything - sealing
            measured.lag_s = max(measured.lag_s, lag_s)
    return measured


def _server_cpu_s(ground: Ground) -> float:
    """Return the processor time of the server's processes that live."""
    postmaster = ground.server.address.pid
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return sum(_cpu_s(number, child_of=postmaster) for number in numbers)


def _cpu_s(number: int, *, child_of: int | None = None) -> float:
    try:
        words = Path(f"/proc/{number}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    fields = words.rpartition(")")[2].split()
    if child_of not in {None, int(fields[1])}:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _ask(seal: Connection, word: str) -> tuple[int, float, float]:
    seal.send(word)
    return await asyncio.to_thread(seal.recv)


async def _post_for(
    opened: list[asyncpg.Connection], students: list[Holder], *, seconds: float
) -> Round:
    took: list[float] = []
    begin = time.perf_counter()
    end = begin + seconds

    async def client(number: int, connection: asyncpg.Connection) -> None:
        rng = Random(time.perf_counter_ns() + number)  # noqa: S311 - which student, no secret
        while time.perf_counter() < end:
            holder = rng.choice(students)
            key = f"{number}:{rng.getrandbits(64):x}"
            posting = Posting(
                f"post:{key}",
                holder,
                scope_of(holder),
                "online",
                100,
                claims=(f"outcome:{key}",),
                limits=(_CAP,),
                facts={"rulebook": "0" * 64},
            )
            start = time.perf_counter()
            record = to_record(posting, plan_posting(posting), datetime.now(UTC))
            await write(connection, Batch([record]))
            took.append(time.perf_counter() - start)

    await asyncio.gather(*(client(n, each) for n, each in enumerate(opened)))
    took_all = time.perf_counter() - begin
    return Round(len(took) / took_all, 1000.0 * statistics.quantiles(took, n=100)[98])


def _seal_when_told(told: Connection, url: str) -> None:
    """Seal between `begin` and `pause`, and answer `pause` with the longest lag."""
    asyncio.run(_sealing(told, url))


async def _sealing(told: Connection, url: str) -> None:
    database = Database(url, pool_size=1)
    async with database.begin(PLATFORM) as tx:
        backend = await tx.scalar(text("SELECT pg_backend_pid()"))
    running, lag_s, begun, word = False, 0.0, 0.0, ""
    while word != "end":
        if not running or told.poll():
            word = await asyncio.to_thread(told.recv)
            if word == "drain":
                await _seal(database)
            if word == "begin":
                lag_s, begun = 0.0, time.process_time()
            running = word == "begin"
            if word != "end":
                told.send((backend, lag_s, time.process_time() - begun))
            continue
        lag_s = max(lag_s, await _seal(database))
        await asyncio.sleep(SEQUENCE_EVERY_S)
    await database.close()


async def _seal(database: Database) -> float:
    begin = time.perf_counter()
    done = await sequence(database, secret=SECRET, public_url=PUBLIC_URL, now=datetime.now(UTC))
    return (done.lag_s if done else 0.0) + time.perf_counter() - begin
