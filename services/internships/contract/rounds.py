"""Rounds, results and reasons as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.internships.contract.batches import TermOut


class RoundStartedOut(BaseModel):
    """The round that now runs, and the job that solves it; `Location` names the job."""

    round_id: UUID
    job_id: UUID
    location: str


class RoundOut(BaseModel):
    """A round; the seed is revealed once it has been used, so that anyone can repeat it."""

    id: UUID
    batch_id: UUID
    job_id: UUID
    state: Literal["running", "proposed", "published"]
    seed: str | None
    seed_commitment: str | None
    manifest: dict[str, Any] | None
    numbers: dict[str, Any] | None
    certificate_sha256: str | None
    number: int = Field(default=1, description="of the batch's rounds, from 1")
    rules: dict[str, Any] = Field(default_factory=dict, description="as they stood when it ran")
    created_at: datetime
    solved_at: datetime | None
    published_at: datetime | None


class ResultOut(BaseModel):
    """One student's result as the school's office sees it."""

    student_id: UUID
    enrolment_no: str
    name: str
    major_code: str
    class_name: str
    wishes: int
    placed_rank: int | None
    post_id: UUID | None
    post_title: str | None
    enterprise_name: str | None


class PriorityOut(BaseModel):
    """A priority: the score from 0 to 1, then the lottery number; the higher wins."""

    score: float
    lottery: int


class CutoffOut(BaseModel):
    """The last one placed at a post; told only where at least five were placed."""

    post_id: UUID
    title: str
    enterprise_name: str
    seats: int
    placed: int
    turned_away: int
    cutoff: PriorityOut | None


class WishReasonOut(BaseModel):
    """What became of one wish, and why."""

    rank: int
    post_id: UUID
    title: str
    enterprise_name: str
    verdict: Literal["placed", "below_cutoff", "not_needed", "no_seats", "not_eligible"]
    zh: str
    en: str
    own: PriorityOut | None
    place_in_line: int | None
    seats: int
    placed: int | None
    cutoff: PriorityOut | None
    relevance: float
    grade: float | None
    interview: float | None
    terms: list[TermOut]
    odds: float | None = Field(
        default=None, description="share of many lotteries in which this wish was granted"
    )


class ExplanationOut(BaseModel):
    """Why a student was placed where they were; place in line and cut-offs as they may know."""

    round_id: UUID
    student_id: UUID
    placed_rank: int | None
    lottery: int
    students: int
    wishes: list[WishReasonOut]
    lotteries: int | None = Field(default=None, description="over which the odds were counted")
    public_id: str | None = Field(
        default=None, description="one's own id in the public files of this round"
    )
