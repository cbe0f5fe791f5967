"""What happens when a month is over: its facts are counted, and what follows is forecast."""

from __future__ import annotations

from uuid import UUID

from services.forecasting.flows.roll_up_facts import roll_up
from services.forecasting.flows.run_forecast import RUN_JOB, run_input
from shared.db.session import Tx
from shared.http.caller import Caller
from shared.jobs.queue import start_job
from shared.jobs.worker import Work
from shared.kernel.clock import Clock


async def update_month(work: Work, clock: Clock) -> None:
    """Count the months that are over; forecast each dataset that has something new."""
    async with work.finishing() as tx:
        written = await roll_up(tx, now=clock())
        news = [dataset_id for dataset_id, count in written.items() if count]
        started = [str(await forecast_again(tx, work.caller, dataset_id)) for dataset_id in news]
        work.result = {
            "written": {str(dataset_id): count for dataset_id, count in written.items()},
            "jobs": started,
        }


async def forecast_again(tx: Tx, caller: Caller, dataset_id: UUID) -> UUID:
    """Start the forecast that follows new observations."""
    return await start_job(tx, caller, RUN_JOB, run_input(dataset_id))
