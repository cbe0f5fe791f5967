"""The public data of the log over HTTP (C2SP tlog-tiles): anyone reads, checks and keeps it."""

from __future__ import annotations

import base64
import re
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from services.credits.contract.ledger import GrowthOut
from services.credits.domain.ledger_errors import CheckpointUnknownError, ProofSizeError
from services.credits.domain.tiles import WIDTH, TileName
from services.credits.flows import export_ledger, read_ledger
from services.credits.store import ledger_tree
from shared.db.session import PLATFORM
from shared.http.route import InTx
from shared.http.service import new_router
from shared.kernel.errors import NotFoundError

router = new_router("ledger")

_TEXT = "text/plain; charset=utf-8"
# Full tiles never change; a partial one is whole until the log outgrows it.
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_FRESH = {"Cache-Control": "no-cache"}
_TILE = re.compile(
    r"(entries|\d{1,2})/((?:x\d{3}/){0,5}\d{3})(?:\.p/([1-9]\d{0,2}))?", flags=re.ASCII
)


@router.get("/ledger/checkpoint")
async def read_checkpoint(tx: InTx) -> Response:
    """Return the newest checkpoint with its cosignatures."""
    newest = await ledger_tree.read_checkpoint(tx)
    if newest is None:
        raise CheckpointUnknownError(size=0)
    note = await read_ledger.cosigned_note(tx, newest)
    return Response(note, media_type=_TEXT, headers=_FRESH)


@router.get("/ledger/checkpoints.jsonl")
async def list_checkpoints(
    tx: InTx, after: Annotated[int, Query(ge=-1, le=2**62)] = -1
) -> Response:
    """Return up to a thousand checkpoints behind a size, one JSON line each."""
    lines = await export_ledger.checkpoint_page(tx, after=after)
    return Response(lines, media_type="application/jsonl", headers=_FRESH)


@router.get("/ledger/keys.json")
async def read_ledger_keys(tx: InTx, request: Request) -> Response:
    """Return the keys that vouch for the log; an auditor compares them with a copy of the own."""
    keys = await export_ledger.keys_of(tx, secret=request.app.state.settings.secret)
    return Response(keys, media_type="application/json", headers=_FRESH)


@router.get("/ledger/tile/{path:path}")
async def read_tile(path: str, tx: InTx, request: Request) -> Response:
    """Return a tile of hashes, or a bundle of entries computed from the rows as they now are."""
    name = _parse_tile(path)
    newest = await ledger_tree.read_checkpoint(tx)
    if newest is None or not _is_within(name, newest["size"]):
        raise NotFoundError(path=path)
    if name.level is not None:
        content = await export_ledger.hash_tile(tx, name)
    else:
        # Entries are commitments, and so for everyone; the rows behind them are not.
        async with request.app.state.database.begin(PLATFORM) as reading:
            content = await export_ledger.entry_bundle(reading, name)
    return Response(content, media_type="application/octet-stream", headers=_FOREVER)


def _parse_tile(path: str) -> TileName:
    found = _TILE.fullmatch(path)
    if found is None:
        raise NotFoundError(path=path)
    level = None if found[1] == "entries" else int(found[1])
    position = int(found[2].replace("x", "").replace("/", ""))
    return TileName(level, position, int(found[3] or WIDTH))


def _is_within(name: TileName, size: int) -> bool:
    hashes = size // WIDTH ** (name.level or 0)
    return name.width <= WIDTH and name.position * WIDTH + name.width <= hashes


@router.get("/ledger/consistency")
async def prove_consistency(
    tx: InTx,
    old: Annotated[int, Query(ge=0, le=2**62)],
    size: Annotated[int, Query(ge=1, le=2**62)],
) -> GrowthOut:
    """Return the proof that the log of one size continues that of an earlier one."""
    newest = await ledger_tree.read_checkpoint(tx)
    largest = newest["size"] if newest else 0
    if not old <= size <= largest:
        raise ProofSizeError(size=largest)
    proof = await read_ledger.prove_growth(tx, old, size)
    told = [base64.b64encode(each).decode() for each in proof]
    return GrowthOut(old=old, size=size, proof=told)
