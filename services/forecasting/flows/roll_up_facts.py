"""Count the platform's own facts by month: what is new or different becomes a new vintage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np

from services.forecasting.domain.advertisement import REPEAT_DAYS
from services.forecasting.domain.cell import Cell
from services.forecasting.domain.dataset import Dataset
from services.forecasting.domain.own_fact import OWN_MEASURES, PLACEMENT, POST, SOURCE, own_dataset
from services.forecasting.domain.period import first_day, period_of
from services.forecasting.flows.write_observations import Rows, write_observations
from services.forecasting.store import datasets, facts, observations
from shared.db.session import Tx
from shared.kernel.clock import china_day
from shared.kernel.ids import new_id

Counts = Mapping[tuple[Cell, int], float]
_FIELDS = {"posts_published": "posts", "seats_published": "seats"}


async def roll_up(tx: Tx, *, now: datetime) -> dict[UUID, int]:
    """Count every month that is over and has facts that were not counted yet.

    Returns how many values are new by dataset.
    """
    await facts.hold_facts(tx, alone=True)
    month = period_of("month", china_day(now))
    before = first_day("month", month)
    written: dict[UUID, int] = {}
    since = {kind: await _since(tx, kind, before) for kind in (POST, PLACEMENT)}
    for measure in OWN_MEASURES:
        dataset = await _own(tx, measure, month)
        start = since[POST if measure in _FIELDS else PLACEMENT]
        if start is not None:
            rows = await _count(tx, measure, since=start, before=before)
            months = (period_of("month", start), month)
            written[dataset.id] = await _write(
                tx, dataset, _by_cell(measure, rows), months, now=now
            )
    for kind in (POST, PLACEMENT):
        await facts.mark_counted(tx, kind, before=before)
    return written


async def _since(tx: Tx, kind: str, before: date) -> date | None:
    """Return the first day of the oldest month to count again."""
    oldest = await facts.oldest_uncounted(tx, kind)
    return oldest.replace(day=1) if oldest is not None and oldest < before else None


async def _own(tx: Tx, measure: str, month: int) -> Dataset:
    row = own_dataset(measure, new_id(), month)
    await facts.begin_month(tx, row)
    dataset_id = await datasets.find_same(tx, row)
    assert dataset_id is not None, f"the platform has a dataset of {SOURCE} {measure}"
    dataset = await datasets.find_dataset(tx, dataset_id)
    assert dataset is not None
    return dataset


async def _count(tx: Tx, measure: str, *, since: date, before: date) -> Sequence[Mapping[str, Any]]:
    if measure in _FIELDS:
        return await facts.count_posts(tx, since=since, before=before, days=REPEAT_DAYS)
    started = measure == "placements_started"
    return await facts.count_placements(tx, since=since, before=before, started=started)


def _by_cell(measure: str, rows: Sequence[Mapping[str, Any]]) -> Counts:
    field = _FIELDS.get(measure, "placements")
    return {
        (Cell(row["region"], row["industry"], row["occupation"]), row["period"]): float(row[field])
        for row in rows
    }


async def _write(
    tx: Tx, dataset: Dataset, counts: Counts, months: tuple[int, int], *, now: datetime
) -> int:
    known = await _known(tx, dataset.id, months, now=now)
    changed = {key: value for key, value in counts.items() if known.get(key, 0.0) != value}
    # What was counted once and is not there any more is none, and says so.
    changed |= {key: 0.0 for key, value in known.items() if value and key not in counts}
    if not changed:
        return 0
    cells = sorted({cell for cell, _ in changed})
    place = {cell: index for index, cell in enumerate(cells)}
    rows = Rows(
        cells=cells,
        cell_of=np.array([place[cell] for cell, _ in changed], dtype=np.int64),
        period=np.array([period for _, period in changed], dtype=np.int64),
        value=np.array(list(changed.values()), dtype=np.float64),
        as_of=np.full(len(changed), np.nan),
    )
    return (await write_observations(tx, dataset, rows, kind="own", sha256=None)).written


async def _known(tx: Tx, dataset_id: UUID, months: tuple[int, int], *, now: datetime) -> Counts:
    far = now.replace(year=9000)
    found: dict[tuple[Cell, int], float] = {}
    stream = observations.stream_series(tx, dataset_id, as_of=far, recorded_until=far)
    async for _, cell, periods, values in stream:
        for period, value in zip(periods, values, strict=True):
            if months[0] <= period < months[1]:
                found[cell, period] = value
    return found
