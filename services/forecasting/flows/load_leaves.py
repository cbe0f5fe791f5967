"""Load the series of a dataset as they were known at some moment, ready to be forecast."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.forecasting.domain.cell import DIMENSIONS, VERSIONS
from services.forecasting.domain.crosswalk import CrosswalkMissingError, Crosswalks, Link, table_of
from services.forecasting.domain.dataset import Dataset
from services.forecasting.domain.forecast_leaves import (
    Leaves,
    Recorded,
    Treatment,
    settle_leaves,
)
from services.forecasting.domain.forecast_plan import Plan
from services.forecasting.domain.measure import SEASONS
from services.forecasting.store import crosswalks, datasets, observations
from shared.db.session import Tx
from shared.kernel.errors import ConflictError, Text


class DatasetEmptyError(ConflictError):
    """There is nothing to forecast from."""

    code = "dataset_empty"
    title_zh = "数据集中没有可供预测的数据"
    mend = Text(
        "请先导入数据；所选截止时间之前也须已有数据。",
        "Import observations first; some must be known at the moment that you name.",
    )


async def load_leaves(
    tx: Tx, dataset: Dataset, vintage: Mapping[str, datetime], *, origin: int | None
) -> Leaves:
    """Return a dataset's series as they were known; raises DatasetEmptyError."""
    until = vintage["recorded_until"]
    breaks = await datasets.list_breaks(tx, dataset.id, until=until)
    treatment = Treatment(
        absent=dataset.absent,
        breaks=breaks,
        crosswalks=await _crosswalks(tx, dataset, until),
        origin=origin,
    )
    stream = observations.stream_series(
        tx, dataset.id, as_of=vintage["as_of"], recorded_until=until
    )
    series = [Recorded(*each) async for each in stream]
    leaves = settle_leaves(series, treatment)
    if leaves is None or not leaves.cells:
        raise DatasetEmptyError
    return leaves


async def _crosswalks(tx: Tx, dataset: Dataset, until: datetime) -> Crosswalks:
    found: dict[str, Any] = {}
    for name in DIMENSIONS:
        version = dataset.classification.get(name, VERSIONS[name])
        if version == VERSIONS[name]:
            continue
        newest = VERSIONS[name]
        links = await crosswalks.list_links(
            tx,
            dimension=name,
            from_version=version,
            to_version=newest,
            org_id=dataset.org_id,
            until=until,
        )
        if not links:
            raise CrosswalkMissingError(dimension=name, from_version=version, to_version=newest)
        found[name] = table_of(
            [Link(row["from_code"], row["to_code"], row["share"]) for row in links]
        )
    return found


def plan_of(dataset: Dataset, *, horizon: int, corrects: bool) -> Plan:
    """Return the plan of a dataset's run."""
    return Plan(
        horizon=horizon,
        season=SEASONS[dataset.frequency],
        absent=dataset.absent,
        everywhere=dataset.org_id is None,
        corrects=corrects,
    )
