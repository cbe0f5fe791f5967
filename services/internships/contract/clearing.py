"""The rules of a batch's rounds as they travel."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

EnrolmentNo = Annotated[str, Field(min_length=1, max_length=40)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class SeatReserveIn(_In):
    """Seats of a post that are for a class (or an order class, 订单班) first."""

    post_id: UUID
    class_name: str = Field(min_length=1, max_length=80)
    seats: int = Field(ge=1, le=10_000)
    hard: bool = Field(default=False, description="true: empty rather than given to others")


class RegionQuotaIn(_In):
    """A quota of the batch for a region and what lies in it."""

    region_code: str = Field(pattern=r"^\d{6}$")
    most: int = Field(ge=0, le=1_000_000)
    hard: bool = Field(default=False, description="false: exceeding it is reported only")


class LowerQuotaIn(_In):
    """A post that should get at least so many students."""

    post_id: UUID
    least: int = Field(ge=1, le=10_000)


class ClearingIn(_In):
    """How a batch's wishes are cleared; the defaults are plain student-proposing clearing."""

    proposes: Literal["students", "posts"] = Field(
        default="students", description="the stable result that is best for these"
    )
    rounds: int = Field(
        default=1, ge=1, le=5, description="between two rounds a student freezes, floats or leaves"
    )
    improve: bool = Field(
        default=False, description="trade places that only the lottery kept apart"
    )
    host_most: int | None = Field(default=None, ge=1, description="of the batch at one host")
    host_most_hard: bool = False
    regions: list[RegionQuotaIn] = Field(default_factory=list[RegionQuotaIn], max_length=400)
    reserves: list[SeatReserveIn] = Field(default_factory=list[SeatReserveIn], max_length=2000)
    together: list[Annotated[list[EnrolmentNo], Field(max_length=20)]] = Field(
        default_factory=list[list[str]], max_length=2000, description="enrolment numbers"
    )
    least: list[LowerQuotaIn] = Field(default_factory=list[LowerQuotaIn], max_length=2000)
    repair: bool = Field(default=False, description="meet the lower quotas; the cost is shown")
    public_days: int = Field(
        default=30, ge=0, le=365, description="how long anybody may check the round; 0: never"
    )


class ClearingOut(ClearingIn):
    """The rules; who asked to stay together is shown to the school's office only."""

    groups: int = Field(description="how many groups asked to stay together")
