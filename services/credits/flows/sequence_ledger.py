"""Give committed transactions their leaf in the tree and sign what the tree now is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from services.credits.domain.merkle import hash_leaf
from services.credits.domain.signed_note import ED25519, Checkpoint, SigningKey
from services.credits.domain.tiles import edge_keys, grow, needed_tiles, subtree_hash
from services.credits.store import ledger_tree
from shared.db.session import PLATFORM, Database
from shared.kernel.secrets import derive

# Twice a second: whatever is committed has its leaf, under a signature, within one.
SEQUENCE_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Sequenced:
    """What one step has done: the tree's new size, how many leaves, the longest wait."""

    size: int
    leaves: int
    lag_s: float


def log_origin(public_url: str) -> str:
    """Return the name of the log: its public address without the scheme.

    >>> log_origin("https://credits.example.edu.cn")
    'credits.example.edu.cn/v1/ledger'
    """
    parts = urlsplit(public_url)
    return f"{parts.netloc}{parts.path.rstrip('/')}/v1/ledger"


def log_key(secret: str, origin: str) -> SigningKey:
    """Return the key that signs this log's checkpoints."""
    return SigningKey(origin, ED25519, derive(secret, "ledger checkpoint"))


async def sequence(
    database: Database, *, secret: str, public_url: str, now: datetime
) -> Sequenced | None:
    """Append what is committed to the tree and sign it; None where there was nothing to do.

    1. Hold the head: of several sequencers one works. 2. Number the queue. 3. Grow the tiles.
    4. Sign the new root. All of it is one transaction: a killed step has done nothing.
    """
    async with database.begin(PLATFORM) as tx:
        # Most of the time there is nothing: then nothing is locked and nothing written.
        if not await ledger_tree.is_waiting(tx):
            return None
        head = await ledger_tree.begin_sequencing(tx, log_origin(public_url))
        if head is None:
            return None
        origin, old = head
        taken = await ledger_tree.take_queue(tx, old)
        if not taken:
            return None
        size = old + len(taken)
        edge = await ledger_tree.read_tiles(tx, edge_keys(old))
        tiles = grow(edge, old, (hash_leaf(commitment) for _, _, commitment, _ in taken))
        known = {**edge, **tiles}
        missing = needed_tiles([(0, size)]) - known.keys()
        known.update(await ledger_tree.read_tiles(tx, missing))
        checkpoint = Checkpoint(origin, size, subtree_hash(known, 0, size))
        text = checkpoint.text()
        note = f"{text}\n{log_key(secret, origin).sign(text)}"
        await ledger_tree.seal(tx, checkpoint, note=note, tiles=tiles)
    # The queue's times are the database's own clock, and so may lie a little ahead of ours.
    waited = max((now - at).total_seconds() for _, _, _, at in taken)
    return Sequenced(size, len(taken), max(0.0, waited))
