"""Backtests, submissions of other bodies, and their scores as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.forecasting.contract.forecasts import CellOut


class ScoreOut(BaseModel):
    """One method over one horizon and size class; null: over all of them, or not to be told."""

    method: str
    horizon: int | None
    size_class: str | None
    series: int
    mase: float | None
    rmsse: float | None
    owa: float | None
    wape: float | None
    pinball: float | None
    coverage_80: float | None
    coverage_95: float | None
    msis: float | None
    bias: float | None


class ScoreboardOut(BaseModel):
    """A backtest over rolling origins; naive and Naive2 always stand in it."""

    backtest_id: UUID
    dataset_id: UUID
    measure: str
    name: str
    source: str
    frequency: str
    as_of: datetime
    origin: str
    origins: int
    horizon: int
    series: int
    code_version: str
    config_sha256: str
    finished_at: datetime
    rows: list[ScoreOut]


class ScoreboardHeadOut(BaseModel):
    """A dataset's newest backtest in one line."""

    dataset_id: UUID
    measure: str
    name: str
    source: str
    origins: int
    horizon: int
    series: int
    mase: float | None
    mase_naive: float | None
    relative_to_naive: float | None
    coverage_80: float | None
    finished_at: datetime


class ScoreboardHeadsOut(BaseModel):
    """Every dataset's newest backtest, the best beside naive first."""

    items: list[ScoreboardHeadOut]


class BacktestIn(BaseModel):
    """A backtest to be made."""

    model_config = ConfigDict(extra="forbid")

    dataset_id: UUID
    horizon: int = Field(default=12, ge=1, le=36)
    origins: int = Field(default=6, ge=2, le=24)
    corrects: bool = Field(default=True, description="pooled trees correct what they can")


class SubmissionRowIn(BaseModel):
    """What is forecast for a cell and a period; a code left out means all of them."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    region: str = Field(default="", max_length=16)
    industry: str = Field(default="", max_length=16)
    occupation: str = Field(default="", max_length=16)
    major: str = Field(default="", max_length=16)
    period: str = Field(max_length=20)
    p10: float | None = Field(default=None, ge=0, le=1e12, allow_inf_nan=False)
    p50: float = Field(ge=0, le=1e12, allow_inf_nan=False)
    p90: float | None = Field(default=None, ge=0, le=1e12, allow_inf_nan=False)


class SubmissionIn(BaseModel):
    """A forecast of another body, to be kept beside ours and scored when the numbers come."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    dataset_id: UUID
    method: str = Field(min_length=2, max_length=4000)
    source: str = Field(min_length=2, max_length=1000, description="what it rests on")
    made_at: datetime
    rows: list[SubmissionRowIn] = Field(min_length=1, max_length=5000)


class SubmissionScoreOut(BaseModel):
    """The same cells forecast three times: submitted, ours, naive."""

    method: Literal["submitted", "ours", "naive"]
    horizon: int | None
    cells: int
    mae: float
    wape: float | None
    bias: float
    pinball: float | None
    coverage_80: float | None


class SubmissionOut(BaseModel):
    """A submission with its scores so far."""

    id: UUID
    dataset_id: UUID
    org_id: UUID
    org_name: str
    method: str
    source: str
    made_at: datetime
    submitted_at: datetime
    origin: str
    cells: int
    run_id: UUID | None = Field(description="ours that stood beside it when it came")
    scored: int = Field(description="rows whose numbers have come")
    scores: list[SubmissionScoreOut]


class SubmissionsOut(BaseModel):
    """The submissions for a dataset, the best score beside naive first."""

    dataset_id: UUID
    measure: str
    items: list[SubmissionOut]


class SubmittedRowOut(BaseModel):
    """One number of a submission beside ours."""

    cell: CellOut
    period: str
    p10: float | None
    p50: float
    p90: float | None
    ours_p50: float | None
    last_known: float
    actual: float | None
