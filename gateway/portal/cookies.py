"""The cookies of the portal: the session, a visitor's form token, language, office and notice."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

_YEAR_S = 365 * 24 * 3600
_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence shown once, on the page after a form was sent."""

    text: str
    tone: str = "success"


@dataclass(frozen=True, slots=True)
class CookieJar:
    """Reads and writes our cookies; with TLS their names bind them to this host alone."""

    secure: bool

    def name(self, noun: str) -> str:
        """Return the full name of a cookie; `__Host-` keeps subdomains from planting one."""
        return f"__Host-chanjiao_{noun}" if self.secure else f"chanjiao_{noun}"

    def read(self, request: Request, noun: str) -> str | None:
        """Return the value of a cookie, None if absent or empty."""
        return request.cookies.get(self.name(noun)) or None

    def write(
        self, response: Response, noun: str, value: str, *, seconds: int | None = None
    ) -> None:
        """Set a cookie; without `seconds` it ends with the browser's session."""
        response.set_cookie(
            self.name(noun),
            value,
            max_age=seconds,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response, noun: str) -> None:
        """Remove a cookie."""
        response.delete_cookie(
            self.name(noun), path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def write_language(self, response: Response, language: str) -> None:
        """Keep the reader's language for a year."""
        self.write(response, "language", language, seconds=_YEAR_S)

    def write_notice(self, response: Response, notice: Notice) -> None:
        """Leave a notice for the next page; it is escaped there like any other text."""
        packed = base64.urlsafe_b64encode(f"{notice.tone}\n{notice.text}".encode()).decode()
        self.write(response, "notice", packed, seconds=_MINUTE_S)

    def read_notice(self, request: Request) -> Notice | None:
        """Return the notice that the previous page left."""
        packed = self.read(request, "notice")
        if packed is None:
            return None
        try:
            tone, _, text = base64.urlsafe_b64decode(packed).decode().partition("\n")
        except (binascii.Error, ValueError):
            return None
        return Notice(text, tone if tone in {"success", "info", "warn"} else "info")
