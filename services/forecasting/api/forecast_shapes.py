"""From stored forecasts to what travels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.forecasting.contract.forecasts import (
    BesideOut,
    CellOut,
    CellSummaryOut,
    ForecastOut,
    HistoryPointOut,
    PastForecastOut,
    PastForecastsOut,
    PastPointOut,
    PointOut,
    RecordOut,
    RunOut,
    VintageOut,
)
from services.forecasting.domain.cell import DIMENSIONS, Cell, Dimension, name_of
from services.forecasting.domain.dataset import Dataset
from services.forecasting.domain.measure import MEASURES, SEASONS
from services.forecasting.domain.period import period_words
from services.forecasting.store.rows import Row

HISTORY_MAX = 120
_LEVELS = ("mean", "p2_5", "p10", "p50", "p90", "p97_5")


def cell_out(cell: Cell) -> CellOut:
    """Return a cell with its names."""
    codes = {name: getattr(cell, name) or None for name in DIMENSIONS}
    names = {f"{name}_name": name_of(name, getattr(cell, name)) for name in DIMENSIONS}
    return CellOut.model_validate({**codes, **names})


def cell_in(row: Mapping[str, Any]) -> Cell:
    """Return the cell of a stored row."""
    return Cell(*(row[name] for name in DIMENSIONS))


def forecast_out(
    dataset: Dataset, run: Row, row: Row, *, history: Row | None, backtest: Row | None, h: int
) -> ForecastOut:
    """Return a forecast with its history, vintage and record."""
    measure = MEASURES[dataset.measure]
    return ForecastOut(
        dataset_id=dataset.id,
        measure=dataset.measure,
        measure_zh=measure.title.zh,
        measure_en=measure.title.en,
        source=dataset.source,
        unit=dataset.unit,
        frequency=dataset.frequency,
        cell=cell_out(cell_in(row)),
        model=row["model"],
        reconciled=row["reconciled"],
        size_class=row["size_class"],
        history=_history(dataset, history),
        points=[
            PointOut.model_validate(
                {
                    "period": period_words(dataset.frequency, run["origin"] + step + 1),
                    "h": step + 1,
                    **{name: row[name][step] for name in _LEVELS},
                }
            )
            for step in range(min(h, run["horizon"]))
        ],
        vintage=vintage_out(dataset, run),
        record=record_out(backtest, row["size_class"]),
    )


def _history(dataset: Dataset, history: Row | None) -> list[HistoryPointOut]:
    if history is None:
        return []
    values: Sequence[float] = history["values"]
    start = max(0, len(values) - HISTORY_MAX)
    return [
        HistoryPointOut(
            period=period_words(dataset.frequency, history["first"] + place), value=values[place]
        )
        for place in range(start, len(values))
    ]


def vintage_out(dataset: Dataset, run: Row) -> VintageOut:
    """Return what was known when a run was made."""
    return VintageOut(
        run_id=run["id"],
        as_of=run["as_of"],
        recorded_until=run["recorded_until"],
        origin=period_words(dataset.frequency, run["origin"]),
        made_at=run["finished_at"],
        code_version=run["code_version"],
        config_sha256=run["config_sha256"],
        output_sha256=run["output_sha256"],
    )


def record_out(backtest: Row | None, size_class: str) -> RecordOut | None:
    """Return the score of a size class beside those of naive forecasts."""
    if backtest is None:
        return None
    rows: list[Mapping[str, Any]] = backtest["rows"]
    whole = [row for row in rows if row["horizon"] is None]
    known = {row["size_class"] for row in whole}
    chosen = size_class if size_class in known else None
    by_method = {row["method"]: row for row in whole if row["size_class"] == chosen}
    ours, naive = by_method.get("engine"), by_method.get("naive")
    if ours is None or naive is None:
        return None
    return RecordOut(
        backtest_id=backtest["id"],
        origins=backtest["origins"],
        size_class=ours["size_class"],
        series=ours["series"],
        mase=ours["mase"],
        mase_naive=naive["mase"],
        mase_naive2=by_method.get("naive2", {}).get("mase"),
        relative_to_naive=_ratio(ours["mase"], naive["mase"]),
        wape=ours["wape"],
        coverage_80=ours["coverage_80"],
        coverage_95=ours["coverage_95"],
    )


def _ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other else None


def run_out(run: Row, frequency: str) -> RunOut:
    """Return a run as it travels."""
    told = {**run, "origin": period_words(frequency, run["origin"]), "cells": run["nodes"]}
    return RunOut.model_validate(told)


def past_out(
    dataset: Dataset, cell: Cell, *, rows: Sequence[Row], history: Row | None
) -> PastForecastsOut:
    """Return what was forecast once beside what came, and how near it was."""
    first: int = history["first"] if history else 0
    known: Sequence[float] = history["values"] if history else ()
    actual = {first + place: value for place, value in enumerate(known)}
    cells = [
        (row["origin"], step, actual[row["origin"] + step + 1], row)
        for row in rows
        for step in range(len(row["p50"]))
        if row["origin"] + step + 1 in actual and row["origin"] in actual
    ]
    count = len(cells)
    errors = [abs(value - row["p50"][step]) for _, step, value, row in cells]
    naive = [abs(value - actual[origin]) for origin, _, value, _ in cells]
    inside = [row["p10"][step] <= value <= row["p90"][step] for _, step, value, row in cells]
    return PastForecastsOut(
        dataset_id=dataset.id,
        cell=cell_out(cell),
        items=[_past(dataset, row, actual) for row in rows],
        scored=count,
        mae=sum(errors) / count if count else None,
        mae_naive=sum(naive) / count if count else None,
        coverage_80=sum(inside) / count if count else None,
    )


def _past(dataset: Dataset, row: Row, actual: Mapping[int, float]) -> PastForecastOut:
    return PastForecastOut(
        run_id=row["run_id"],
        kind=row["kind"],
        origin=period_words(dataset.frequency, row["origin"]),
        as_of=row["as_of"],
        made_at=row["finished_at"],
        code_version=row["code_version"],
        model=row["model"],
        points=[
            PastPointOut(
                period=period_words(dataset.frequency, row["origin"] + step + 1),
                h=step + 1,
                p10=row["p10"][step],
                p50=row["p50"][step],
                p90=row["p90"][step],
                actual=actual.get(row["origin"] + step + 1),
            )
            for step in range(len(row["p50"]))
        ],
    )


def beside_out(dataset: Dataset, row: Row, *, by: Dimension, h: int) -> BesideOut:
    """Return one part of a cell: where it stands and where it goes."""
    season = SEASONS[dataset.frequency]
    values: Sequence[float] = row["values"] or ()
    last_season = sum(values[-season:]) if len(values) >= season else None
    mean: Sequence[float] = row["mean"]
    next_season = sum(mean[:season]) if len(mean) >= season else None
    growth = None
    if last_season and next_season is not None:
        growth = next_season / last_season - 1
    step = h - 1
    return BesideOut(
        code=row[by],
        name=name_of(by, row[by]),
        cell=cell_out(cell_in(row)),
        last=values[-1] if values else None,
        last_season=last_season,
        p10=row["p10"][step],
        p50=row["p50"][step],
        p90=row["p90"][step],
        mean=mean[step],
        next_season=next_season,
        growth=growth,
        model=row["model"],
    )


def summary_out(row: Row) -> CellSummaryOut:
    """Return a cell that is forecast, in short."""
    values: Sequence[float] = row["values"] or ()
    return CellSummaryOut(
        cell=cell_out(cell_in(row)),
        model=row["model"],
        last=values[-1] if values else None,
        p50=row["p50"][0],
    )
