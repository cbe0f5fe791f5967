"""Asks a room for its own list, with the caller's own token and within a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from gateway.search.sources import Source, Wanted
from shared.http.peers import Peers
from shared.logs import get_logger

# Longer than any search of a healthy room takes, shorter than a reader waits.
ROOM_S = 3.0
_CARRIED = ("authorization", "accept-language")
_LOG = get_logger("gateway")


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page of a list: how many, after which of the room's own cursors."""

    limit: int
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """What one type gave: a page of its list, how many fit where that is known, the way on."""

    items: Sequence[Mapping[str, Any]]
    following: str | None
    found: int | None
    address: str


@dataclass(frozen=True, slots=True)
class Silence:
    """A room that gave no answer in time."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a room says is wrong with the request or with its sender, as it said it."""

    status: int
    content: bytes
    headers: Mapping[str, str]


class RoomSearch:
    """Searches the rooms over their public contracts in the name of one caller."""

    def __init__(self, peers: Peers, *, headers: Mapping[str, str], request_id: str | None) -> None:
        self._peers = peers
        self._headers = {name: headers[name] for name in _CARRIED if name in headers}
        if request_id is not None:
            self._headers["x-request-id"] = request_id

    async def ask(self, source: Source, wanted: Wanted, turn: Turn) -> Part | Silence | Refusal:
        """Return a page of the room's list and its count; a missing count is only not told."""
        told = {**wanted.query(), **source.always}
        page = {**told, "limit": str(turn.limit)}
        if turn.cursor is not None:
            page["cursor"] = turn.cursor
        listed, counted = await asyncio.gather(
            self._read(source.room, source.path, page),
            self._read(source.room, source.counts, told) if source.counts else _untold(),
        )
        if not isinstance(listed, dict):
            return listed
        items, following = listed["items"], listed["next"]
        found: int | None = None
        if isinstance(counted, dict):
            found = counted["found"]
        elif following is None and turn.cursor is None:
            found = len(items)
        return Part(items, following, found, source.address(wanted))

    async def _read(
        self, room: str, path: str, asked: Mapping[str, str]
    ) -> dict[str, Any] | Silence | Refusal:
        try:
            async with asyncio.timeout(ROOM_S):
                client = self._peers.anonymous(room)
                answer = await client.get(path, params=dict(asked), headers=self._headers)
            if httpx.codes.is_client_error(answer.status_code):
                return Refusal(answer.status_code, answer.content, answer.headers)
            answer.raise_for_status()
            return answer.json()
        except (httpx.HTTPError, TimeoutError, ValueError) as silence:
            _LOG.warning("search.room_silent", asked=room, reason=type(silence).__name__)
            return Silence()


async def _untold() -> Silence:
    return Silence()
