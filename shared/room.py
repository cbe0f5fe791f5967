"""What a room is given and what it gives back: the only seam between a room and the house."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import FastAPI

from shared.db.session import Database
from shared.http.caller import KeySource
from shared.http.peers import Peers
from shared.jobs.routine import Routine
from shared.jobs.worker import JobHandler
from shared.kernel.clock import Clock, utc_now
from shared.settings import PlatformSettings


def _nothing() -> None:
    """Warm nothing."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the house gives a room to build itself from."""

    settings: PlatformSettings
    database: Database
    peers: Peers
    keys: KeySource
    clock: Clock = utc_now


@dataclass(frozen=True, slots=True)
class RoomApp:
    """A built room: its web application, its jobs, what its numeric child warms at start.

    `routines` run again and again in the worker, beside the jobs.
    """

    app: FastAPI
    jobs: Mapping[str, JobHandler] = field(default_factory=dict[str, JobHandler])
    warm: Callable[[], object] = _nothing
    routines: Sequence[Routine] = ()
