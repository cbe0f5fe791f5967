"""Background work of the room: which function does which kind of job."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from services.forecasting.flows.import_reports import KIND as LABOUR_IMPORT
from services.forecasting.flows.import_reports import import_report
from shared.files import FileStore
from shared.jobs.worker import JobHandler
from shared.kernel.clock import Clock


def build_jobs(files: FileStore, clock: Clock) -> Mapping[str, JobHandler]:
    """Return the handlers by kind; uploads are read from `files`."""
    return _labour_jobs(files, clock)


def _labour_jobs(files: FileStore, clock: Clock) -> Mapping[str, JobHandler]:
    return {LABOUR_IMPORT: partial(import_report, files=files, clock=clock)}
