"""Background work of the room: which function does which kind of job."""

from __future__ import annotations

from collections.abc import Mapping

from shared.files import FileStore
from shared.jobs.worker import JobHandler
from shared.kernel.clock import Clock


def build_jobs(files: FileStore, clock: Clock) -> Mapping[str, JobHandler]:
    """Return the handlers by kind; uploads are read from `files`."""
    _ = files, clock
    return {}
