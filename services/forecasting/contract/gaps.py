"""Supply, gaps and warnings as they travel."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

AlertKindName = Literal["shortage", "surplus"]
AlertLevelName = Literal["blue", "yellow", "orange", "red"]
AlertStateName = Literal["active", "ended"]
GapKind = Literal["occupation", "major"]


class GapRunIn(BaseModel):
    """Which region to compute, from what was known on which day, for how many years."""

    model_config = ConfigDict(extra="forbid")

    region: str = Field(pattern=r"^\d{2}(\d{2}){0,2}$", description="GB/T 2260")
    as_of: date | None = None
    years: int = Field(default=3, ge=1, le=8)


class GapRunOut(BaseModel):
    """One run: what it rests on, and by which method and seed it can be made again."""

    id: UUID
    org_name: str
    region_code: str
    as_of: date
    method: dict[str, Any]
    published_at: datetime


class GapRunsOut(BaseModel):
    """Runs, the newest first."""

    items: list[GapRunOut]


class SpreadOut(BaseModel):
    """Quantiles and mean of a simulated figure."""

    p10: float
    p50: float
    p90: float
    mean: float


class SupplyOut(BaseModel):
    """Graduates of a major in a year, and those of them who enter work in the region."""

    major_code: str
    major_name: str
    year: int
    graduates: SpreadOut
    entrants: SpreadOut
    rates: dict[str, Any]


class SuppliesOut(BaseModel):
    """The supply of a region; `run` is null where none has been computed."""

    run: GapRunOut | None
    items: list[SupplyOut]


class PostsPerSeekerOut(BaseModel):
    """求人倍率: posts per registered seeker in a quarter; not openings per entrant."""

    quarter: str
    value: float
    source: str


class DemandChangeOut(BaseModel):
    """Forecast demand of a year over that of the last season known; 1 is no change."""

    p10: float
    p50: float
    p90: float


class OpeningsBasisOut(BaseModel):
    """What openings rest on: employment alone, or moved by a forecast of demand.

    Beyond the forecast's horizon its last season stands, less certainly.
    """

    kind: Literal["demand_forecast", "reported_employment"]
    measure: str | None = None
    dataset_id: UUID | None = None
    run_id: UUID | None = None
    beyond_horizon: bool | None = None
    demand_change: DemandChangeOut | None = None


class GapOut(BaseModel):
    """Openings per entrant of an occupation or major in a year, with what drives it."""

    kind: GapKind
    code: str
    name: str
    year: int
    openings: SpreadOut
    entrants: SpreadOut
    ratio: SpreadOut
    p_short: float = Field(description="P(openings > 1.2 x entrants)")
    p_glut: float = Field(description="P(openings < 0.8 x entrants)")
    driver: str
    effects: dict[str, float]
    main_occupation: str | None
    posts_per_seeker: PostsPerSeekerOut | None
    openings_basis: OpeningsBasisOut | None = Field(
        default=None, description="of a major: its main occupation's; null in older runs"
    )


class GapsOut(BaseModel):
    """The gaps of a region; `run` is null where none has been computed."""

    run: GapRunOut | None
    items: list[GapOut]


class NamedCodeOut(BaseModel):
    """A code with its name."""

    code: str
    name: str


class HeatCellOut(BaseModel):
    """One tile of the heat map."""

    region: str
    code: str
    ratio_p50: float
    p_short: float
    p_glut: float


class HeatMapOut(BaseModel):
    """Gaps of many regions and codes in one year, each region from its newest run."""

    year: int
    kind: GapKind
    regions: list[NamedCodeOut]
    codes: list[NamedCodeOut]
    cells: list[HeatCellOut]


class AlertOut(BaseModel):
    """A warning with its evidence, its rule and its days."""

    id: UUID
    region_code: str
    region_name: str
    occupation_code: str
    occupation_name: str
    kind: AlertKindName
    level: AlertLevelName
    state: AlertStateName
    year: int
    probability: float
    evidence: dict[str, Any]
    rule: list[dict[str, Any]]
    raised_at: datetime
    confirmed_at: datetime
    expires_on: date
    ended_at: datetime | None
    end_reason: str | None


class ReliabilityBinOut(BaseModel):
    """Warnings of about the same probability, and how often it came."""

    low: float
    high: float
    trials: int
    forecast: float
    happened: float


class AlertRecordOut(BaseModel):
    """The public record of warnings; null where nothing can be said yet."""

    trials: int
    settled: int
    brier: float | None
    brier_persistence: float | None
    onsets: int
    onset_ap: float | None
    exits: int
    exit_ap: float | None
    reliability: list[ReliabilityBinOut]
