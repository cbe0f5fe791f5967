"""Background work of the room: which function does which kind of job."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from services.internships.adapters.run_signer import RunSigner
from services.internships.flows.ask_what_if import answer_what_if
from services.internships.flows.assign_centrally import assign_batch
from services.internships.flows.estimate_odds import estimate_odds
from services.internships.flows.import_posts import import_posts
from services.internships.flows.import_rosters import import_plans, import_roster
from services.internships.flows.make_wishes import (
    import_grades,
    import_interviews,
    import_wishes,
)
from services.internships.flows.open_to_public import open_to_public
from services.internships.flows.propose_placements import import_assignments
from services.internships.flows.solve_round import solve_round
from shared.files import FileStore
from shared.jobs.worker import JobHandler
from shared.kernel.clock import Clock


def build_jobs(files: FileStore, clock: Clock, *, signer: RunSigner) -> Mapping[str, JobHandler]:
    """Return the handlers by kind; uploads are read from `files`, results signed by `signer`."""
    return {
        "posts.import": partial(import_posts, files=files),
        "roster.import": partial(import_roster, files=files),
        "plans.import": partial(import_plans, files=files),
        "wishes.import": partial(import_wishes, files=files),
        "grades.import": partial(import_grades, files=files),
        "interviews.import": partial(import_interviews, files=files),
        "assignments.import": partial(import_assignments, files=files, clock=clock),
        "batch.assign": partial(assign_batch, files=files, clock=clock, signer=signer),
        "round.solve": partial(solve_round, files=files, clock=clock, signer=signer),
        "round.what_if": partial(answer_what_if, clock=clock),
        "round.odds": partial(estimate_odds, clock=clock),
        "round.public": partial(open_to_public, files=files, signer=signer),
    }
