"""The tree of the ledger as stored: leaves, tiles, checkpoints, cosignatures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping as Row
from sqlalchemy import func, insert, select, tuple_

from services.credits.domain.signed_note import Checkpoint
from services.credits.store.ledger_writing import driver_of
from services.credits.store.tables_ledger import (
    ledger_checkpoints,
    ledger_cosignatures,
    ledger_head,
    ledger_leaves,
    ledger_logs,
    ledger_queue,
    ledger_tiles,
    ledger_transactions,
    ledger_witnesses,
)
from shared.db.session import Tx

_SEAL = "SELECT ledger_seal($1, $2, $3, $4, $5, $6)"


async def begin_sequencing(tx: Tx, origin: str) -> tuple[str, int] | None:
    """Hold the head of the log; return its origin and size, or None while another holds it."""
    row = await (await driver_of(tx)).fetchrow("SELECT * FROM ledger_begin($1)", origin)
    return (row["origin"], row["size"]) if row else None


async def is_waiting(tx: Tx) -> bool:
    """Tell whether a committed transaction waits for its leaf, without holding anything."""
    return bool(await tx.scalar(select(select(ledger_queue.c.number).exists())))


async def take_queue(tx: Tx, size: int) -> Sequence[tuple[int, UUID, bytes, datetime]]:
    """Number what is committed and not yet in the tree: index, transaction, commitment, time."""
    rows = await (await driver_of(tx)).fetch("SELECT * FROM ledger_sequence($1)", size)
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def seal(
    tx: Tx,
    checkpoint: Checkpoint,
    *,
    note: str,
    tiles: Mapping[tuple[int, int], bytes],
) -> None:
    """Keep changed tiles and a signed checkpoint, and move the head to it."""
    await (await driver_of(tx)).execute(
        _SEAL,
        checkpoint.size,
        [level for level, _ in tiles],
        [position for _, position in tiles],
        list(tiles.values()),
        checkpoint.root,
        note,
    )


async def read_tiles(tx: Tx, keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """Return tiles by level and position."""
    wanted = sorted(keys)
    if not wanted:
        return {}
    place = tuple_(ledger_tiles.c.level, ledger_tiles.c.position)
    rows = await tx.execute(select(ledger_tiles).where(place.in_(wanted)))
    return {(row.level, row.position): row.hashes for row in rows}


async def read_head(tx: Tx) -> Row | None:
    """Return the origin and the size of the log."""
    return (await tx.execute(select(ledger_head))).mappings().one_or_none()


async def read_checkpoint(tx: Tx, size: int | None = None) -> Row | None:
    """Return the newest checkpoint, or that of a size."""
    query = select(ledger_checkpoints).order_by(ledger_checkpoints.c.size.desc()).limit(1)
    if size is not None:
        query = query.where(ledger_checkpoints.c.size == size)
    return (await tx.execute(query)).mappings().one_or_none()


async def list_checkpoints(tx: Tx, *, after: int, limit: int) -> Sequence[Row]:
    """Return checkpoints in the order of their size."""
    query = select(ledger_checkpoints).where(ledger_checkpoints.c.size > after)
    return (
        (await tx.execute(query.order_by(ledger_checkpoints.c.size).limit(limit))).mappings().all()
    )


async def list_cosignatures(tx: Tx, sizes: Sequence[int]) -> dict[int, list[str]]:
    """Return the cosignature lines of checkpoints by their size."""
    query = select(ledger_cosignatures).where(ledger_cosignatures.c.size.in_(sizes))
    found: dict[int, list[str]] = {}
    for row in await tx.execute(query.order_by(ledger_cosignatures.c.witness_id)):
        found.setdefault(row.size, []).append(row.line)
    return found


async def find_leaf(tx: Tx, transaction_id: UUID) -> Row | None:
    """Return index and commitment of a transaction's leaf, where the caller may see it."""
    query = (
        select(ledger_leaves.c.seq, ledger_transactions.c.commitment)
        .join(ledger_transactions, ledger_transactions.c.id == ledger_leaves.c.transaction_id)
        .where(ledger_leaves.c.transaction_id == transaction_id)
    )
    return (await tx.execute(query)).mappings().one_or_none()


async def count_waiting(tx: Tx) -> tuple[int, datetime | None]:
    """Return how many transactions wait for their leaf, and since when the oldest."""
    row = (await tx.execute(select(func.count(), func.min(ledger_queue.c.at)))).one()
    return row[0], row[1]


async def list_witnesses(tx: Tx) -> Sequence[Row]:
    """Return the members that cosign, the oldest first."""
    query = select(ledger_witnesses).where(ledger_witnesses.c.ended_at.is_(None))
    return (await tx.execute(query.order_by(ledger_witnesses.c.id))).mappings().all()


async def add_witness(tx: Tx, values: Mapping[str, Any]) -> None:
    """Register the key of a member."""
    await tx.execute(insert(ledger_witnesses).values(**values))


async def cosign(tx: Tx, witness_id: UUID, *, size: int, line: str) -> None:
    """Keep a member's cosignature of a checkpoint."""
    await (await driver_of(tx)).execute("SELECT ledger_cosign($1, $2, $3)", witness_id, size, line)


async def add_log(tx: Tx, values: Mapping[str, Any]) -> None:
    """Register another platform's log, of which this one is a witness."""
    await tx.execute(insert(ledger_logs).values(**values))


async def find_log(tx: Tx, origin: str) -> Row | None:
    """Return a log by its origin."""
    query = select(ledger_logs).where(ledger_logs.c.origin == origin)
    return (await tx.execute(query)).mappings().one_or_none()


async def move_log(tx: Tx, seen: Row, checkpoint: Checkpoint, *, note: str) -> bool:
    """Remember the newest checkpoint of a log; False where it is no longer as it was `seen`."""
    moved = await (await driver_of(tx)).fetchval(
        "SELECT ledger_move_log($1, $2, $3, $4, $5, $6)",
        seen["origin"],
        seen["size"],
        seen["root"],
        checkpoint.size,
        checkpoint.root,
        note,
    )
    return bool(moved)
