"""Answers kept in this process: the same question costs no query until something new is out."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any


class Answers:
    """The newest answers by question; dropped together when the stamp changes.

    The stamp is asked for by one request at a time, at most once in `fresh_s` seconds; meanwhile
    others are answered from what is kept. An answer may be behind by twice as long.
    """

    def __init__(self, *, most: int = 10_000, fresh_s: float = 0.5) -> None:
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._most = most
        self._fresh_s = fresh_s
        self._stamp: Any = None
        self._asked = float("-inf")
        self._asking = asyncio.Lock()
        self._turn = 0

    @property
    def turn(self) -> int:
        """Return how often everything was dropped: who reads an answer notes it before."""
        return self._turn

    async def find(self, key: Hashable, stamp: Callable[[], Awaitable[Any]]) -> bytes | None:
        """Return the kept answer; `stamp` tells whether it still holds."""
        age = time.monotonic() - self._asked
        if age >= 2 * self._fresh_s or (age >= self._fresh_s and not self._asking.locked()):
            await self._ask(stamp)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    async def _ask(self, stamp: Callable[[], Awaitable[Any]]) -> None:
        async with self._asking:
            now = time.monotonic()
            if now - self._asked < self._fresh_s:
                return  # somebody else has just asked
            newest = await stamp()
            self._asked = now
            if newest != self._stamp:
                self.drop()
                self._stamp = newest

    def keep(self, key: Hashable, answer: bytes, *, turn: int) -> None:
        """Keep an answer read in this `turn`; the one not asked for longest makes room.

        What was read before everything was dropped may be older than what is out now.
        """
        if turn != self._turn:
            return
        self._kept[key] = answer
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self) -> None:
        """Drop every answer, and what is being read now."""
        self._kept.clear()
        self._turn += 1

    def forget(self) -> None:
        """Drop every answer and ask for the stamp next time."""
        self.drop()
        self._asked = float("-inf")
