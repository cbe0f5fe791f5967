"""Which room answers under which address, read from the rooms' contracts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from gateway.settings import ROOMS

# The gateway's own addresses that cost what a room's do: their callers are named and counted, too.
OWN = "gateway"
_COUNTED: tuple[str, ...] = ("/v1/search",)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The rooms' addresses; the longest literal beginning of a path decides."""

    rooms: dict[str, str]
    public: frozenset[tuple[str, str]]
    depth_max: int

    def room_of(self, path: str) -> str | None:
        """Return the room of `path`, or None where no room has it."""
        parts = path.split("/", self.depth_max + 1)
        for depth in range(min(self.depth_max, len(parts) - 1), 0, -1):
            room = self.rooms.get("/".join(parts[: depth + 1]))
            if room is not None:
                return room
        return None


def read_addresses(rooms: Iterable[str] = ROOMS) -> Addresses:
    """Read `ADDRESSES` of every room's contract, plus its jobs and events."""
    table: dict[str, str] = dict.fromkeys(_COUNTED, OWN)
    for room in rooms:
        contract = import_module(f"services.{room}.contract.addresses")
        for address in cast("tuple[str, ...]", contract.ADDRESSES):
            assert address not in table, f"two rooms claim {address}"
            table[address] = room
        table[f"/v1/jobs/{room}"] = room
    depth_max = max(address.count("/") for address in table)
    return Addresses(table, frozenset(), depth_max)
