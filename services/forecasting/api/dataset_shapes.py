"""From what is stored to what travels: datasets, series, observations."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Security

from services.forecasting.contract.datasets import (
    BreakOut,
    DatasetOut,
    ObservationOut,
    SeriesOut,
)
from services.forecasting.domain.cell import DIMENSIONS, Cell, cell_named
from services.forecasting.domain.dataset import Dataset
from services.forecasting.domain.period import period_words
from services.forecasting.store.rows import Row
from shared.http.caller import Caller, caller_with_scopes

ObservationWriter = Annotated[Caller, Security(caller_with_scopes, scopes=["observations:write"])]
ForecastRunner = Annotated[Caller, Security(caller_with_scopes, scopes=["forecasts:write"])]
ForecastSubmitter = Annotated[Caller, Security(caller_with_scopes, scopes=["forecasts:submit"])]

_CODE = r"^[0-9A-Za-z-]{0,16}$"
Region = Annotated[str, Query(pattern=r"^(\d{2}|\d{4}|\d{6})?$", description="GB/T 2260")]
Industry = Annotated[str, Query(pattern=_CODE, description="GB/T 4754")]
Occupation = Annotated[str, Query(pattern=_CODE, description="职业分类大典")]
Major = Annotated[str, Query(pattern=_CODE, description="专业代码")]


async def cell_asked(
    region: Region = "", industry: Industry = "", occupation: Occupation = "", major: Major = ""
) -> Cell:
    """Read the cell that a request is about; what is left out means all of them."""
    return cell_named(region, industry.upper(), occupation, major.upper())


def codes_of(cell: Cell) -> dict[str, str | None]:
    """Return a cell as it travels: null means all of them."""
    return {name: getattr(cell, name) or None for name in DIMENSIONS}


def cell_of(row: Row) -> Cell:
    """Return the cell of a stored row."""
    return Cell(*(row[name] for name in DIMENSIONS))


def dataset_out(dataset: Dataset) -> DatasetOut:
    """Return a dataset as it travels."""
    return DatasetOut.model_validate(dataset, from_attributes=True)


def break_out(row: Row, frequency: str) -> BreakOut:
    """Return a break as it travels."""
    return BreakOut.model_validate({**row, "from_period": period_words(frequency, row["period"])})


def series_out(row: Row) -> SeriesOut:
    """Return a series as it travels."""
    return SeriesOut.model_validate({**row, **codes_of(cell_of(row))})


def observation_out(row: Row, frequency: str) -> ObservationOut:
    """Return an observation as it travels."""
    return ObservationOut.model_validate({**row, "period": period_words(frequency, row["period"])})
