"""Answers kept in this process: the same question costs no query until something new is out."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any


class Answers:
    """The newest answers by question; dropped together when the stamp changes.

    The stamp is asked for at most once in `fresh_s` seconds: so long an answer may be behind.
    """

    def __init__(self, *, most: int = 10_000, fresh_s: float = 1.0) -> None:
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._most = most
        self._fresh_s = fresh_s
        self._stamp: Any = None
        self._asked = float("-inf")

    async def find(self, key: Hashable, stamp: Callable[[], Awaitable[Any]]) -> bytes | None:
        """Return the kept answer; `stamp` tells whether it still holds."""
        now = time.monotonic()
        if now - self._asked >= self._fresh_s:
            newest = await stamp()
            self._asked = now
            if newest != self._stamp:
                self._kept.clear()
                self._stamp = newest
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: Hashable, answer: bytes) -> None:
        """Keep an answer; the one not asked for longest makes room."""
        self._kept[key] = answer
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def forget(self) -> None:
        """Drop every answer."""
        self._kept.clear()
        self._asked = float("-inf")
