"""What a room is given and what it gives back: the only seam between a room and the house."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import FastAPI

from shared.db.session import Database
from shared.http.caller import KeySource
from shared.http.peers import Peers
from shared.jobs.routine import Routine
from shared.kernel.clock import Clock, utc_now
from shared.settings import PlatformSettings

if TYPE_CHECKING:
    from shared.jobs.worker import JobHandler  # the queue's machinery is the worker's alone


def _nothing() -> None:
    """Warm nothing."""


def _no_jobs() -> Mapping[str, JobHandler]:
    return {}


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

    `load_jobs` imports the handlers by kind and their engines: a worker asks, `serve` never does.
    `routines` run again and again in the worker, beside the jobs.
    """

    app: FastAPI
    load_jobs: Callable[[], Mapping[str, JobHandler]] = _no_jobs
    warm: Callable[[], object] = _nothing
    routines: Sequence[Routine] = ()
