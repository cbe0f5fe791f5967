"""A reader's hands: opens pages, sends forms, moves the clock."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx

ORIGIN = "http://127.0.0.1:8000"


@dataclass
class Hands:
    """A clock that a test moves."""

    now: datetime = field(default_factory=lambda: datetime(2026, 3, 2, 8, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Browser:
    """Reads pages and sends their forms like a browser, over the ASGI transport."""

    http: httpx.AsyncClient

    async def open(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(path, headers=headers)

    async def send(self, path: str, page: str, **values: str) -> httpx.Response:
        """Send the form of `page` that leads to `path`, with its hidden fields."""
        answer = await self.http.get(page)
        return await self.http.post(path, data={**hidden_fields(answer.text), **values})

    async def sign_in(self) -> httpx.Response:
        return await self.send(
            "/sign-in", "/sign-in", login="wangmin", password="correct horse 电池"
        )


def hidden_fields(html: str) -> dict[str, str]:
    pattern = r'<input type="hidden" name="([^"]+)" value="([^"]*)">'
    return {name: unescape(value) for name, value in re.findall(pattern, html)}
