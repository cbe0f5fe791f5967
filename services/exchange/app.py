"""Builds the exchange room: the only wiring."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from services.exchange.contract.addresses import ROOM
from shared.events.inbox import events_router
from shared.http.service import Room, build_service
from shared.room import Parts, RoomApp

ROUTERS: Sequence[APIRouter] = ()


def build(parts: Parts) -> RoomApp:
    """Return the room as an application."""
    room = Room(
        name=ROOM,
        title="产教通 供求 Exchange",
        settings=parts.settings,
        database=parts.database,
        routers=[*ROUTERS, events_router(ROOM, {})],
        keys=parts.keys,
        peers=parts.peers,
        clock=parts.clock,
    )
    return RoomApp(app=build_service(room))
