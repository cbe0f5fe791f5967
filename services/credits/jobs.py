"""Background work of the room: which function does which kind of job."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from services.credits.flows.batch_applications import run_batch
from services.credits.flows.import_catalogues import (
    import_courses,
    import_grades,
    import_learners,
    import_outcomes,
    import_programmes,
)
from services.credits.flows.keep_keys import Issuing
from services.credits.flows.simulate_rulebook import simulate_rulebook
from shared.files import FileStore
from shared.jobs.worker import JobHandler
from shared.kernel.clock import Clock


def build_jobs(files: FileStore, clock: Clock, issuing: Issuing) -> Mapping[str, JobHandler]:
    """Return the handlers by kind; uploads are read from `files`."""
    secret = issuing.secret
    return {
        "credit_learners.import": partial(import_learners, files=files, clock=clock),
        "credit_courses.import": partial(import_courses, files=files, clock=clock),
        "credit_programmes.import": partial(import_programmes, files=files, clock=clock),
        "credit_grades.import": partial(import_grades, files=files, clock=clock),
        "credit_outcomes.import": partial(import_outcomes, files=files, clock=clock, secret=secret),
        "credit_applications.batch": partial(run_batch, clock=clock, issuing=issuing),
        "rulebook.simulate": partial(simulate_rulebook, clock=clock),
    }
