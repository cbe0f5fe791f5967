"""What happens when a month is over: its facts are counted, and what follows is forecast."""

from __future__ import annotations

from services.forecasting.flows.roll_up_facts import roll_up
from shared.jobs.worker import Work
from shared.kernel.clock import Clock


async def update_month(work: Work, clock: Clock) -> None:
    """Count the months that are over."""
    async with work.finishing() as tx:
        work.result = {"written": await roll_up(tx, now=clock())}
