"""Background work of the room: which function does which kind of job."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from services.internships.flows.import_rosters import import_plans, import_roster
from shared.files import FileStore
from shared.jobs.worker import JobHandler


def build_jobs(files: FileStore) -> Mapping[str, JobHandler]:
    """Return the handlers by kind; uploads are read from `files`."""
    return {
        "roster.import": partial(import_roster, files=files),
        "plans.import": partial(import_plans, files=files),
    }
