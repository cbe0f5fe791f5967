"""Background work of the room: which function does which kind of job."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from services.forecasting.flows.advise_majors import KIND as MAJOR_ADVICE
from services.forecasting.flows.advise_majors import advise_majors
from services.forecasting.flows.backtest_dataset import BACKTEST_JOB, backtest_dataset
from services.forecasting.flows.import_observations import IMPORT_JOB, import_observations
from services.forecasting.flows.import_reports import KIND as LABOUR_IMPORT
from services.forecasting.flows.import_reports import import_report
from services.forecasting.flows.keep_shortages import KIND as SHORTAGE_DRAFT
from services.forecasting.flows.keep_shortages import draft_catalogue
from services.forecasting.flows.release_figures import KIND as LABOUR_RELEASE
from services.forecasting.flows.release_figures import release_figures
from services.forecasting.flows.reproduce_forecast import REPRODUCE_JOB, reproduce_forecast
from services.forecasting.flows.run_forecast import RUN_JOB, run_forecast
from services.forecasting.flows.run_gaps import KIND as GAP_RUN
from services.forecasting.flows.run_gaps import run_gaps
from services.forecasting.flows.take_facts import MONTH_JOB
from services.forecasting.flows.update_month import update_month
from shared.files import FileStore
from shared.jobs.worker import JobHandler
from shared.kernel.clock import Clock


def build_jobs(files: FileStore, clock: Clock) -> Mapping[str, JobHandler]:
    """Return the handlers by kind; uploads are read from `files`."""
    return {**_series_jobs(files, clock), **_labour_jobs(files, clock)}


def _series_jobs(files: FileStore, clock: Clock) -> Mapping[str, JobHandler]:
    return {
        IMPORT_JOB: partial(import_observations, files=files, clock=clock),
        MONTH_JOB: partial(update_month, clock=clock),
        RUN_JOB: partial(run_forecast, files=files, clock=clock),
        REPRODUCE_JOB: reproduce_forecast,
        BACKTEST_JOB: partial(backtest_dataset, clock=clock),
    }


def _labour_jobs(files: FileStore, clock: Clock) -> Mapping[str, JobHandler]:
    return {
        LABOUR_IMPORT: partial(import_report, files=files, clock=clock),
        LABOUR_RELEASE: partial(release_figures, clock=clock),
        GAP_RUN: partial(run_gaps, clock=clock),
        MAJOR_ADVICE: partial(advise_majors, clock=clock),
        SHORTAGE_DRAFT: partial(draft_catalogue, clock=clock),
    }
