"""Puts rooms together in one process; the only place that loads a room's application."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from shared.db.cluster import RoomDatabase
from shared.db.session import Database
from shared.http.observe import Observed
from shared.http.peers import Peers, RemoteKeys
from shared.kernel.clock import Clock, utc_now
from shared.room import Parts, RoomApp
from shared.settings import PlatformSettings

Build = Callable[[Parts], RoomApp]


@dataclass(frozen=True, slots=True)
class Assembled:
    """One room as it runs here: its application behind the walls, its parts."""

    name: str
    room: RoomApp
    parts: Parts
    served: Observed


@dataclass(frozen=True, slots=True)
class House:
    """The rooms of this process; rooms elsewhere are reached by their URL."""

    settings: PlatformSettings
    rooms: Mapping[str, Assembled]
    urls: Mapping[str, str]
    door: Peers

    async def close(self) -> None:
        """Close clients and connections of every room."""
        await self.door.close()
        for assembled in self.rooms.values():
            await assembled.parts.peers.close()
            await assembled.parts.database.close()


def assemble(
    settings: PlatformSettings,
    databases: Mapping[str, RoomDatabase],
    *,
    rooms: Sequence[str],
    urls: Mapping[str, str],
    clock: Clock = utc_now,
) -> House:
    """Build `rooms` in this process; `urls` says where the others run."""
    assembled: dict[str, Assembled] = {}
    for name in rooms:
        peers = Peers(room=name, secret=settings.secret, urls=urls)
        parts = Parts(
            settings=settings,
            database=Database(databases[name].app_dsn.sqlalchemy, pool_size=settings.pool_size),
            peers=peers,
            keys=RemoteKeys(peers.anonymous_later("accounts")),
            clock=clock,
        )
        room = load_room(name)(parts)
        served = Observed(room.app, room=name, body_bytes_max=settings.body_bytes_max)
        assembled[name] = Assembled(name, room, parts, served)
    door = Peers(room="gateway", secret=settings.secret, urls=urls)
    for peers in (door, *(each.parts.peers for each in assembled.values())):
        peers.apps.update({name: each.served for name, each in assembled.items()})
    return House(settings, assembled, urls, door)


def load_room(name: str) -> Build:
    """Import a room's program and return what builds it."""
    return cast("Build", import_module(f"services.{name}.app").build)
