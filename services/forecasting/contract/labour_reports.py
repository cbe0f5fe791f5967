"""What schools, authorities and industry bodies report, as it is read back."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel


class ReportedRowOut(BaseModel):
    """One row that the caller's organisation reported; fields of other kinds are null."""

    id: UUID
    region_code: str
    source: str
    counted_on: date
    recorded_at: datetime
    school_name: str | None = None
    major_code: str | None = None
    occupation_code: str | None = None
    industry_code: str | None = None
    entry_year: int | None = None
    programme_years: int | None = None
    year: int | None = None
    quarter: str | None = None
    definition: str | None = None
    enrolled: int | None = None
    graduates: int | None = None
    counts: dict[str, int] | None = None
    people: int | None = None
    posts: int | None = None
    seekers: int | None = None
    unfilled: int | None = None
    employed: int | None = None
    separated: int | None = None
    employed_local: int | None = None
    employed_relevant: int | None = None
    enterprises: int | None = None
    headcount: int | None = None
    hired: int | None = None
    departed: int | None = None
    vacancies: int | None = None
    pay_fen_month: int | None = None
