"""Read what is forecast: one cell with its past, its parts, and what was forecast once."""

from __future__ import annotations

from uuid import UUID

from services.forecasting.domain.cell import WHOLE, Cell, CellUnknownError, Dimension, above
from services.forecasting.domain.dataset import Dataset
from services.forecasting.domain.measure import measure_named
from services.forecasting.flows.keep_datasets import visible_dataset
from services.forecasting.store import datasets, forecasts, runs
from services.forecasting.store.rows import Row
from shared.db.session import Tx
from shared.kernel.errors import NotFoundError, Text


class ForecastMissingError(NotFoundError):
    """Nothing has been forecast for this measure yet."""

    code = "forecast_missing"
    title_zh = "该指标尚无预测"
    mend = Text(
        "可用数据集见 /v1/datasets；由数据单位运行一次预测后即可查询。",
        "See /v1/datasets; a dataset is forecast once its owner has run a forecast.",
    )


async def forecast_dataset(tx: Tx, *, measure: str, dataset_id: UUID | None) -> tuple[Dataset, Row]:
    """Return the dataset that is asked for with its present run; raises ForecastMissingError."""
    if dataset_id is not None:
        dataset = await visible_dataset(tx, dataset_id)
    else:
        found = await datasets.find_for_measure(tx, measure_named(measure).code)
        if found is None:
            raise ForecastMissingError
        dataset = found
    run = await runs.current_run(tx, dataset)
    if run is None:
        raise ForecastMissingError
    return dataset, run


def within_root(run: Row, cell: Cell) -> Cell:
    """Return the cell in the dataset's own region where none, or one around it, was asked for.

    A province's dataset answers for the nation with the province: the answer names it.
    """
    root: str = run["config"]["root"]
    if root and cell.region == WHOLE:
        return cell._replace(region=root)
    return cell


async def read_cell(tx: Tx, run: Row, asked: Cell) -> Row:
    """Return a run's numbers for a cell; raises CellUnknownError."""
    cell = within_root(run, asked)
    found = await forecasts.find_forecast(tx, run["id"], cell)
    if found is None:
        raise CellUnknownError(cell="|".join(cell))
    return found


async def read_parts(tx: Tx, run: Row, asked: Cell, *, by: Dimension) -> list[Row]:
    """Return a cell's parts one step down along a dimension."""
    cell = within_root(run, asked)
    rows = await forecasts.list_beside(tx, run, cell, by=by)
    top: str = getattr(cell, by)
    codes = {row[by] for row in rows}
    return [row for row in rows if _next_above(by, row[by], codes) == top]


def _next_above(by: Dimension, code: str, known: set[str]) -> str:
    """Return the nearest code above that is forecast itself, or everything."""
    upper = above(by, code)
    while upper and upper not in known:
        upper = above(by, upper)
    return upper or WHOLE
