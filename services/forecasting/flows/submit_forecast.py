"""Take forecasts of other bodies, keep them beside ours, score both when the numbers come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.forecasting.domain.cell import Cell, CodeUnknownError, cell_named
from services.forecasting.domain.organisation import Organisation
from services.forecasting.domain.submission import (
    Frame,
    Told,
    Wanted,
    expect_made,
    read_rows,
    score,
)
from services.forecasting.flows.keep_datasets import visible_dataset
from services.forecasting.flows.read_forecast import ForecastMissingError
from services.forecasting.store import observations, runs, submissions
from services.forecasting.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.kernel.ids import new_id


async def submit_forecast(
    tx: Tx, caller: Caller, sender: Organisation, *, told: Mapping[str, Any], now: datetime
) -> Row:
    """Keep a forecast of the caller's organisation; every wrong row is named."""
    expect_made(told["made_at"], now)
    dataset = await visible_dataset(tx, told["dataset_id"])
    run = await runs.current_run(tx, dataset)
    if run is None:
        raise ForecastMissingError
    newest = await observations.newest_period(tx, dataset.id)
    origin = max(run["origin"], newest if newest is not None else run["origin"])
    last = await submissions.find_last_known(tx, dataset.id, _cells(told["rows"]))
    frame = Frame(dataset.frequency, origin)
    wanted = read_rows(told["rows"], frame, known=lambda cell: cell in last)
    submission_id = new_id()
    row = {
        "id": submission_id,
        "dataset_id": dataset.id,
        "org_id": sender.id,
        "org_name": sender.name,
        "public": dataset.public,
        "method": told["method"],
        "source": told["source"],
        "run_id": run["id"],
        "origin": origin,
        "cells": len(wanted),
        "made_at": told["made_at"],
        "submitted_at": now,
    }
    shared = {"submission_id": submission_id, "org_id": sender.id, "public": dataset.public}
    rows = [{**shared, **_row(each), "last_known": last[each.cell]} for each in wanted]
    await submissions.add_submission(tx, row, rows)
    facts = {"rows": len(wanted), "dataset_id": str(dataset.id)}
    await record(tx, caller, "forecast.submitted", subject_id=submission_id, facts=facts)
    kept = await submissions.find_submission(tx, submission_id)
    assert kept is not None
    return kept


def _cells(rows: Sequence[Mapping[str, Any]]) -> list[Cell]:
    """Return the cells that can be read; those that cannot are told row by row later."""
    found: dict[Cell, None] = {}
    for row in rows:
        try:
            codes = [row[name].upper() for name in ("region", "industry", "occupation", "major")]
            found[cell_named(codes[0], codes[1], codes[2], codes[3])] = None
        except CodeUnknownError:
            continue
    return list(found)


def _row(wanted: Wanted) -> dict[str, Any]:
    return {
        **wanted.cell._asdict(),
        "period": wanted.period,
        "p10": wanted.p10,
        "p50": wanted.p50,
        "p90": wanted.p90,
    }


async def scored_rows(
    tx: Tx, dataset_id: UUID, *, submission_id: UUID | None = None
) -> dict[UUID, list[Row]]:
    """Return, by submission, the rows whose numbers have come.

    On the same cells and periods only: what ours did not say is scored for nobody.
    """
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in await submissions.list_beside_ours(tx, dataset_id, submission_id=submission_id):
        if row["actual"] is not None and row["ours_p50"] is not None:
            found[row["submission_id"]].append(row)
    return dict(found)


def scores_of(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the scores of what was submitted, of ours, and of the last value known then."""
    submitted = [
        Told(row["horizon"], row["actual"], row["p10"], row["p50"], row["p90"]) for row in rows
    ]
    ours = [
        Told(row["horizon"], row["actual"], row["ours_p10"], row["ours_p50"], row["ours_p90"])
        for row in rows
    ]
    naive = [Told(row["horizon"], row["actual"], None, row["last_known"], None) for row in rows]
    return [*score("submitted", submitted), *score("ours", ours), *score("naive", naive)]
