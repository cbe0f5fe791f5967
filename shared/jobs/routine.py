"""What a room does again and again beside its jobs: look for deadlines, seal a log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.logs import get_logger


@dataclass(frozen=True, slots=True)
class Routine:
    """A step that runs now and again; each run finds its own work and may find none.

    Several workers may run it at once: the step itself says by a lock whose turn it is.
    """

    name: str
    every_s: float
    run: Callable[[], Awaitable[object]]


async def repeat(routine: Routine, *, room: str, stopped: asyncio.Event) -> None:
    """Run `routine` until `stopped`; a run that breaks is logged and the next one still comes."""
    log = get_logger(room)
    while not stopped.is_set():
        try:
            await routine.run()
        except Exception:
            log.exception("routine.broke", routine=routine.name)
        try:
            await asyncio.wait_for(stopped.wait(), routine.every_s)
        except TimeoutError:
            continue
