"""The public data of the log: what the rows now say, beside what was sealed of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson

from services.credits.domain.ledger_audit import CHECKPOINTS, KEYS, ROWS
from services.credits.domain.tiles import HASH_BYTES, WIDTH, TileName, tile_names, write_bundle
from services.credits.flows.read_ledger import cosigned_note
from services.credits.flows.sequence_ledger import log_key
from services.credits.store import ledger_rows, ledger_tree
from shared.db.session import Tx

Write = Callable[[str, bytes], object]
"""Keep a content under a path."""

_CHECKPOINTS_AT_ONCE = 1_000
_BUNDLES_AT_ONCE = 32


async def export(tx: Tx, write: Write, *, secret: str) -> int:
    """Write the log's public data; return how many entries it has.

    Entries are computed from the rows as they now are: a changed row is an entry that no tile
    holds. They are commitments and say nothing of anyone.
    """
    newest = await ledger_tree.read_checkpoint(tx)
    size = newest["size"] if newest else 0
    write(KEYS, await keys_of(tx, secret=secret))
    write(CHECKPOINTS, b"".join([line async for line in checkpoint_lines(tx)]))
    write("checkpoint", (await cosigned_note(tx, newest)).encode() if newest else b"")
    for name in tile_names(size):
        write(name.path(), await hash_tile(tx, name))
    await _write_bundles(tx, write, size)
    findings = await ledger_rows.compare_rows(tx)
    write(ROWS, orjson.dumps({"findings": findings}))
    return size


async def keys_of(tx: Tx, *, secret: str) -> bytes:
    """Return the keys that vouch for the log, for whoever has no copy of them yet."""
    newest, head = await ledger_tree.read_checkpoint(tx), await ledger_tree.read_head(tx)
    # The newest checkpoint's own words, where there is one: that is what was signed.
    named = head["origin"] if head else ""
    origin = newest["note"].partition("\n")[0] if newest else named
    witnesses = [row["vkey"] for row in await ledger_tree.list_witnesses(tx)]
    log = str(log_key(secret, origin).verifier)
    return orjson.dumps({"origin": origin, "log": log, "witnesses": witnesses})


async def checkpoint_lines(tx: Tx) -> AsyncIterator[bytes]:
    """Yield every checkpoint as a line of JSON, a page of them at a time."""
    after = -1
    while page := await checkpoint_page(tx, after=after):
        yield page
        after = orjson.loads(page.splitlines()[-1])["size"]


async def checkpoint_page(tx: Tx, *, after: int) -> bytes:
    """Return up to a thousand checkpoints behind a size, with their cosignatures."""
    rows = await ledger_tree.list_checkpoints(tx, after=after, limit=_CHECKPOINTS_AT_ONCE)
    lines = await ledger_tree.list_cosignatures(tx, [row["size"] for row in rows])
    return b"".join(_line(row, lines.get(row["size"], [])) for row in rows)


def _line(row: Any, cosignatures: list[str]) -> bytes:
    told = {
        "size": row["size"],
        "root": row["root"].hex(),
        "note": row["note"] + "".join(cosignatures),
    }
    return orjson.dumps(told) + b"\n"


async def hash_tile(tx: Tx, name: TileName) -> bytes:
    """Return a tile of hashes as wide as asked for; nothing where it is not."""
    assert name.level is not None
    found = await ledger_tree.read_tiles(tx, [(name.level, name.position)])
    return found.get((name.level, name.position), b"")[: name.width * HASH_BYTES]


async def entry_bundle(tx: Tx, name: TileName) -> bytes:
    """Return a bundle of entries, computed from the rows."""
    low = name.position * WIDTH
    return write_bundle(await ledger_rows.read_commitments(tx, low, low + name.width))


async def _write_bundles(tx: Tx, write: Write, size: int) -> None:
    step = WIDTH * _BUNDLES_AT_ONCE
    for low in range(0, size, step):
        entries = await ledger_rows.read_commitments(tx, low, min(low + step, size))
        for at in range(0, len(entries), WIDTH):
            ours = entries[at : at + WIDTH]
            name = TileName(None, (low + at) // WIDTH, len(ours))
            write(name.path(), write_bundle(ours))
