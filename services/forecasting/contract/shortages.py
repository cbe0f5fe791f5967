"""Shortage catalogues (急需紧缺职业目录) as they travel."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

CatalogueState = Literal["draft", "reviewed", "published"]
EntryOrigin = Literal["computed", "kept", "added", "removed"]


class DraftIn(BaseModel):
    """From when the draft looks back; default: today."""

    model_config = ConfigDict(extra="forbid")

    as_of: date | None = None


class EntryIn(BaseModel):
    """A person's decision on one occupation, with its reason."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    listed: bool
    reason: str = Field(min_length=4, max_length=2000)


class ReviewIn(BaseModel):
    """What the review found."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    note: str = Field(min_length=4, max_length=4000)


class PublicationIn(BaseModel):
    """From which day the edition holds."""

    model_config = ConfigDict(extra="forbid")

    in_force_from: date


class IndicatorOut(BaseModel):
    """One indicator; value and met are null where its data is missing."""

    name: str
    value: float | None
    threshold: float
    met: bool | None


class ShortageEntryOut(BaseModel):
    """One occupation of a catalogue, with what speaks for it."""

    occupation_code: str
    occupation_name: str
    listed: bool
    origin: EntryOrigin
    indicators: list[IndicatorOut]
    met: int
    known: int
    reason: str | None


class CatalogueLineOut(BaseModel):
    """A catalogue in a list."""

    id: UUID
    region_code: str
    region_name: str
    name: str
    org_name: str
    edition: int
    in_force_from: date
    published_at: datetime
    entries_total: int


class CatalogueLinesOut(BaseModel):
    """Published catalogues, the newest first."""

    items: list[CatalogueLineOut]


class CatalogueOut(BaseModel):
    """One edition or draft, whole; a published one shows what is listed only."""

    id: UUID
    region_code: str
    region_name: str
    name: str
    org_name: str
    state: CatalogueState
    edition: int | None
    as_of: date
    in_force_from: date | None
    published_at: datetime | None
    method: dict[str, Any]
    review_note: str | None
    entries: list[ShortageEntryOut]
    version: int


class NamedOccupationOut(BaseModel):
    """An occupation by code and name."""

    code: str
    name: str


class CatalogueDiffOut(BaseModel):
    """What changed between two editions."""

    region_code: str
    before: int
    after: int
    added: list[NamedOccupationOut]
    removed: list[NamedOccupationOut]
    kept_total: int


class BadgeOut(BaseModel):
    """A catalogue that lists an occupation for a place: what a post shows as its badge."""

    region_code: str
    region_name: str
    name: str
    edition: int
    in_force_from: date
    occupation_code: str


class BadgesOut(BaseModel):
    """The catalogues in force that list an occupation for a place, the nearest place first."""

    items: list[BadgeOut]


class InForceOut(BaseModel):
    """The edition that holds in a region, with the codes of the occupations it lists."""

    region_code: str
    region_name: str
    name: str
    edition: int
    in_force_from: date
    occupation_codes: list[str]


class CataloguesInForceOut(BaseModel):
    """What holds everywhere on one day: enough to badge any list of posts with one request."""

    as_of: date
    items: list[InForceOut]
