"""Datasets, series and observations as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

FrequencyName = Literal["month", "quarter", "year"]
AbsentName = Literal["zero", "unknown"]
BreakKindName = Literal["unit", "definition", "classification", "source"]
DimensionName = Literal["region", "industry", "occupation", "major"]
VersionName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,16}$")]


class DatasetIn(BaseModel):
    """A measure that the organisation will report from one source."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    measure: str = Field(max_length=40, description="see /v1/observations/measures")
    name: str = Field(min_length=2, max_length=120)
    source: str = Field(min_length=2, max_length=120, description="who counted it, and where")
    definition: str = Field(
        min_length=2, max_length=4000, description="who is counted, from when, by which day"
    )
    frequency: FrequencyName
    unit: str | None = Field(default=None, min_length=1, max_length=24)
    classification: dict[DimensionName, VersionName] = Field(
        default_factory=dict[DimensionName, VersionName],
        description="lists that codes are read in where they are not the newest",
    )
    absent: AbsentName | None = Field(
        default=None, description="what a cell says that the file leaves out: nothing, or unknown"
    )
    public: bool | None = Field(default=None, description="a school's numbers never are")


class DatasetOut(BaseModel):
    """A dataset; `org_id` null is the platform's own."""

    id: UUID
    org_id: UUID | None
    measure: str
    name: str
    source: str
    definition: str
    frequency: FrequencyName
    unit: str
    classification: dict[str, str]
    absent: AbsentName
    public: bool
    current_run_id: UUID | None
    version: int


class BreakIn(BaseModel):
    """From a period on, the dataset is counted in another way."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    from_period: str = Field(max_length=20, description="first period of the new way")
    kind: BreakKindName
    series_id: UUID | None = Field(default=None, description="of one series; else of all")
    unit_before: str | None = Field(default=None, min_length=1, max_length=24)
    factor: float | None = Field(
        default=None,
        gt=0,
        le=1e9,
        description="an older number times this is a newer one; absent: not comparable",
    )
    note: str = Field(min_length=2, max_length=2000)


class BreakOut(BaseModel):
    """A recorded break."""

    id: UUID
    from_period: str
    kind: BreakKindName
    series_id: UUID | None
    unit_before: str | None
    factor: float | None
    note: str
    recorded_at: datetime


class BreaksOut(BaseModel):
    """The breaks of a dataset, the oldest first."""

    items: list[BreakOut]


class SeriesOut(BaseModel):
    """One series of a dataset; a null code means all of them."""

    id: UUID
    dataset_id: UUID
    region: str | None
    industry: str | None
    occupation: str | None
    major: str | None


class ObservationOut(BaseModel):
    """A number in one of its vintages."""

    period: str
    value: float
    as_of: datetime = Field(description="from when the source says so")
    recorded_at: datetime = Field(description="when the platform learnt it")
    batch_id: UUID


class NamedOut(BaseModel):
    """A name in both languages."""

    zh: str
    en: str


class MeasureOut(BaseModel):
    """What can be counted, and who reports it."""

    code: str
    title: NamedOut
    nature: Literal["flow", "stock", "index"]
    unit: str
    writers: list[str] = Field(description="kinds of organisations; empty: the platform itself")
    public: bool
    absent: AbsentName


class MeasuresOut(BaseModel):
    """The measures, and the rule by which repeated advertisements count once."""

    items: list[MeasureOut]
    repeat_days: int
    repeat_rule: NamedOut


class CrosswalkRowIn(BaseModel):
    """A share of an old code that belongs to a new one."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    from_code: str = Field(min_length=1, max_length=16)
    to_code: str = Field(min_length=1, max_length=16)
    share: float = Field(gt=0, le=1)


class CrosswalkIn(BaseModel):
    """A table from one version of a classification to another."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    dimension: DimensionName
    from_version: VersionName
    to_version: VersionName
    source: str = Field(min_length=2, max_length=200)
    rows: list[CrosswalkRowIn] = Field(min_length=1, max_length=20_000)


class CrosswalkRowOut(BaseModel):
    """A share of an old code that belongs to a new one."""

    from_code: str
    to_code: str
    share: float
    source: str


class CrosswalkOut(BaseModel):
    """A table from one version of a classification to another."""

    dimension: DimensionName
    from_version: str
    to_version: str
    rows: list[CrosswalkRowOut]
