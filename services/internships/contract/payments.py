"""Monthly payments as they travel: what a host records, and the record with its findings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

PayMethodName = Literal["money", "goods", "voucher"]
PayeeName = Literal["student", "school", "third_party"]
_FEN_MAX = 100_000_000


class PaymentIn(BaseModel):
    """What was paid to a student for one month; it is never less what somebody kept of it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    month: str = Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="such as 2027-03")
    amount_fen: int = Field(ge=0, le=_FEN_MAX, description="in fen")
    paid_on: date
    method: PayMethodName = "money"
    payee: PayeeName = "student"
    reason: str | None = Field(
        default=None,
        min_length=2,
        max_length=500,
        description="why a month that is recorded already is corrected; kept",
    )


class PaymentCorrectionOut(BaseModel):
    """What stood there before a correction, and why it was corrected."""

    amount_fen: int
    paid_on: date
    method: PayMethodName
    payee: PayeeName
    reason: str
    corrected_at: datetime


class PaymentOut(BaseModel):
    """What was paid for one month."""

    month: str
    amount_fen: int
    paid_on: date
    method: PayMethodName
    payee: PayeeName
    corrections: list[PaymentCorrectionOut]
    version: int


class PaidMonthOut(BaseModel):
    """One month of a placement: what was due, what was paid, what the rules say."""

    month: str
    days: int = Field(description="days of the month that lie in the placement")
    expected_fen: int | None = Field(description="the agreed pay, by those days")
    due_on: date | None
    payment: PaymentOut | None
    findings: list[dict[str, Any]]


class PaymentRecordOut(BaseModel):
    """Every month of a placement that has begun, with the pay that was agreed."""

    placement_id: UUID
    student_name: str
    post_title: str
    enterprise_name: str
    first_on: date
    last_on: date
    agreed_fen_month: int | None
    pack: str
    version: str
    on: date
    months: list[PaidMonthOut]
    skipped: list[dict[str, Any]]
