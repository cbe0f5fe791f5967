"""Builds the internships room: the only wiring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fastapi import APIRouter

from services.accounts.contract.events import CONSENT_WITHDRAWN
from services.internships.adapters.organisations import AccountsRoom
from services.internships.adapters.public_files import PublicChecker
from services.internships.adapters.run_signer import RunSigner
from services.internships.api import (
    appeals,
    assignments,
    batches,
    choices,
    clearing_rules,
    enterprises,
    hosts,
    metrics,
    payments,
    placement_numbers,
    placements,
    post_imports,
    post_search,
    posts,
    public_rounds,
    rounds,
    students,
    templates,
    what_ifs,
    wishes,
)
from services.internships.contract.addresses import ROOM
from services.internships.flows.take_back_consent import take_withdrawal
from shared.events.inbox import events_router
from shared.files import FolderStore
from shared.http.service import Room, build_service
from shared.jobs.queue import jobs_router
from shared.room import Parts, RoomApp

if TYPE_CHECKING:
    from shared.jobs.worker import JobHandler


ROUTERS: Sequence[APIRouter] = (
    templates.router,
    students.router,
    batches.router,
    clearing_rules.router,
    wishes.router,
    rounds.router,
    what_ifs.router,
    public_rounds.router,
    placement_numbers.router,  # before placements: /placements/numbers is no id
    placements.router,
    payments.router,
    choices.router,
    assignments.router,
    appeals.router,
    post_search.router,  # before posts: /posts/facets is no id
    post_imports.router,
    posts.router,
    enterprises.router,
    hosts.router,
    metrics.router,
)

_HANDLERS = {CONSENT_WITHDRAWN: take_withdrawal}


def build(parts: Parts) -> RoomApp:
    """Return the room as an application with its jobs."""
    files = FolderStore(parts.settings.data / "files")
    signer = RunSigner.derived(parts.settings.secret, parts.settings.public_url)
    room = Room(
        name=ROOM,
        title="产教通 实习 Internships",
        settings=parts.settings,
        database=parts.database,
        routers=[*ROUTERS, jobs_router(ROOM), events_router(ROOM, _HANDLERS)],
        keys=parts.keys,
        peers=parts.peers,
        clock=parts.clock,
        extras={
            "files": files,
            "organisations": AccountsRoom(parts.peers),
            "checker": PublicChecker(files),
            "signer": signer,
        },
    )

    def load_jobs() -> Mapping[str, JobHandler]:
        from services.internships.jobs import build_jobs

        return build_jobs(files, parts.clock, signer=signer)

    return RoomApp(app=build_service(room), load_jobs=load_jobs, warm=warm)


def warm() -> None:
    """Compile the matching kernel before the first round asks for it."""
    from matching.solve import warm as warm_kernel

    warm_kernel()
