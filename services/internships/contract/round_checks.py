"""What-ifs, changes of a round before it is published, and what anybody may check."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class SeatsChangeIn(_In):
    """A post with one seat more or less."""

    post_id: UUID
    by: Literal[1, -1]


class WishesChangeIn(_In):
    """A student's other wishes, best first."""

    student_id: UUID
    post_ids: list[UUID] = Field(max_length=100)


class WhatIfIn(_In):
    """One change of a solved round: exactly one member is given."""

    withdraw: UUID | None = Field(default=None, description="the student who leaves")
    seats: SeatsChangeIn | None = None
    wishes: WishesChangeIn | None = None


class RoundChangeIn(WhatIfIn):
    """A change that is carried out: the round is solved again."""

    reason: str = Field(min_length=4, max_length=500, description="kept in the audit log")


class OwnWhatIfIn(_In):
    """A student's question about the own result: exactly one member is given."""

    grade: float | None = Field(default=None, ge=0, le=100)
    post_ids: list[UUID] | None = Field(default=None, max_length=100)
    extra_seat: UUID | None = Field(default=None, description="a post of one's wishes")


class PublicRoundLineOut(BaseModel):
    """A published round that anybody may check until a day."""

    round_id: UUID
    school_id: UUID
    school_name: str
    batch_name: str
    number: int
    published_at: datetime
    until: datetime


class PublicPostOut(BaseModel):
    """A post of a public round; the cut-off is told where at least five were placed."""

    post_id: UUID
    title: str
    enterprise_name: str
    seats: int
    placed: int | None
    cutoff_score: float | None
    cutoff_lottery: int | None


class PublicRoundOut(PublicRoundLineOut):
    """What was cleared, by which rules, with which result; the files have every line of it."""

    numbers: dict[str, Any]
    rules: dict[str, Any]
    seed_commitment: str | None
    seed: str | None
    code: str
    certificate_sha256: str
    file_sha256: str
    signer: str | None = Field(
        default=None,
        description="the public key (PEM, Ed25519) that signed the files' manifest; null in rounds"
        " published before manifests were signed",
    )
    posts: list[PublicPostOut]


class PublicCheckOut(BaseModel):
    """What the checker finds when it reads the public files again."""

    students: int
    posts: int
    wishes: int
    placed: int
    blocking_pairs: int
    stated_claims: int = Field(description="blocking pairs that the round's own rules cost")
    overfull_posts: int
    unwished_placements: int
    files_unchanged: bool
    holds: bool


class PublicWishOut(BaseModel):
    """One line of the public wishes."""

    rank: int
    post_id: str
    place_from_below: int
    granted: bool


class PublicStudentOut(BaseModel):
    """The lines of one salted id."""

    public_id: str
    wishes: list[PublicWishOut]
