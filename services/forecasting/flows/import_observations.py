"""Observations from a kept upload to the vintages: all of a file, or nothing of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import numpy as np

from services.forecasting.domain.dataset import Dataset
from services.forecasting.domain.observation_check import (
    Known,
    Rule,
    check_observations,
    nothing_known,
)
from services.forecasting.domain.observation_columns import Form
from services.forecasting.domain.observation_table import (
    FAULTS_MAX,
    Readings,
    read_observations,
)
from services.forecasting.domain.organisation import NATION, lies_within
from services.forecasting.domain.period import period_of
from services.forecasting.flows.keep_datasets import own_dataset_of
from services.forecasting.flows.update_month import forecast_again
from services.forecasting.flows.write_observations import Rows, write_observations
from services.forecasting.store import datasets, observations, runs
from shared.db.session import Tx
from shared.events.audit import record
from shared.files import FileStore
from shared.jobs.worker import Work
from shared.kernel.clock import Clock, china_day
from shared.kernel.errors import Fault, InvalidInputError, Text

IMPORT_JOB: Final = "observations.import"
_SHOWN = 100
_CELLS_AT_ONCE = 20_000


class ObservationsWrongError(InvalidInputError):
    """Some rows of the file are wrong."""

    code = "observations_wrong"
    title_zh = "文件中有错误的行"
    mend = Text(
        "共 {faults_total} 处错误，errors 列出前 {shown} 处（行、列、原因）；改正后重传。"
        "本次未写入任何内容。",
        "{faults_total} places are wrong; `errors` names the first {shown} with row, column and "
        "reason. Mend them and send the file again: nothing has been written.",
    )


async def import_observations(work: Work, files: FileStore, clock: Clock) -> None:
    """Write the observations that lie in the job's upload."""
    told = work.input
    now = clock()
    async with work.begin() as tx:
        dataset = await own_dataset_of(tx, work.caller, UUID(told["dataset_id"]))
        form = await form_of(tx, dataset, now)
    body = await files.read(told["sha256"])
    await work.report(0.1, Text("正在读取文件", "Reading the file"))
    readings = await work.cpu.compute(read_observations, body, told["content_type"], form)
    await work.report(0.5, Text("已读取，正在核对", "Read, checking"))
    rule = Rule(dataset.frequency, dataset.absent, form.breaks, told["accept_jumps"])
    async with work.begin() as tx:
        known = await known_of(tx, dataset, readings)
    found, total = await asyncio.to_thread(check_observations, readings, known, rule)
    outside = _outside(readings, told["reach"])
    refuse_faults(
        [*readings.faults, *found, *outside], readings.faults_total + total + len(outside)
    )
    await work.report(0.6, Text("核对无误，正在写入", "All is well, writing"))
    rows = Rows(readings.cells, readings.cell_of, readings.period, readings.value, readings.as_of)
    async with work.finishing() as tx:
        written = await write_observations(tx, dataset, rows, kind="import", sha256=told["sha256"])
        work.result = {
            "dataset_id": str(dataset.id),
            "batch_id": str(written.batch_id),
            "rows": readings.size,
            "series": len(readings.cells),
            "written": written.written,
            "unchanged": readings.size - written.written,
            "recorded_at": written.recorded_at.isoformat(),
            "notes": [{"zh": note.zh, "en": note.en} for note in readings.notes],
        }
        if await _brings_a_period(tx, dataset, int(readings.period.max())):
            work.result["forecast_job"] = str(await forecast_again(tx, work.caller, dataset.id))
        facts = {"rows": readings.size, "written": written.written}
        await record(tx, work.caller, "observations.imported", subject_id=dataset.id, facts=facts)


async def _brings_a_period(tx: Tx, dataset: Dataset, newest: int) -> bool:
    """Whether a dataset that is forecast got a period that its forecast has not seen."""
    run = await runs.current_run(tx, dataset)
    return run is not None and newest > run["origin"]


async def form_of(tx: Tx, dataset: Dataset, now: datetime) -> Form:
    """Return what a file for a dataset must keep to."""
    today = china_day(now)
    breaks = await datasets.list_breaks(tx, dataset.id)
    latest = period_of(dataset.frequency, today) - 1
    return Form(
        frequency=dataset.frequency,
        unit=dataset.unit,
        breaks=[each for each in breaks if each.series_id is None],
        classification=dict(dataset.classification),
        latest=latest,
        today=today,
    )


async def known_of(tx: Tx, dataset: Dataset, readings: Readings) -> Known:
    """Return what is known already of the cells of a file."""
    known = nothing_known(len(readings.cells))
    for start in range(0, len(readings.cells), _CELLS_AT_ONCE):
        part = readings.cells[start : start + _CELLS_AT_ONCE]
        ids = await datasets.find_series_ids(tx, dataset.id, part)
        for place, first, last, value in await observations.find_extents(tx, ids):
            known.first[start + place] = first
            known.last[start + place] = last
            known.last_value[start + place] = value
    return known


def _outside(readings: Readings, reach: str | None) -> list[Fault]:
    """Return a fault for the first row of each region that the authority does not answer for."""
    if reach is None or reach == NATION:
        return []
    foreign = [
        index
        for index, cell in enumerate(readings.cells)
        if not (cell.region and lies_within(cell.region, reach))
    ]
    places = np.flatnonzero(np.isin(readings.cell_of, foreign))[:FAULTS_MAX] if foreign else []
    said = Text(f"该地区不在贵单位管辖范围（{reach}）", f"the region is outside your own ({reach})")
    return [
        readings.fault(int(place), "region", code="region_not_yours", said=said) for place in places
    ]


def refuse_faults(faults: Sequence[Fault], total: int) -> None:
    """Refuse a file with faults, the first rows first; raises ObservationsWrongError."""
    if faults:
        first = sorted(faults, key=lambda fault: fault.row or 0)[:_SHOWN]
        raise ObservationsWrongError(faults=first, faults_total=total, shown=len(first))


def import_input(dataset: Dataset, *, accept_jumps: bool, reach: str | None) -> dict[str, Any]:
    """Return what the job of an import is told beside its file."""
    return {"dataset_id": str(dataset.id), "accept_jumps": accept_jumps, "reach": reach}
