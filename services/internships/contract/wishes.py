"""Wishes as they travel."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class WishesIn(BaseModel):
    """A student's posts in the order of their wish; an empty list withdraws them all."""

    model_config = ConfigDict(extra="forbid")

    post_ids: list[UUID] = Field(max_length=100)


class WishOut(BaseModel):
    """One wish."""

    rank: int
    post_id: UUID
    title: str
    enterprise_name: str
    state: str


class WishesOut(BaseModel):
    """A student's wishes in one batch, best first."""

    batch_id: UUID
    wishes_max: int
    items: list[WishOut]
