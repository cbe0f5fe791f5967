"""What a room does again and again."""

from __future__ import annotations

import asyncio

from shared.jobs.routine import Routine, repeat


async def test_a_routine_that_breaks_runs_again_until_it_is_stopped() -> None:
    stopped = asyncio.Event()
    runs: list[int] = []

    async def run() -> None:
        runs.append(len(runs))
        if len(runs) == 1:
            raise RuntimeError("the first run breaks")
        if len(runs) == 3:
            stopped.set()

    routine = Routine("counting", 0.001, run)
    await asyncio.wait_for(repeat(routine, room="test", stopped=stopped), 10)
    assert runs == [0, 1, 2]
