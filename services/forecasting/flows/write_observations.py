"""Write observations into the vintages of a dataset: all of a batch, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import numpy as np

from services.forecasting.domain.cell import Cell
from services.forecasting.domain.dataset import Dataset
from services.forecasting.domain.observation_table import Floats, Ints
from services.forecasting.store import datasets, observations
from shared.db.session import Tx
from shared.kernel.ids import new_id

_ROWS_AT_ONCE = 50_000
_CELLS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Observations as arrays; `as_of` in seconds, NaN where it is the moment of writing."""

    cells: Sequence[Cell]
    cell_of: Ints
    period: Ints
    value: Floats
    as_of: Floats


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch brought: its id, how many rows were news, and when it was recorded."""

    batch_id: UUID
    written: int
    recorded_at: datetime


async def write_observations(
    tx: Tx, dataset: Dataset, rows: Rows, *, kind: Literal["import", "own"], sha256: str | None
) -> Written:
    """Register new series, write the rows that say something new, and note the batch."""
    recorded_at = await observations.begin_writing(tx)
    batch_id = new_id()
    ids = await _series_of(tx, dataset, rows.cells)
    shared = {
        "recorded_at": recorded_at,
        "batch_id": batch_id,
        "org_id": dataset.org_id,
        "public": dataset.public,
    }
    written = 0
    # The oldest vintage first: each is compared with the one before it.
    order = np.argsort(rows.as_of, kind="stable")
    for start in range(0, len(order), _ROWS_AT_ONCE):
        part = order[start : start + _ROWS_AT_ONCE]
        told = {
            "series_id": [ids[cell] for cell in rows.cell_of[part].tolist()],
            "period": rows.period[part].tolist(),
            "as_of": _moments(rows.as_of[part], recorded_at),
            "value": rows.value[part].tolist(),
        }
        written += await observations.add_observations(tx, shared, told)
    await observations.add_batch(
        tx,
        {
            "id": batch_id,
            "dataset_id": dataset.id,
            "org_id": dataset.org_id,
            "public": dataset.public,
            "kind": kind,
            "sha256": sha256,
            "rows": len(rows.value),
            "written": written,
            "recorded_at": recorded_at,
        },
    )
    return Written(batch_id, written, recorded_at)


def _moments(seconds: Floats, now: datetime) -> list[datetime]:
    known: dict[float, datetime] = {}
    return [
        now if np.isnan(each) else known.setdefault(each, datetime.fromtimestamp(each, UTC))
        for each in seconds.tolist()
    ]


async def _series_of(tx: Tx, dataset: Dataset, cells: Sequence[Cell]) -> list[UUID]:
    found: list[UUID] = []
    for start in range(0, len(cells), _CELLS_AT_ONCE):
        part = cells[start : start + _CELLS_AT_ONCE]
        await datasets.add_series(tx, dataset, part, ids=[new_id() for _ in part])
        known = await datasets.find_series_ids(tx, dataset.id, part)
        found += [each for each in known if each is not None]
    assert len(found) == len(cells), "every cell has a series now"
    return found
