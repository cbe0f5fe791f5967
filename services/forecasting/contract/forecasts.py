"""Forecasts and their runs as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.forecasting.contract.datasets import FrequencyName

RunKindName = Literal["current", "replay"]
SizeClassName = Literal["small", "middle", "large"]


class CellOut(BaseModel):
    """What a number is about; null means all of them."""

    region: str | None
    industry: str | None
    occupation: str | None
    major: str | None
    region_name: str
    industry_name: str
    occupation_name: str
    major_name: str


class PointOut(BaseModel):
    """One period ahead."""

    period: str
    h: int
    mean: float
    p2_5: float
    p10: float
    p50: float
    p90: float
    p97_5: float


class HistoryPointOut(BaseModel):
    """One period that is known."""

    period: str
    value: float


class RecordOut(BaseModel):
    """How this kind of series was forecast in the past, beside naive forecasts."""

    backtest_id: UUID
    origins: int
    size_class: SizeClassName | None
    series: int
    mase: float | None
    mase_naive: float | None
    mase_naive2: float | None
    relative_to_naive: float | None = Field(description="below 1: better than naive")
    wape: float | None
    coverage_80: float | None
    coverage_95: float | None


class VintageOut(BaseModel):
    """What was known when the forecast was made, and by which code it was made."""

    run_id: UUID
    as_of: datetime
    recorded_until: datetime
    origin: str
    made_at: datetime
    code_version: str
    config_sha256: str
    output_sha256: str


class ForecastOut(BaseModel):
    """A forecast with its history, interval, method, vintage and record."""

    dataset_id: UUID
    measure: str
    measure_zh: str
    measure_en: str
    source: str
    unit: str
    frequency: FrequencyName
    cell: CellOut
    model: str
    reconciled: bool
    size_class: SizeClassName
    history: list[HistoryPointOut]
    points: list[PointOut]
    vintage: VintageOut
    record: RecordOut | None


class PastPointOut(BaseModel):
    """What was forecast for a period once, and what came."""

    period: str
    h: int
    p10: float
    p50: float
    p90: float
    actual: float | None


class PastForecastOut(BaseModel):
    """One forecast of the past; a replay was made later from the periods known at its origin."""

    run_id: UUID
    kind: RunKindName
    origin: str
    as_of: datetime
    made_at: datetime
    code_version: str
    model: str
    points: list[PastPointOut]


class PastForecastsOut(BaseModel):
    """What was forecast for a cell, newest first, and how well over all periods that are over."""

    dataset_id: UUID
    cell: CellOut
    items: list[PastForecastOut]
    scored: int
    mae: float | None
    mae_naive: float | None
    coverage_80: float | None


class BesideOut(BaseModel):
    """One part of a cell: where it stands, and where it will be `h` periods ahead."""

    code: str
    name: str
    cell: CellOut
    last: float | None
    last_season: float | None = Field(description="sum of the last 12 months, 4 quarters, 1 year")
    p10: float
    p50: float
    p90: float
    mean: float
    next_season: float | None = Field(description="sum of the means of as many periods ahead")
    growth: float | None = Field(description="next over last season, less one")
    model: str


class BreakdownOut(BaseModel):
    """The parts of a cell along one dimension, the largest first."""

    dataset_id: UUID
    run_id: UUID
    origin: str
    cell: CellOut
    by: Literal["region", "industry", "occupation"]
    h: int
    period: str
    items: list[BesideOut]


class CellSummaryOut(BaseModel):
    """A cell that is forecast."""

    cell: CellOut
    model: str
    last: float | None
    p50: float = Field(description="one period ahead")


class RunIn(BaseModel):
    """A forecast to be made."""

    model_config = ConfigDict(extra="forbid")

    dataset_id: UUID
    horizon: int = Field(default=12, ge=1, le=36)
    corrects: bool = Field(default=True, description="pooled trees correct what they can")
    as_of: datetime | None = Field(
        default=None, description="as it was known then; makes a replay, not the present forecast"
    )
    origin: str | None = Field(
        default=None, max_length=20, description="as if nothing were known after this period"
    )


class RunOut(BaseModel):
    """A run: its vintage, plan, code and hashes."""

    id: UUID
    dataset_id: UUID
    kind: RunKindName
    as_of: datetime
    recorded_until: datetime
    origin: str
    horizon: int
    config: dict[str, Any]
    config_sha256: str
    code_version: str
    input_sha256: str
    output_sha256: str
    cells: int
    stale: int
    choice: dict[str, Any]
    files: dict[str, Any]
    finished_at: datetime
