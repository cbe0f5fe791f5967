"""Builds the credits room: the only wiring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fastapi import APIRouter

from services.credits.adapters.organisations import AccountsRoom
from services.credits.api import (
    articulations,
    certificate_pilots,
    courses,
    credential_checks,
    credentials,
    credit_accounts,
    credit_applications,
    issuers,
    ledger,
    ledger_members,
    objections,
    outcomes,
    reviews,
    rulebooks,
    standards,
    status_lists,
)
from services.credits.contract.addresses import ROOM
from services.credits.flows.examine_here import Examining
from services.credits.flows.keep_keys import Issuing
from services.credits.flows.run_credentials import credential_routines
from services.credits.flows.run_ledger import ledger_routines
from services.credits.flows.run_recognition import event_handlers, recognition_routines
from services.credits.flows.suggest_courses import SuggesterShelf
from shared.events.inbox import events_router
from shared.files import FolderStore
from shared.http.outside import resolve_host
from shared.http.service import Room, build_service
from shared.jobs.queue import jobs_router
from shared.room import Parts, RoomApp

if TYPE_CHECKING:
    from shared.jobs.worker import JobHandler


ROUTERS: Sequence[APIRouter] = (
    # Before the credentials, whose ids stand at the same place of the address.
    issuers.router,
    issuers.well_known,
    credential_checks.router,
    credentials.router,
    status_lists.router,
    credit_accounts.router,
    ledger.router,
    ledger_members.router,
    # Imports and templates before the ids that stand at the same place of the address.
    courses.imports_router,
    courses.router,
    standards.router,
    rulebooks.router,
    outcomes.router,
    credit_applications.router,
    reviews.router,
    certificate_pilots.router,
    articulations.router,
    objections.router,
)


def build(parts: Parts) -> RoomApp:
    """Return the room as an application with its jobs."""
    # A folder of the room's own: another room's uploads cannot be named from here.
    files = FolderStore(parts.settings.data / "files" / ROOM)
    issuing = Issuing(parts.settings.secret, parts.settings.public_url)
    room = Room(
        name=ROOM,
        title="产教通 学分 Credits",
        settings=parts.settings,
        database=parts.database,
        routers=[*ROUTERS, jobs_router(ROOM), events_router(ROOM, event_handlers(parts.clock))],
        keys=parts.keys,
        peers=parts.peers,
        clock=parts.clock,
        extras={
            "files": files,
            "issuing": issuing,
            "organisations": AccountsRoom(parts.peers),
            "suggesters": SuggesterShelf(),
            "examining": Examining(),
            "resolve_host": resolve_host,
        },
    )

    def load_jobs() -> Mapping[str, JobHandler]:
        from services.credits.jobs import build_jobs

        return build_jobs(files, parts.clock, issuing)

    return RoomApp(
        app=build_service(room),
        load_jobs=load_jobs,
        routines=(
            *ledger_routines(parts),
            *recognition_routines(parts),
            *credential_routines(parts),
        ),
    )
