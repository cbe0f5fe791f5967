"""Builds the forecasting room: the only wiring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fastapi import APIRouter

from services.forecasting.adapters.answers import Answers
from services.forecasting.api import (
    alerts,
    crosswalks,
    datasets,
    forecast_runs,
    forecasts,
    gaps,
    labour_reports,
    majors,
    releases,
    school_data,
    scoreboards,
    shortages,
    standards,
    submissions,
)
from services.forecasting.contract.addresses import ROOM
from services.forecasting.flows.take_facts import take_placement, take_post
from services.internships.contract.events import (
    PLACEMENT_ACCEPTED,
    PLACEMENT_ASSESSED,
    PLACEMENT_ENDED,
    PLACEMENT_STARTED,
    POST_CHANGED,
    POST_CLOSED,
    POST_PUBLISHED,
)
from shared.events.inbox import Handler, events_router
from shared.files import FolderStore
from shared.http.service import Room, build_service
from shared.jobs.queue import jobs_router
from shared.room import Parts, RoomApp

if TYPE_CHECKING:
    from shared.jobs.worker import JobHandler


# The labour market: supply, gaps, warnings, catalogues, advice, standards.
LABOUR: Sequence[APIRouter] = (
    standards.router,
    labour_reports.router,
    releases.router,
    shortages.router,
    school_data.router,
    gaps.router,
    alerts.router,
    majors.router,
)

# Demand: observations, forecasts, their record.
SERIES: Sequence[APIRouter] = (
    datasets.router,
    crosswalks.router,
    forecasts.router,
    forecast_runs.router,
    scoreboards.router,
    submissions.router,
)

ROUTERS: Sequence[APIRouter] = (*SERIES, *LABOUR)

EVENTS: Mapping[str, Handler] = {
    POST_PUBLISHED: take_post,
    POST_CHANGED: take_post,
    POST_CLOSED: take_post,
    PLACEMENT_ACCEPTED: take_placement,
    PLACEMENT_STARTED: take_placement,
    PLACEMENT_ASSESSED: take_placement,
    PLACEMENT_ENDED: take_placement,
}


def build(parts: Parts) -> RoomApp:
    """Return the room as an application with its jobs."""
    # A folder of the room's own: another room's uploads cannot be named from here.
    files = FolderStore(parts.settings.data / "files" / ROOM)
    room = Room(
        name=ROOM,
        title="产教通 预测 Forecasting",
        settings=parts.settings,
        database=parts.database,
        routers=[*ROUTERS, jobs_router(ROOM), events_router(ROOM, EVENTS)],
        keys=parts.keys,
        peers=parts.peers,
        clock=parts.clock,
        extras={"files": files, "answers": Answers()},
    )

    def load_jobs() -> Mapping[str, JobHandler]:
        from services.forecasting.jobs import build_jobs

        return build_jobs(files, parts.clock)

    return RoomApp(app=build_service(room), load_jobs=load_jobs, warm=warm)


def warm() -> None:
    """Make the numeric kernels ready before the first job asks for them."""
    from services.forecasting.engine.forecasting import forecast
    from services.forecasting.engine.panels import make_panel

    months = [float(2 + month % 12) for month in range(36)]
    forecast(make_panel(["warm"], [months], season=12), 1)
