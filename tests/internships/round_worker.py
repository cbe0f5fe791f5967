"""A worker process that stops for ever in the middle of a round, to be killed there by a test."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterable
from pathlib import Path

from joserfc.jwk import KeySet

from services.internships.app import build
from shared.db.session import Database
from shared.files import FolderStore, KeptFile
from shared.http.peers import Peers
from shared.jobs.worker import Cpu, RoomWorker
from shared.room import Parts
from shared.settings import PlatformSettings


async def keep_never(
    _store: FolderStore, _chunks: AsyncIterable[bytes], *, bytes_max: int
) -> KeptFile:
    """Say that the round is solved, and never go on to write it."""
    sys.stdout.write("solved\n")
    sys.stdout.flush()
    await asyncio.sleep(3600)
    raise AssertionError(bytes_max)


async def no_keys(_fetch: bool) -> KeySet:
    """A worker verifies nobody."""
    return KeySet([])


async def main() -> None:
    """Work on the room's queue."""
    FolderStore.keep = keep_never  # type: ignore[method-assign]
    settings = PlatformSettings(data=Path(os.environ["ROUND_DATA"]), secret="x" * 40)
    peers = Peers(room="internships", secret=settings.secret, urls={})
    database = Database(os.environ["ROUND_APP"])
    built = build(Parts(settings=settings, database=database, peers=peers, keys=no_keys))
    worker = RoomWorker(
        room="internships",
        database=database,
        queue_url=os.environ["ROUND_QUEUE"],
        peers=peers,
        handlers=built.load_jobs(),
        cpu=Cpu(built.warm),
    )
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main())
