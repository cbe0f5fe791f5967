"""Figure 6: an audit of a million leaves from public data, and what it finds of changed rows."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from benchmarks.credits.ledger_ground import (
    PUBLIC_URL,
    SECRET,
    Ground,
    connections,
    fresh,
    make_holders,
    open_for,
)
from benchmarks.credits.ledger_load import CAP, Client, Told
from benchmarks.credits.tampering import COLUMNS, change
from benchmarks.figures import Figure, within
from services.credits.adapters.ledger_sources import FolderSource
from services.credits.domain.ledger_audit import (
    CHECKPOINTS,
    KEYS,
    LogKeys,
    Report,
    audit,
    read_keys,
)
from services.credits.domain.merkle import Frontier, hash_leaf
from services.credits.domain.signed_note import COSIGNATURE, Checkpoint, SigningKey
from services.credits.domain.tiles import WIDTH, TileName, grow, tile_names, write_bundle
from services.credits.flows.export_ledger import export
from services.credits.flows.sequence_ledger import log_key, log_origin, sequence
from shared.db.cluster import RoomDatabase
from shared.db.session import Database
from shared.kernel.clock import utc_now

_GOAL_S = 60.0
_LEAVES = 1_000_000
# As many as a second seals at the goal of figure 5.
_PER_CHECKPOINT = 2_000


@dataclass
class _Memory:
    """Public data that lies nowhere."""

    kept: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def read(self, path: str) -> bytes | None:
        return self.kept.get(path)

    def write(self, path: str, content: bytes) -> None:
        self.kept[path] = content


def figures(ground: Ground, *, quick: bool) -> Iterator[Figure]:
    leaves = 50_000 if quick else _LEAVES
    with tempfile.TemporaryDirectory(prefix="cj-bench-") as folder:
        source = FolderSource(Path(folder))
        keys = _publish(source, leaves)
        begin = time.perf_counter()
        report = audit(source, keys, cosigners_min=1)
        seconds = time.perf_counter() - begin
        found = [bool(_audit_changed(source, keys, number).findings) for number in range(5)]
    goal = _GOAL_S * leaves / _LEAVES
    yield Figure(
        "credits.6",
        seconds,
        f"s to audit {leaves:,} leaves under {report.checkpoints:,} cosigned checkpoints",
        "",
        None,
        f"<= {goal:.0f} s, and every changed byte of the public data found",
        within(seconds, goal) and not report.findings and all(found),
        f"{sum(found)} of {len(found)} files with one changed byte found",
    )
    yield _tampering(ground, quick=quick)


def _publish(source: FolderSource, leaves: int) -> LogKeys:
    """Write the public data of a log of random commitments."""
    origin = log_origin(PUBLIC_URL)
    log, witness = log_key(SECRET, origin), SigningKey("school.example/w", COSIGNATURE, bytes(32))
    entries = [hashlib.sha256(n.to_bytes(8, "big")).digest() for n in range(leaves)]
    hashes = [hash_leaf(each) for each in entries]
    tiles = grow({}, 0, hashes)
    for name in tile_names(leaves):
        source.write(name.path(), tiles[name.level or 0, name.position])
    for position in range(-(-leaves // WIDTH)):
        ours = entries[position * WIDTH : (position + 1) * WIDTH]
        source.write(TileName(None, position, len(ours)).path(), write_bundle(ours))
    lines: list[bytes] = []
    frontier = Frontier()
    for leaf in hashes:
        frontier.add(leaf)
        if frontier.size % _PER_CHECKPOINT == 0 or frontier.size == leaves:
            checkpoint = Checkpoint(origin, frontier.size, frontier.root())
            words = checkpoint.text()
            note = f"{words}\n{log.sign(words)}{witness.sign(words, at=1_790_000_000)}"
            root = checkpoint.root.hex()
            lines.append(orjson.dumps({"size": frontier.size, "root": root, "note": note}) + b"\n")
    source.write(CHECKPOINTS, b"".join(lines))
    source.write(KEYS, b"")
    return LogKeys(log.verifier, (witness.verifier,))


def _audit_changed(source: FolderSource, keys: LogKeys, number: int) -> Report:
    """Audit with one byte of one file changed, in a log cut to its first files for time."""
    rng = Random(number)  # noqa: S311 - which byte, no secret
    paths = sorted(
        str(path.relative_to(source.folder))
        for path in source.folder.rglob("*")
        if path.is_file() and path.name != KEYS
    )
    path = rng.choice(paths)
    whole = source.read(path) or b""
    at = rng.randrange(len(whole))
    source.write(path, whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    try:
        return audit(source, keys, cosigners_min=1)
    finally:
        source.write(path, whole)


def _tampering(ground: Ground, *, quick: bool) -> Figure:
    # A quick run takes one column of each table; the tests take them all.
    columns = list({table: (table, column) for table, column in COLUMNS}.values())
    with fresh(ground, "tampered") as database:
        found = asyncio.run(
            _tamper(ground, database, operations=200, columns=columns if quick else COLUMNS)
        )
    missed = sorted(name for name, seen in found.items() if not seen)
    return Figure(
        "credits.6",
        len(found) - len(missed),
        f"of {len(found)} columns: a superuser's change of one row is found",
        "",
        None,
        "all of them, and nothing in an untouched ledger",
        not missed,
        f"missed: {', '.join(missed)}" if missed else "each column of each table of the ledger",
    )


async def _tamper(
    ground: Ground,
    database: RoomDatabase,
    *,
    operations: int,
    columns: Sequence[tuple[str, str]],
) -> dict[str, bool]:
    students, told = make_holders(10), Told()
    async with connections(database, 1) as (connection,):
        await open_for(connection, students, [CAP])
    clients = [Client(n, database, students, told) for n in range(4)]
    await asyncio.gather(*(each.run(lambda: told.operations < operations) for each in clients))
    sealing = Database(database.app_dsn.sqlalchemy, pool_size=1)
    await sequence(sealing, secret=SECRET, public_url=PUBLIC_URL, now=utc_now())
    await sealing.close()
    name = database.app_dsn.database
    url = ground.server.admin_dsn.replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url.replace("/postgres?", f"/{name}?"))
    found: dict[str, bool] = {}
    async with engine.connect() as tx:
        found["untouched"] = not (await _audit_now(tx)).findings
        await tx.rollback()
        for table, column in columns:
            await change(tx, table, column)
            found[f"{table}.{column}"] = bool((await _audit_now(tx)).findings)
            await tx.rollback()
    await engine.dispose()
    return found


async def _audit_now(tx: AsyncConnection) -> Report:
    memory = _Memory()
    await tx.execute(text("SELECT 1"))  # opens the transaction that the driver's own calls join
    await export(tx, memory.write, secret=SECRET)
    return audit(memory, read_keys(memory.kept[KEYS]))
