"""The odds of each wish over many lotteries, worked out after a round is solved."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.internships.domain.clearing_rules import rules_of
from services.internships.engine.stored_round import odds_of_stored
from services.internships.flows.stored_market import Solved, load_solved
from services.internships.store import round_tables, rounds
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.http.caller import Caller
from shared.jobs.queue import start_job
from shared.jobs.worker import Work
from shared.kernel.clock import Clock, china_day


async def ask_odds(tx: Tx, caller: Caller, found: Row) -> None:
    """Queue the odds of a round that was just solved, where they mean something.

    Under trades, groups, quotas, reserves or kept places a plain lottery says nothing true.
    """
    rules = rules_of(found["rules"])
    plain = rules.proposes == "students" and not rules.special and not rules.reserves
    if plain and not rules.least and found["number"] == 1:
        await start_job(tx, caller, "round.odds", {"round_id": str(found["id"])})


async def estimate_odds(work: Work, clock: Clock) -> None:
    """Work out and keep the odds of the job's round, unless it has been solved anew since."""
    async with work.begin() as tx:
        found = await rounds.find_round(tx, UUID(work.input["round_id"]))
        assert found is not None, "a solved round stays"
        solved = await load_solved(tx, found, on=china_day(clock()))
    bound = solved.market.caps is not None
    odds, lotteries = ((), 0) if bound else await _compute(work, solved, found["seed"])
    work.result.update(lotteries=lotteries)
    async with work.finishing() as tx:
        still = await rounds.find_round(tx, found["id"], lock=True)
        if bound or still is None or still["solved_at"] != found["solved_at"]:
            return
        ids = (row["student_id"] for row in solved.results)
        rows = [{"student_id": each, "odds": own} for each, own in zip(ids, odds, strict=True)]
        await round_tables.put_odds(tx, found["id"], rows)
        numbers = {**still["numbers"], "lotteries": lotteries}
        await rounds.change_round(tx, found["id"], {"numbers": numbers})


async def _compute(work: Work, solved: Solved, seed: str) -> tuple[Sequence[Sequence[float]], int]:
    return await work.cpu.compute(odds_of_stored, solved.market, seed)
