"""What the ledger does again and again in the worker: seal, have cosigned, keep deadlines."""

from __future__ import annotations

from collections.abc import Sequence

from services.credits.adapters.witnesses import post_checkpoint
from services.credits.flows.cosign_ledger import COSIGN_EVERY_S, ask_witnesses
from services.credits.flows.keep_ledger import expire_due, release_due
from services.credits.flows.sequence_ledger import SEQUENCE_EVERY_S, sequence
from shared.db.session import PLATFORM
from shared.jobs.routine import Routine
from shared.kernel.clock import china_day
from shared.room import Parts

_DEADLINES_EVERY_S = 30.0


def ledger_routines(parts: Parts) -> Sequence[Routine]:
    """Return the ledger's routines."""

    async def seal() -> None:
        await sequence(
            parts.database,
            secret=parts.settings.secret,
            public_url=parts.settings.public_url,
            now=parts.clock(),
        )

    async def cosign() -> None:
        await ask_witnesses(parts.database, post_checkpoint)

    async def keep_deadlines() -> None:
        now = parts.clock()
        async with parts.database.begin(PLATFORM) as tx:
            await release_due(tx, now=now)
            await expire_due(tx, today=china_day(now), now=now)

    return (
        Routine("ledger.seal", SEQUENCE_EVERY_S, seal),
        Routine("ledger.cosign", COSIGN_EVERY_S, cosign),
        Routine("ledger.deadlines", _DEADLINES_EVERY_S, keep_deadlines),
    )
