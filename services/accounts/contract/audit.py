"""The audit log as it travels."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class AuditEntryOut(BaseModel):
    """One entry: who did what to which object, without personal data; bound to the one before."""

    seq: int
    id: UUID
    at: datetime
    actor_id: UUID | None
    actor_kind: str
    org_id: UUID | None
    action: str
    object_kind: str
    object_id: UUID
    object_org_id: UUID | None
    facts: dict[str, str | int | bool | None]
    prev_hash: str
    hash: str


class ChainOut(BaseModel):
    """Whether every entry is as it was written; the head's hash can be kept elsewhere as proof."""

    whole: bool
    entries: int
    head: str
    broken_at: int | None
    reason: str | None
