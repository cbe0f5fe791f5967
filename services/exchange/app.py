"""Builds the exchange room: the only wiring."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from services.exchange.api import (
    connections,
    notice_matches,
    notice_registrations,
    notice_search,
    notices,
)
from services.exchange.contract.addresses import ROOM
from services.exchange.store.notice_market import KnownNotices
from shared.events.inbox import events_router
from shared.http.service import Room, build_service
from shared.room import Parts, RoomApp

ROUTERS: Sequence[APIRouter] = (
    notice_search.router,  # before notices: /notices/facets is no id
    notice_registrations.router,
    notices.router,
    notice_matches.router,
    connections.router,
)


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
        extras={"known_notices": KnownNotices()},
    )
    return RoomApp(app=build_service(room))
