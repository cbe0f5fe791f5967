"""Fit and fill of clearings as an authority reads them: aggregated, small counts hidden."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class MetricWordsOut(BaseModel):
    """The same words in both languages."""

    model_config = ConfigDict(from_attributes=True)

    zh: str
    en: str


class CountedRoundOut(BaseModel):
    """A published round that the figures are counted over; `public`: anybody may check it."""

    round_id: UUID
    school_name: str
    batch_name: str
    number: int
    published_at: datetime
    certificate_sha256: str | None
    public: bool


class MetricIndicatorOut(BaseModel):
    """What a figure counts."""

    code: str
    title: MetricWordsOut
    definition: MetricWordsOut
    is_share: bool


class MetricBasisOut(BaseModel):
    """What a policy document says, with its clause."""

    key: str
    pack: str
    version: str
    document: MetricWordsOut
    number: str
    clause: str
    words: str
    quote: str


class MetricFigureOut(BaseModel):
    """One indicator of a group: `count` of `among`; hidden where a count is 1 to 4."""

    indicator: str
    value: float | None
    count: int | None
    among: int | None
    hidden: bool


class MetricCountsOut(BaseModel):
    """Persons of a group; null: hidden, because fewer than five would be told or worked out."""

    students: int | None
    placed: int | None
    unplaced: int | None
    first: int | None
    second_third: int | None
    later: int | None
    relevant: int | None = Field(description="major and post in the same major group")
    other_group: int | None
    not_comparable: int | None
    same_city: int | None
    same_province: int | None = Field(description="another city of the school's province")
    other_province: int | None
    place_unknown: int | None


class MetricGroupOut(BaseModel):
    """All, the schools of a region, or the schools of a kind."""

    by: Literal["all", "region", "school_level"]
    code: str
    name: MetricWordsOut
    schools: int
    rounds: int
    seats: int
    counts: MetricCountsOut
    figures: list[MetricFigureOut]


class MetricSpreadOut(BaseModel):
    """How far apart groups are in one indicator, in percentage points."""

    by: Literal["region", "school_level"]
    indicator: str
    highest: MetricWordsOut
    highest_value: float
    lowest: MetricWordsOut
    lowest_value: float
    points: float


class MatchingMetricsOut(BaseModel):
    """Relevance, fill, rank and relocation over the published rounds of a term."""

    region_code: str
    region_name: MetricWordsOut
    term: str | None = Field(description="学年学期; null where nothing is published yet")
    terms: list[str]
    least: int = Field(description="fewest persons of a count that is told")
    rounds: int
    counted: list[CountedRoundOut] = Field(description="the newest 200 of those rounds")
    indicators: list[MetricIndicatorOut]
    basis: list[MetricBasisOut] = Field(description="what the documents ask of the fit")
    figures: list[MetricBasisOut] = Field(
        description="the figures that documents set beside it; none sets a rate"
    )
    groups: list[MetricGroupOut]
    spreads: list[MetricSpreadOut]
