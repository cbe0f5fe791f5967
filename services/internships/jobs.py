"""Background work of the room: which function does which kind of job."""

from __future__ import annotations

from collections.abc import Mapping

from shared.jobs.worker import JobHandler

JOBS: Mapping[str, JobHandler] = {}
