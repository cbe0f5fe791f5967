"""What the worker does for the ledger without being asked."""

from __future__ import annotations

from typing import Any

from services.credits.flows import keep_ledger, read_ledger
from services.credits.flows.run_ledger import ledger_routines
from shared.db.session import Database
from shared.room import Parts
from shared.settings import PlatformSettings
from tests.credits_ledger.conftest import NOW, School


async def test_the_worker_seals_postings_and_gives_back_what_nobody_decided_in_time(
    school: School, database: Database, settings: PlatformSettings
) -> None:
    nobody: Any = None
    parts = Parts(
        settings=settings,
        database=database,
        peers=nobody,
        keys=nobody,
        clock=lambda: NOW.replace(year=2027),
    )
    routines = {each.name: each for each in ledger_routines(parts)}
    assert routines["ledger.seal"].every_s <= 1.0
    async with school.begin() as tx:
        made = (await keep_ledger.post(tx, [school.posting()], now=NOW))[0]
        held = (await keep_ledger.reserve(tx, [school.reserve("outcome:a")], now=NOW))[0]
    await routines["ledger.seal"].run()
    await routines["ledger.deadlines"].run()
    async with school.begin() as tx:
        assert await read_ledger.inclusion(tx, made.id) is not None
        state = await read_ledger.reservation(tx, held.id)
    assert state is not None
    assert state.settled_kind == "release"
