"""Take what the internships room tells: posts and placements, each in its newest state."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from services.forecasting.domain.own_fact import (
    OWN_MEASURES,
    fact_of_placement,
    fact_of_post,
    own_dataset,
)
from services.forecasting.domain.period import period_of
from services.forecasting.store import facts
from shared.db.session import Tx
from shared.events.inbox import EventIn
from shared.http.caller import Caller
from shared.jobs.queue import start_job
from shared.kernel.clock import china_day
from shared.kernel.ids import new_id

MONTH_JOB: Final = "forecast.month"
# In whose name the platform works when nobody asked: jobs of a month that has begun.
PLATFORM: Final = Caller(
    subject=UUID(int=0),
    kind="service",
    org_id=None,
    org_kind=None,
    roles=frozenset(),
    scopes=frozenset({"service"}),
)


async def take_post(tx: Tx, event: EventIn) -> None:
    """Keep a post as it is now."""
    await facts.hold_facts(tx, alone=False)
    await facts.keep_fact(tx, fact_of_post(event.subject_id, event.org_id, event.payload))
    await begin_month(tx, event.created_at)


async def take_placement(tx: Tx, event: EventIn) -> None:
    """Keep a placement as it is now."""
    await facts.hold_facts(tx, alone=False)
    await facts.keep_fact(tx, fact_of_placement(event.subject_id, event.payload))
    await begin_month(tx, event.created_at)


async def begin_month(tx: Tx, now: datetime) -> None:
    """Start the update of the months that are over when the first fact of a new one arrives."""
    month = period_of("month", china_day(now))
    row = own_dataset(OWN_MEASURES[0], new_id(), month)
    if await facts.begin_month(tx, row) is not None:
        await start_job(tx, PLATFORM, MONTH_JOB, {})
