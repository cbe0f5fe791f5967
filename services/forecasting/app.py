"""Builds the forecasting room: the only wiring."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from services.forecasting.api import labour_reports, standards
from services.forecasting.jobs import build_jobs
from shared.events.inbox import events_router
from shared.files import FolderStore
from shared.http.service import Room, build_service
from shared.jobs.queue import jobs_router
from shared.room import Parts, RoomApp

ROOM = "forecasting"

# The labour market: supply, gaps, warnings, catalogues, advice, standards.
LABOUR: Sequence[APIRouter] = (standards.router, labour_reports.router)

ROUTERS: Sequence[APIRouter] = (*LABOUR,)


def build(parts: Parts) -> RoomApp:
    """Return the room as an application with its jobs."""
    # A folder of the room's own: another room's uploads cannot be named from here.
    files = FolderStore(parts.settings.data / "files" / ROOM)
    room = Room(
        name=ROOM,
        title="产教通 预测 Forecasting",
        settings=parts.settings,
        database=parts.database,
        routers=[*ROUTERS, jobs_router(ROOM), events_router(ROOM, {})],
        keys=parts.keys,
        peers=parts.peers,
        clock=parts.clock,
        extras={"files": files},
    )
    return RoomApp(app=build_service(room), jobs=build_jobs(files, parts.clock))
