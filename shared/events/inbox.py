"""The inbox: an event that arrives again changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text

from shared.db.session import Tx
from shared.http.caller import SignedIn
from shared.http.route import InTx
from shared.http.service import new_router
from shared.kernel.errors import ForbiddenError

_TAKE = text(
    "INSERT INTO inbox (event_id, kind) VALUES (:id, :kind) ON CONFLICT DO NOTHING"
    " RETURNING event_id"
)


class EventIn(BaseModel):
    """One event as it travels between rooms."""

    id: UUID
    kind: str
    subject_id: UUID
    org_id: UUID | None
    payload: dict[str, Any]
    created_at: datetime
    source: str


class EventsIn(BaseModel):
    """A batch of events, oldest first."""

    events: list[EventIn]


class TakenOut(BaseModel):
    """How many of the events were new."""

    taken: int


Handler = Callable[[Tx, EventIn], Awaitable[None]]


def events_router(room: str, handlers: Mapping[str, Handler]) -> APIRouter:
    """Return the route on which `room` takes events; `*` handles kinds without a handler."""
    router = new_router("events")

    @router.post(f"/events/{room}", include_in_schema=False, name=f"take_events_{room}")
    async def take_events(batch: EventsIn, caller: SignedIn, tx: InTx) -> TakenOut:
        """Take each event once, in the order it happened."""
        if caller.kind != "service":
            raise ForbiddenError(needs="service")
        taken = 0
        for event in batch.events:
            new = (await tx.execute(_TAKE, {"id": event.id, "kind": event.kind})).one_or_none()
            handler = handlers.get(event.kind) or handlers.get("*")
            if new is not None and handler is not None:
                await handler(tx, event)
                taken += 1
        return TakenOut(taken=taken)

    return router
